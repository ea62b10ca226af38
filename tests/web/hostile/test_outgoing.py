"""Every place that takes an address: only the one fetcher ever asks the network (attack A63).

``PLACES`` is a table: a name and how an address gets there. A new place is one more line. Names of
the shared list that nothing here follows yet stand in ``NOBODY_ASKS``, so that a new one is missed.
"""

from __future__ import annotations

import html
import json
import re
import socket
import tempfile
import traceback
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings
from django.urls import reverse

import stackmark
from achievement_designs import bare
from shared import need_shared
from simulators import oidc_provider
from simulators.issuer import EXTENSIONS, Issuer, Web
from stackmark.adapters.fetcher import HttpFetcher
from stackmark.errors import CheckFailed, UsageError
from stackmark_web import clock
from stackmark_web.accounts import oidc
from stackmark_web.accounts.models import User
from stackmark_web.verifying import fetching

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("hostile")]
FETCHER = ("stackmark/adapters/fetcher.py", "stackmark/adapters/resolver.py")  # and its thread
CANARY = "https://canary.stackmark-test.example/x"
REFUSED = (
    "https://127.0.0.1/x",
    "https://2130706433/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/x",
    "http://canary.stackmark-test.example/x",
    "https://user:pw@canary.stackmark-test.example/x",
    "file:///etc/passwd",
)


class Net:
    """A hook on the sockets of this process: who asked for what; nothing gets out."""

    def __init__(self):
        self.asked = []

    def look_up(self, host, *_more, **_named):
        self._note(host)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    def connect(self, _socket, address, *_more):
        self._note(address)
        raise ConnectionRefusedError

    def _note(self, what):
        frames = [one.filename for one in traceback.extract_stack()]
        self.asked.append((what, any(one.endswith(FETCHER) for one in frames)))


class Known:
    """The issuer's own documents; any other address goes to the real fetcher."""

    def __init__(self):
        self.web, self.real = Web(), HttpFetcher()

    def fetch(self, url):
        return self.web.fetch(url) if url in self.web.documents else self.real.fetch(url)


@pytest.fixture
def net(monkeypatch):
    made = Net()
    monkeypatch.setattr(socket, "getaddrinfo", made.look_up)
    monkeypatch.setattr(socket, "gethostbyname", made.look_up)
    monkeypatch.setattr(socket.socket, "connect", made.connect)
    return made


@pytest.fixture
def known(monkeypatch):
    made = Known()
    monkeypatch.setattr(fetching, "_OUTSIDE", made)
    return made


# -- how an address gets to each place -----------------------------------------------------------


def in_badge(change):
    """An address inside a signed credential that somebody pastes on /verify."""

    def bring(url, known, client):
        issuer = Issuer(known.web)
        badge = issuer.badge(**change(issuer, url))
        try:
            text = issuer.sign(badge).decode()
        except CheckFailed:  # our own tools sign no such thing; whoever brings it is not asked
            text = json.dumps(badge | {"proof": issuer.proof(issuer.badge())})
        return client.post("/verify", {"text": text, "recipient": ""})

    return bring


def status_list(issuer, url):
    return {"credentialStatus": issuer.status() | {"statusListCredential": url, "id": f"{url}#5"}}


def of_type(kind):
    return lambda _issuer, url: {kind: [{"id": url, "type": "X"}]}


def image(issuer, url):
    return {"credentialSubject": issuer.achievement(image={"id": url, "type": "Image"})}


def schema(_issuer, url):
    kind = "1EdTechJsonSchemaValidator2019"
    contexts = ["https://www.w3.org/ns/credentials/v2", OB_CONTEXT, EXTENSIONS]
    return {"credentialSchema": [{"id": url, "type": kind}], "context": contexts}


OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"


def endorsement(issuer, url):
    return {"endorsementJwt": [url]}


def did_document(url, known, client):
    """The host of an issuer is the address."""
    host = url.split("/")[2].replace(":", "%3A") if "//" in url else url
    issuer = Issuer(known.web)
    badge = issuer.badge(issuer={"id": f"did:web:{host}", "type": ["Profile"], "name": "X"})
    return client.post("/verify", {"text": json.dumps(badge), "recipient": ""})


def key_address(url, known, client):
    """jku, x5u and a whole jwk in the head of a JWS: never followed."""
    import base64

    head = {"alg": "EdDSA", "typ": "JWT", "jku": url, "x5u": url, "kid": url}
    parts = (json.dumps(head), json.dumps(Issuer(known.web).badge(iss=url, kid=url)), "x")
    text = ".".join(base64.urlsafe_b64encode(one.encode()).rstrip(b"=").decode() for one in parts)
    return client.post("/verify", {"text": text, "recipient": ""})


def link_on(place):
    return lambda url, _known, client: client.post(place, {"link": url})


def in_catalogue(name):
    """An address in the description of an achievement."""
    members = {
        "image": lambda url: {"criteria": {"id": url, "narrative": {"en": "x"}}},
        "skill": lambda url: {"outcomes": [{"skills": [{"name": "x", "uri": url}]}]},
    }[name]

    def bring(url, _known, client):
        from stackmark.errors import UsageError
        from stackmark_web.catalogue import actions
        from stackmark_web.tenancy.models import Organisation

        organisation = Organisation.objects.get(slug="northfield")
        try:
            actions.create_draft(organisation, actor=None, content=bare() | members(url))
        except UsageError as error:
            return error
        return client.get("/catalogue")

    return bring


def website(url, _known, client):
    place = reverse("tenancy:brand", args=["northfield"])
    return client.post(place, {"name": "Northfield", "website": url, "kind": "university"})


def webhook(url, _known, _client):
    """Registered, moved there, and, should it have got into the table, sent to."""
    from stackmark_web.integrations import webhook_actions, webhook_sending
    from stackmark_web.integrations.models import Webhook
    from stackmark_web.tenancy.models import Organisation

    where, alice = Organisation.objects.get(slug="northfield"), User.objects.get(name="Alice")
    wanted = {"events": ["award.offered"], "url": url}
    if url != CANARY:
        with pytest.raises(UsageError) as refused:
            webhook_actions.add_webhook(where, actor=alice, **wanted)
        assert refused.value.reason == "webhook.url"
    hook, _secret = webhook_actions.add_webhook(where, actor=alice, **wanted | {"url": CANARY})
    if url != CANARY:
        with pytest.raises(UsageError) as refused:
            webhook_actions.change_webhook(hook, actor=alice, url=url)
        assert refused.value.reason == "webhook.url"
    Webhook.everywhere.filter(pk=hook.pk).update(url=url)
    message = webhook_actions.ping(hook, actor=alice)
    assert webhook_sending.send_due() == 1
    told = message.tries.get()
    assert (told.status, told.answer) == (None, ""), "tried, and nothing came of it"
    assert told.error
    hook.delete()
    return told


class Described(oidc_provider.Provider):
    """A provider whose description leads elsewhere; what it does not serve the network is asked."""

    def fetch(self, url):
        served = url.startswith(oidc_provider.ISSUER)
        return super().fetch(url) if served else HttpFetcher().fetch(url)

    def post(self, url, body, fields, *, keep):
        served = url.startswith(oidc_provider.ISSUER)
        return (super() if served else HttpFetcher()).post(url, body, fields, keep=keep)


def openid(member):
    """An institution people sign in with: its own address, or one of those it names."""

    def bring(url, _known, _client):
        provider, browser = Described(), Client()
        provider.description[member] = url
        issuer = url if member == "issuer" else oidc_provider.ISSUER
        cache.clear()
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(
                f'[[provider]]\nname = "northfield"\ntitle = "N"\nissuer = "{issuer}"\n'
                f'client_id = "stackmark"\nclient_secret = "{provider.secret}"\n'
            )
            file.flush()
            with override_settings(OIDC_FILE=file.name), patch.object(oidc, "_OUTSIDE", provider):
                try:
                    return _sign_in(browser, provider)
                except ImproperlyConfigured as error:  # not https: no server starts with it
                    return error

    return bring


def _sign_in(browser, provider):
    answer = browser.post("/account/with/northfield")
    goes = re.search(r'content="0;url=([^"]+)"', answer.content.decode())
    if goes is None:
        return answer
    query = provider.consent(html.unescape(goes[1]), clock.now())
    return browser.get("/account/from/northfield", query)


PLACES = {
    "link on /verify": link_on("/verify"),
    "link on /passport/import": link_on("/passport/import"),
    "did:web document": did_document,
    "status list": in_badge(status_list),
    "JSON-LD context": in_badge(
        lambda _issuer, url: {"context": ["https://www.w3.org/ns/credentials/v2", OB_CONTEXT, url]}
    ),
    "credentialSchema": in_badge(schema),
    "image": in_badge(image),
    "endorsement": in_badge(endorsement),
    "refreshService": in_badge(of_type("refreshService")),
    "termsOfUse": in_badge(of_type("termsOfUse")),
    "evidence": in_badge(of_type("evidence")),
    "jku, x5u, jwks_uri": key_address,
    "criteria of an achievement": in_catalogue("image"),
    "skill of an achievement": in_catalogue("skill"),
    "website of an organisation": website,
    "webhook": webhook,
    "OpenID issuer metadata": openid("issuer"),
    "OpenID token endpoint": openid("token_endpoint"),
    "OpenID keys": openid("jwks_uri"),
}
REACHED = {"webhook", "OpenID issuer metadata", "OpenID token endpoint", "OpenID keys"}
NOBODY_ASKS = {
    "OAuth client metadata",
    "LTI platform keys",
    "PDF and e-mail rendering",  # pictures are ours; nothing is loaded (test_hostile_files)
    "schema $ref",  # schemas are pinned by digest; stackmark.quality.schema refuses others
}


@pytest.mark.parametrize("place", PLACES)
def test_only_the_fetcher_asks(place, net, known, client, alice, northfield):
    client.force_login(alice)
    for url in (*REFUSED, CANARY):
        net.asked.clear()
        answer = PLACES[place](url, known, client)
        assert getattr(answer, "status_code", 422) in (200, 302, 400, 422), (place, url)
        others = [what for what, by_fetcher in net.asked if not by_fetcher]
        assert others == [], (place, url)
        if url != CANARY:
            assert net.asked == [], "refused before a name is looked up"
        elif place in REACHED:
            assert net.asked == [("canary.stackmark-test.example", True)], "or nothing was tried"


def test_the_hook_sees_the_fetcher(net, known):
    """So that a silent hook is no proof of nothing: a name that may be asked for is asked for."""
    answer = Client().post("/verify", {"link": CANARY})
    assert "verdict--verified" not in answer.content.decode()
    assert net.asked == [("canary.stackmark-test.example", True)]


OPENERS = {
    "stackmark/adapters/fetcher.py": "the one way out",
    "stackmark/adapters/http_wire.py": "its lines",
    "stackmark/adapters/resolver.py": "its names",
    "stackmark_web/tenancy/dns_txt.py": "the proof of a domain: a TXT record, no connection",
    "stackmark_web/tenancy/signers/process.py": "the signer: a socket of this machine",
    "stackmark_web/tenancy/signers/remote.py": "its other end",
    "stackmark_web/integrations/mailer.py": "the mail server of the operator",
    "stackmark_web/accounts/adapter.py": "its errors",
    "stackmark_web/jobs/presence.py": "the name of this machine",
    "stackmark_web/operations/processes.py": "whether our own port is free",
    "stackmark_web/operations/archive/making.py": "the name of this machine",
    "stackmark_web/operations/instance.py": "the name of this machine",
    "stackmark_web/operations/living.py": "the name of this machine",
}
OPENS = re.compile(
    r"^\s*(?:import|from) (?:socket|socketserver|http\.client|urllib\.request|smtplib|ftplib|ssl"
    r"|requests|httpx|aiohttp|urllib3|dns)\b",
    re.MULTILINE,
)


def test_who_may_open_a_socket():
    """No other file names what could; a new one is a decision, and stands here with its reason."""
    source = Path(stackmark.__file__).parents[1]
    files = [
        one for folder in ("stackmark", "stackmark_web") for one in source.glob(f"{folder}/**/*.py")
    ]
    found = {str(one.relative_to(source)) for one in files if OPENS.search(one.read_text("utf-8"))}
    assert found <= set(OPENERS), sorted(found - set(OPENERS))


def test_every_place_of_the_shared_list_is_here():
    path = need_shared() / "vectors" / "security" / "own" / "outgoing-requests.json"
    named = set(json.loads(path.read_bytes())["places"])
    assert named <= set(PLACES) | NOBODY_ASKS
