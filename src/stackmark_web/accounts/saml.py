"""Signing in with an institution by SAML 2.0: web browser SSO, asked by us, answered by POST.

python3-saml checks schema, signature and conditions; what it leaves open is closed here: one
assertion in the whole document and that one signed, a bearer confirmation for this very address
with an end, an audience, an answer to a question this browser asked, each assertion once (SAML
profiles 4.1.4.3 and 4.1.4.5). Answers nobody asked for are refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from stackmark_web import clock
from stackmark_web.accounts.claims import Claims, Refused, claims_of
from stackmark_web.accounts.models import SpentAnswer
from stackmark_web.accounts.oidc import redirect_uri
from stackmark_web.accounts.providers import Provider

MOST: Final = 256 * 1024  # bytes of an answer
HANDED_OVER: Final = 120  # seconds between the answer's POST and the page that uses it
_LONGEST: Final = timedelta(days=1)
_SAML: Final = f"{{{Names.NS_SAML}}}"
_LOG: Final = logging.getLogger(__name__)


def entity_id(provider: Provider) -> str:
    """Who we are to this provider; the address of our metadata."""
    return f"{redirect_uri(provider)}/metadata"


def acs(provider: Provider) -> str:
    """Where the provider's answer is posted to."""
    return f"{redirect_uri(provider)}/acs"


def question(provider: Provider) -> tuple[str, str]:
    """Where the browser goes, and the id of the question."""
    auth = OneLogin_Saml2_Auth(_here(provider), _settings(provider))
    url = auth.login(return_to="")
    return str(url), str(auth.get_last_request_id())


def metadata(provider: Provider) -> bytes:
    """What the provider is told of us."""
    made: bytes | str = _settings(provider).get_sp_metadata()
    return made.encode() if isinstance(made, str) else made


def read_answer(provider: Provider, posted: str) -> tuple[Claims, str, str]:
    """Who is named, the question it answers, the assertion's id. Raises ``Refused``.

    Nothing is remembered: the browser that asked has yet to show that it did.
    """
    response = _parsed(provider, posted)
    try:
        return _checked(provider, response)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises of many kinds
        raise Refused(f"answer: {type(error).__name__}: {error}"[:300]) from None


def _checked(provider: Provider, response: OneLogin_Saml2_Response) -> tuple[Claims, str, str]:
    if not response.is_valid(_here(provider)):
        _LOG.warning("an answer of %s was refused", provider.name)
        raise Refused(f"saml: {response.get_error()}")
    assertion = _only_assertion(response)
    _check_confirmation(provider, response, assertion)
    asked = response.get_in_response_to()
    if not asked:
        raise Refused("not asked for")
    return _claims(provider, response), str(asked), str(assertion.get("ID"))


def spend(assertion_id: str, issuer: str) -> None:
    """An assertion was used. Raises ``Refused`` the second time."""
    digest = hashlib.sha256(f"{issuer} {assertion_id}".encode()).hexdigest()
    try:
        with transaction.atomic():
            SpentAnswer.objects.create(digest=digest, expires_at=clock.now() + _LONGEST)
    except IntegrityError:
        raise Refused("replay") from None


def hand_over(key: str, claims: Claims, asked: str) -> None:
    """Keep checked claims for the page the browser goes to next; nothing stands in an address."""
    cache.set(f"saml:{key}", {"claims": claims.to_json(), "asked": asked}, HANDED_OVER)


def take_over(key: str) -> tuple[Claims, str]:
    """The counterpart, once. Raises ``Refused``."""
    kept = cache.get(f"saml:{key}")
    cache.delete(f"saml:{key}")
    if not kept:
        raise Refused("late")
    return Claims.from_json(kept["claims"]), kept["asked"]


def _parsed(provider: Provider, posted: str) -> OneLogin_Saml2_Response:
    if not posted or len(posted) > MOST * 4 // 3:
        raise Refused("size")
    try:
        data = base64.b64decode("".join(posted.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Refused("base64") from None
    if b"<!" in data.replace(b"<!--", b"") or b"<?xml-stylesheet" in data:
        raise Refused("doctype")  # nothing in SAML needs one
    if b"<!--" in data:
        raise Refused("comment")  # splits texts for some readers
    try:
        return OneLogin_Saml2_Response(_settings(provider), base64.b64encode(data).decode())
    except Exception as error:  # noqa: BLE001 - the parser raises of many kinds
        raise Refused(f"xml: {type(error).__name__}") from None


def _only_assertion(response: OneLogin_Saml2_Response) -> Any:
    """The one assertion of the whole document: nothing is wrapped around or beside it."""
    found = list(response.document.iter(f"{_SAML}Assertion"))
    hidden = list(response.document.iter(f"{_SAML}EncryptedAssertion"))
    if len(found) != 1 or hidden or found[0].getparent() is not response.document:
        raise Refused("wrapped")
    signatures = found[0].findall(f"{{{Names.NS_DS}}}Signature")
    if len(signatures) != 1:
        raise Refused("unsigned")
    return found[0]


def _check_confirmation(
    provider: Provider, response: OneLogin_Saml2_Response, assertion: Any
) -> None:
    if response.document.get("Destination") not in (None, acs(provider)):
        raise Refused("destination")
    if entity_id(provider) not in response.get_audiences():
        raise Refused("audience")
    data = assertion.findall(
        f"{_SAML}Subject/{_SAML}SubjectConfirmation[@Method='{Names.CM_BEARER}']"
        f"/{_SAML}SubjectConfirmationData"
    )
    asked = response.document.get("InResponseTo")
    if not any(
        one.get("Recipient") == acs(provider)
        and one.get("InResponseTo") == asked
        and _ends_soon(one.get("NotOnOrAfter"))
        for one in data
    ):
        raise Refused("confirmation")


def _ends_soon(stamp: str | None) -> bool:
    """Whether a moment is still to come, and within what we remember of used answers."""
    try:
        end = datetime.fromisoformat(stamp or "")
    except ValueError:
        return False
    end = end if end.tzinfo else end.replace(tzinfo=UTC)
    return clock.now() < end < clock.now() + _LONGEST


def _claims(provider: Provider, response: OneLogin_Saml2_Response) -> Claims:
    said = response.get_attributes()
    subject = _only(said, provider.subject)
    if not subject:
        named = response.get_nameid_data() or {}
        if named.get("Format") != Names.NAMEID_PERSISTENT:
            raise Refused("subject")  # a transient id is another one each time
        subject = named.get("Value")
    return claims_of(
        provider,
        subject=subject,
        email=_only(said, provider.mail),
        name=_only(said, provider.called),
        said_verified=True,  # in SAML a provider says it by naming it; domains limit that
    )


def _only(said: Any, name: str) -> str | None:
    """The value of an attribute; saying the same twice is saying it once.

    Several are refused, and not chosen from: which of them is this person nobody could tell.
    """
    values = {str(value) for value in said.get(name) or [] if value}
    if len(values) > 1:
        raise Refused(f"attribute: {name} has {len(values)} values, and one is wanted")
    return next(iter(values), None)


def _here(provider: Provider) -> dict[str, Any]:
    """The request as python3-saml wants it: from our settings, never from a Host header."""
    scheme, _, rest = acs(provider).partition("://")
    host, _, path = rest.partition("/")
    return {
        "https": "on" if scheme == "https" else "off",
        "http_host": host,
        "script_name": f"/{path}",
        "get_data": {},
        "post_data": {},
    }


def _settings(provider: Provider) -> OneLogin_Saml2_Settings:
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": entity_id(provider),
                "assertionConsumerService": {
                    "url": acs(provider),
                    "binding": Names.BINDING_HTTP_POST,
                },
                "NameIDFormat": Names.NAMEID_PERSISTENT,
            },
            "idp": {
                "entityId": provider.issuer,
                "singleSignOnService": {
                    "url": provider.sso_url,
                    "binding": Names.BINDING_HTTP_REDIRECT,
                },
                "x509certMulti": {"signing": list(provider.certificates)},
            },
            "security": {
                "wantAssertionsSigned": True,
                "wantNameId": False,
                "wantAttributeStatement": False,
                "requestedAuthnContext": False,
                "rejectDeprecatedAlgorithm": True,
                "allowRepeatAttributeName": True,  # affiliations come so; ``_only`` judges ours
                "allowSingleLabelDomains": settings.DEBUG,
            },
        }
    )
