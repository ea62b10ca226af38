"""Sign-in settings of allauth, kept beside the code that relies on them."""

from __future__ import annotations

ACCOUNT_ADAPTER = "stackmark_web.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_FORMS = {
    "login": "stackmark_web.accounts.forms.SignInForm",
    "signup": "stackmark_web.accounts.forms.SignUpForm",
    "add_email": "stackmark_web.accounts.forms.AddAddressForm",
    "request_login_code": "stackmark_web.accounts.forms.MailCodeForm",
    "reset_password": "stackmark_web.accounts.forms.MailLinkForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# Changing the address on the way is left out: only new accounts could, which tells them apart.
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_MAX_EMAIL_ADDRESSES = 20
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_SESSION_REMEMBER = True
# At most ten wrong tries in a quarter of an hour for an account and a network; see adapter.py for
# how others cannot use this to lock somebody out.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "50/15m/ip,10/15m/key",
    "login": "300/m/ip",
    "signup": "20/15m/ip",
    "reset_password": "20/15m/ip,5/15m/key",
    "reset_password_from_key": "20/15m/ip",
    "request_login_code": "20/15m/ip,6/15m/key",
    "reauthenticate": "10/15m/user",
    "change_password": "10/15m/user",
    "manage_email": "20/15m/user",
    "confirm_email": "1/10s/key",
}
LOGIN_REDIRECT_URL = "/passport"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
LOGIN_URL = "/account/login/"
MFA_ADAPTER = "stackmark_web.accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "stackmark_web.accounts.passkeys.AddPasskeyForm",
    "login_webauthn": "stackmark_web.accounts.passkeys.SignInPasskeyForm",
    "authenticate_webauthn": "stackmark_web.accounts.passkeys.SecondStepPasskeyForm",
    "reauthenticate_webauthn": "stackmark_web.accounts.passkeys.ConfirmPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Stackmark"
MFA_TOTP_TOLERANCE = 1
MFA_RATE_LIMITS = {"webauthn_login": "30/15m/ip"}
