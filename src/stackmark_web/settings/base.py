"""Django's settings. What differs between sites comes from ``env``; nothing else reads it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from stackmark_web.operations import logs
from stackmark_web.settings import env

PACKAGE = Path(__file__).resolve().parent.parent

DATA = env.folder("STACKMARK_DATA", "var")
DEV_TLS = env.flag("STACKMARK_DEV_TLS")
PUBLIC_URL = env.url(
    "STACKMARK_PUBLIC_URL", "https://127.0.0.1:8443" if DEV_TLS else "http://127.0.0.1:8000"
)
_PUBLIC = urlsplit(PUBLIC_URL)
_ONLY_HERE = _PUBLIC.hostname in ("127.0.0.1", "localhost", "::1")
IDENTITY_URL = env.url(
    "STACKMARK_IDENTITY_URL",
    PUBLIC_URL
    if _PUBLIC.scheme == "https" and not _ONLY_HERE
    else "https://demo.stackmark.example",
)
SECRET_KEY = env.kept_secret("STACKMARK_SECRET_KEY", DATA / "secret-key")
KEY_PASSPHRASE = env.kept_secret("STACKMARK_KEY_PASSPHRASE", DATA / "key-passphrase")
SIGNER = env.signer("STACKMARK_SIGNER")
KEY_TYPE = env.choice("STACKMARK_KEY_TYPE", ("ed25519", "p256"))
APPLE_PASS = env.together(
    {
        "STACKMARK_APPLE_PASS_CERT": env.text("STACKMARK_APPLE_PASS_CERT"),
        "STACKMARK_APPLE_PASS_KEY": env.text("STACKMARK_APPLE_PASS_KEY"),
        "STACKMARK_APPLE_PASS_WWDR": env.text("STACKMARK_APPLE_PASS_WWDR"),
        "STACKMARK_APPLE_PASS_TEAM": env.text("STACKMARK_APPLE_PASS_TEAM"),
        "STACKMARK_APPLE_PASS_TYPE": env.text("STACKMARK_APPLE_PASS_TYPE"),
    }
)
GOOGLE_PASS = env.together(
    {
        "STACKMARK_GOOGLE_PASS_KEY": env.text("STACKMARK_GOOGLE_PASS_KEY"),
        "STACKMARK_GOOGLE_PASS_ISSUER": env.text("STACKMARK_GOOGLE_PASS_ISSUER"),
    }
)
VC_API = env.flag("STACKMARK_VC_API")
VC_API_TOKEN = env.vc_api_token(
    "STACKMARK_VC_API_TOKEN",
    needed=VC_API and not _ONLY_HERE,
)
VC_API_RESOURCES = env.text("STACKMARK_VC_API_RESOURCES")
FONT_FOLDERS = env.folders("STACKMARK_FONT_FOLDERS")
VERIFY_PER_MINUTE = env.count("STACKMARK_VERIFY_PER_MINUTE", 120)
VERIFY_LIMIT = env.count("STACKMARK_VERIFY_LIMIT", 2_000)
DEBUG = env.flag("STACKMARK_DEBUG")
DEMO = env.flag("STACKMARK_DEMO")
AGE_OF_CONSENT = env.count("STACKMARK_AGE_OF_CONSENT", 16)  # 0: nobody is asked for their age
OPERATOR = env.text("STACKMARK_OPERATOR")  # who answers for this server, by name and address
OIDC_FILE = env.text("STACKMARK_OIDC")
SAML_FILE = env.text("STACKMARK_SAML")
ALLOWED_HOSTS = [
    _PUBLIC.hostname or "",
    *(["127.0.0.1", "localhost", "[::1]"] if _ONLY_HERE else []),
    *(host.strip() for host in env.text("STACKMARK_ALLOWED_HOSTS").split(",") if host.strip()),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "stackmark_web.ui",  # before allauth: our templates stand in front of its own
    "stackmark_web.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "stackmark_web.audit",
    "stackmark_web.tenancy",
    "stackmark_web.approvals",
    "stackmark_web.jobs",
    "stackmark_web.integrations",
    "stackmark_web.catalogue",
    "stackmark_web.awarding",
    "stackmark_web.accrediting",
    "stackmark_web.assessing",
    "stackmark_web.verifying",
    "stackmark_web.passport",
    "stackmark_web.recognising",
    "stackmark_web.pathways",
    "stackmark_web.registry",
    "stackmark_web.api",
    "stackmark_web.operations",
    "stackmark_web.demo",
]

MIDDLEWARE = [
    "stackmark_web.operations.middleware.Requests",
    "stackmark_web.ui.middleware.SecurityHeaders",
    "stackmark_web.ui.middleware.NoNul",
    "stackmark_web.ui.middleware.Trouble",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "stackmark_web.operations.middleware.SameRelease",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "stackmark_web.accounts.gate.GuardianGate",
    "django_htmx.middleware.HtmxMiddleware",
    "stackmark_web.approvals.middleware.SecondPerson",
]

ROOT_URLCONF = "stackmark_web.urls"
WSGI_APPLICATION = "stackmark_web.wsgi.application"
APPEND_SLASH = False
FORM_RENDERER = "stackmark_web.ui.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "stackmark_web.ui.context.site",
            ],
            "builtins": ["stackmark_web.ui.templatetags.ui"],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counts of tries must hold across processes and machines; the table comes with accounts' migration.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "stackmark_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000, "CULL_FREQUENCY": 4},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("ar", "العربية")]
TIME_ZONE = "UTC"
USE_TZ = True
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
MEDIA_ROOT = DATA / "media"
WHITENOISE_USE_FINDERS = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DATA_UPLOAD_MAX_NUMBER_FILES = 500  # a folder of badges dropped on /verify
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

_SECURE = _PUBLIC.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE and not _ONLY_HERE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

ALLAUTH_TRUSTED_PROXY_COUNT = env.count("STACKMARK_TRUSTED_PROXIES", 0)
if _SECURE and ALLAUTH_TRUSTED_PROXY_COUNT:  # the proxy speaks TLS for us, and says so
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _SECURE  # passkeys on http://localhost

DEFAULT_FROM_EMAIL = env.sender("STACKMARK_MAIL_FROM", f"Stackmark <stackmark@{_PUBLIC.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
globals().update(env.mail("EMAIL_URL", DATA))


LOGGING = logs.config(env.choice("STACKMARK_LOG", ("text", "json")))
METRICS_TOKEN = env.text("STACKMARK_METRICS_TOKEN")
METRICS_FOLDER = env.metrics_folder(DATA)
WATCH_RELEASE = 5.0  # seconds between two looks whether another release has changed the tables

from stackmark_web.accounts.conf import *  # noqa: E402,F403 - sign-in settings beside their code
