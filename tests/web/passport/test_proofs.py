"""Ask for proof: by anybody, answered by the holder, by account or by their own key."""

from __future__ import annotations

import io
import json
import re
import shlex
import zipfile
from datetime import timedelta

import orjson
import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client

from command_line import verify_offline
from stackmark.adapters.clock import SystemClock
from stackmark.issuing.presenting import sign_presentation
from stackmark.keys.did import default_identity
from stackmark.keys.keyfile import KeyFile
from stackmark.keys.private import PrivateKey
from stackmark.verification.dates import stamp
from stackmark_web import clock
from stackmark_web.accounts import erasure
from stackmark_web.awarding import actions as awarding
from stackmark_web.passport import actions, dids, proving, tokens
from stackmark_web.passport.fresh import SignIn
from stackmark_web.passport.models import ProofAnswer, ProofRequest
from stackmark_web.passport.presenting import domain, unsigned_presentation
from stackmark_web.tenancy.models import Domain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted():
    cache.clear()


def ask(browser=None, **changes):
    """Ask by the page; the request, its token for the holder, and the asker's own."""
    form = {
        "asker": "Grete Hansen, Harbour Labs",
        "reason": "For your application as a laboratory assistant",
        "wanted": "any",
        "days": "30",
    } | changes
    answer = (browser or Client()).post("/ask", form)
    assert answer.status_code == 302, answer.content.decode()
    result = answer["Location"].rsplit("/", 1)[1]
    found = proving.result_by_token(result)
    return found, tokens.unsealed(found.token_sealed), result


def look(result, **query):
    return Client().get(f"/proofs/{result}", query)


def give(browser, token, *holdings, **more):
    form = {"holdings": [str(one.pk) for one in holdings], **more}
    return browser.post(f"/asked/{token}/answer", form)


# -- asking ------------------------------------------------------------------------------------


def test_anybody_asks_without_an_account_and_gets_two_addresses(held):
    found, token, result = ask()
    page = look(result).content.decode()
    assert f"/asked/{token}" in page
    assert "waits for an answer" in page
    assert found.asked_by is None
    stored = repr(ProofRequest.objects.values_list().get())
    assert token not in stored
    assert result not in stored
    assert len(token) >= 43
    assert len(result) >= 43


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"asker": ""}, "This field is required"),
        ({"reason": ""}, "This field is required"),
        ({"wanted": "words"}, "Say what you ask for"),
        ({"wanted": "achievements", "terms": "first aid"}, "is no address"),
        ({"wanted": "words", "terms": "a"}, "at least two letters"),
        ({"wanted": "words", "terms": "\n".join(f"word {n}" for n in range(21))}, "at most 20"),
        ({"days": "91"}, "Select a valid choice"),
        ({"asker": "x" * 121}, "at most 120"),
    ],
)
def test_what_cannot_be_asked_is_told_and_nothing_is_made(changes, words):
    form = {"asker": "A", "reason": "B", "wanted": "any", "days": "7"} | changes
    answer = Client().post("/ask", form)
    assert (answer.status_code, ProofRequest.objects.count()) == (400, 0)
    assert words in answer.content.decode()


def test_one_network_makes_a_few_requests_and_no_more():
    form = {"asker": "A", "reason": "B", "wanted": "any", "days": "7"}
    told = [Client().post("/ask", form).status_code for _ in range(21)]
    assert told == [302] * 20 + [429]
    assert ProofRequest.objects.count() == 20


def test_a_request_never_lives_longer_than_ninety_days():
    with pytest.raises(ValidationError):
        proving.ask(actor=None, asker="A", reason="B", wanted="any", days=91)


def test_nothing_is_mailed(mailoutbox, signed_in, ada, held):
    one = held()
    before = len(mailoutbox)
    _, token, _ = ask()
    give(signed_in(ada), token, one)
    assert len(mailoutbox) == before


def test_who_asks_is_proven_by_a_domain_and_only_then(
    university, person, join, signed_in, nobody, charlie
):
    greta = join(person("greta"), university, "recruiter")
    form = {"organisation": str(university.pk)}
    plain = Client()
    plain.force_login(greta)
    refused = plain.post(
        "/ask", {"asker": "G", "reason": "R", "wanted": "any", "days": "7", **form}
    )
    assert refused.status_code == 302  # the domain is not proven: there is no such field
    assert ProofRequest.objects.get().organisation is None
    Domain.everywhere.create(
        organisation=university, name="northfield.example", verified_at=clock.now()
    )
    found, token, _ = ask(plain, **form)
    page = nobody.get(f"/asked/{token}").content.decode()
    assert found.organisation == university
    assert "Domain proven" in page
    assert "northfield.example" in page
    other = Client()
    other.force_login(charlie)
    stolen, token, _ = ask(other, **form)
    assert stolen.organisation is None
    assert "Not proven" in nobody.get(f"/asked/{token}").content.decode()
    Domain.everywhere.update(verified_at=None)
    assert proving.proven_domains(found) == []


# -- before an answer, and when there is nothing -----------------------------------------------


def test_before_an_answer_nothing_personal_is_anywhere(held, ada):
    held()
    _, token, result = ask()
    for page in (look(result), look(result, format="json"), Client().get(f"/asked/{token}")):
        text = page.content.decode()
        assert "Ada" not in text
        assert "people.example" not in text
        assert page["Cache-Control"] == "no-store"
        assert "noindex" in page["X-Robots-Tag"]
    assert look(result, format="json").json()["state"] == "waiting"


@pytest.mark.parametrize("end", ["unknown", "over", "withdrawn"])
def test_unknown_over_and_withdrawn_look_the_same(end, signed_in, ada, stranger, nobody):
    found, token, result = ask()
    ProofRequest.objects.exclude(pk=found.pk).delete()
    later = clock.now()
    if end == "over":
        later += timedelta(days=30, seconds=1)
    elif end == "withdrawn":
        assert Client().post(f"/proofs/{result}/withdraw").status_code == 302
    else:
        token, result = "x" * 43, "y" * 43
    with clock.at(later):
        browser = signed_in(ada)
        for url in (f"/asked/{token}", f"/proofs/{result}", f"/proofs/{result}/answer.zip"):
            for who in (nobody, browser):
                told, never = who.get(url), who.get(f"/asked/{'z' * 43}")
                assert told.status_code == 404, url
                assert _plain(told, url) == _plain(never, f"/asked/{'z' * 43}")
        assert browser.get(f"/asked/{token}/answer").status_code == 404
        assert browser.post(f"/asked/{token}/refuse").status_code == 404


def _plain(answer, url):
    text = answer.content.replace(answer["X-Request-ID"].encode(), b"")
    text = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", text)
    return text.replace(url.encode(), b"URL")


# -- answering by account ----------------------------------------------------------------------


def test_the_holder_gives_and_the_asker_sees_it_checked(held, signed_in, ada):
    one = held()
    _, token, result = ask()
    answer = give(signed_in(ada), token, one)
    assert answer.status_code == 302
    page = look(result).content.decode()
    assert page.count("<h1") == 1
    assert "Soil sampling" in page
    assert "by signing in to their passport" in page
    assert "No key of the holder's own signed it." in page
    assert "Everything that was checked" in page
    told = look(result, format="json").json()
    assert told["state"] == "given"
    assert told["answer"]["control"]["kind"] == "account"
    (entry,) = told["answer"]["credentials"]
    assert entry["report"]["verdict"] == "verified"
    assert entry["credential"] == json.loads(bytes(one.award.signed))
    assert told["answer"]["name"] is None


def test_a_revocation_after_the_answer_is_seen_at_the_next_look(
    held, signed_in, ada, django_capture_on_commit_callbacks
):
    one = held()
    _, token, result = ask()
    give(signed_in(ada), token, one)
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(one.award, actor=None, reason="issued-in-error")
    (entry,) = look(result, format="json").json()["answer"]["credentials"]
    reasons = [row["reason"] for row in entry["report"]["checks"]]
    assert entry["report"]["verdict"] == "refused"
    assert "status.revoked" in reasons


def test_the_name_is_shown_only_when_its_holder_says_so(held, signed_in, ada):
    one = held(name_in_credential=False)
    _, token, result = ask()
    give(signed_in(ada), token, one, with_name="on")
    assert look(result, format="json").json()["answer"]["name"] == "Ada Lovelace"


def test_an_answer_needs_a_fresh_sign_in(held, signed_in, ada):
    one = held()
    ada.set_password("a-long-password")
    ada.save()
    _, token, _ = ask()
    browser = signed_in(ada, long_ago=True)
    for answer in (browser.get(f"/asked/{token}/answer"), give(browser, token, one)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/reauthenticate/?")
    assert not ProofAnswer.objects.exists()


def test_who_has_nothing_to_confirm_with_gets_a_code(held, signed_in, unsure, ada):
    """People who sign in by mailed codes alone; a session that does not tell is not fresh."""
    one = held()
    _, token, _ = ask()
    browser = unsure(signed_in(ada))
    for answer in (browser.get(f"/asked/{token}/answer"), give(browser, token, one)):
        assert answer["Location"].startswith("/account/sure?next=")
    assert browser.get("/passport/all.zip")["Location"].startswith("/account/sure?next=")
    assert not ProofAnswer.objects.exists()


def test_the_time_of_the_sign_in_is_told(held, signed_in, ada):
    one = held()
    before = SystemClock().now() - timedelta(seconds=1)
    _, token, result = ask()
    give(signed_in(ada), token, one)
    found = ProofAnswer.objects.get()
    assert before <= found.proved_at <= SystemClock().now()
    assert found.method == "password"
    told = look(result, format="json").json()["answer"]["control"]
    assert told["at"] == stamp(found.proved_at)


def test_nobody_answers_with_what_is_not_theirs(held, signed_in, ada, person):
    eve = person("eve")
    hers = held(user=eve, recipient_email="eve@people.example")
    _, token, result = ask()
    answer = give(signed_in(ada), token, hers)
    assert answer.status_code == 400
    assert look(result, format="json").json()["state"] == "waiting"
    found = proving.request_by_token(token)
    with pytest.raises(ValidationError, match="not yours"):
        proving.give(found, actor=ada, holdings=[hers], sign_in=SignIn(clock.now(), "password"))


def test_one_request_is_answered_once_whoever_clicks_how_often(held, signed_in, ada, person):
    one = held()
    _, token, _ = ask()
    browser = signed_in(ada)
    first, second = give(browser, token, one), give(browser, token, one)
    assert (first.status_code, second.status_code) == (302, 302)
    assert second["Location"] == first["Location"], "another tab is led to the answer there is"
    for way in ("presentation", "signed", "refuse"):
        again = browser.post(f"/asked/{token}/{way}")
        assert again["Location"] == first["Location"]
    assert ProofAnswer.objects.count() == 1
    # Another person with the link finds nothing; the one who answered finds the answer.
    eve = Client()
    eve.force_login(person("eve"))
    assert eve.get(f"/asked/{token}").status_code == 404
    assert eve.post(f"/asked/{token}/refuse").status_code == 404
    assert browser.get(f"/asked/{token}")["Location"].startswith("/passport/proofs/")
    # Two at the very same moment: the database decides.
    found = proving.request_by_token(token)
    with pytest.raises(ValidationError, match="answered already"):
        proving.refuse(found, actor=ada)


def test_something_has_to_be_chosen_and_the_page_says_so(held, signed_in, ada):
    held()
    _, token, _ = ask()
    browser = signed_in(ada)
    page = browser.get(f"/asked/{token}/answer").content.decode()
    need = re.search(r"<legend>What you show <span[^>]*>(\w+)", page)
    assert need[1] == "required"
    answer = give(browser, token)
    assert answer.status_code == 400
    assert "Choose at least one credential, or say no." in answer.content.decode()


def test_a_refusal_says_no_and_nothing_else(signed_in, ada, held):
    held()
    _, token, result = ask()
    signed_in(ada).post(f"/asked/{token}/refuse")
    told = look(result, format="json").json()
    assert told["state"] == "refused"
    assert told["answer"].keys() == {"answered"}
    assert "Ada" not in look(result).content.decode()
    assert Client().get(f"/proofs/{result}/answer.zip").status_code == 404


def test_what_is_withdrawn_is_gone_at_once(held, signed_in, ada, stranger):
    one = held()
    _, token, result = ask()
    browser = signed_in(ada)
    where = give(browser, token, one)["Location"]
    assert "They can see it now" in browser.get(where).content.decode()
    assert stranger.get(where).status_code == 404
    assert stranger.post(f"{where}/withdraw").status_code == 404
    assert look(result, format="json").json()["state"] == "given"
    browser.post(f"{where}/withdraw")
    told = look(result, format="json").json()
    assert told["state"] == "withdrawn"
    assert told["answer"].keys() == {"answered", "withdrawn"}
    page = look(result).content.decode()
    assert "Soil sampling" not in page
    assert "withdrawn" in page
    assert ProofAnswer.objects.get().holdings.count() == 0


def test_old_requests_are_forgotten(held, signed_in, ada):
    one = held()
    _, token, _ = ask()
    give(signed_in(ada), token, one)
    with clock.at(clock.now() + timedelta(days=59)):
        assert proving.clear_old() == 0
    with clock.at(clock.now() + timedelta(days=61)):
        assert proving.clear_old() == 1
    assert (ProofRequest.objects.count(), ProofAnswer.objects.count()) == (0, 0)
    one.refresh_from_db()


def _asked_by(university, user, reason):
    """A request in the university's name: its token for the holder, and the asker's own."""
    Domain.everywhere.create(
        organisation=university, name="northfield.example", verified_at=clock.now()
    )
    made, result = proving.ask(
        actor=user,
        asker="Northfield",
        reason=reason,
        wanted="any",
        organisation=university,
    )
    return tokens.unsealed(made.token_sealed), result


@pytest.mark.parametrize("said", ["given", "refused", "withdrawn"])
def test_an_organisations_request_outlives_whoever_answered_it(
    said, held, university, alice, signed_in, ada, nobody, stranger
):
    one, browser = held(), signed_in(ada)
    token, result = _asked_by(university, alice, "A job for Ada Lovelace, ada@people.example")
    if said == "refused":
        browser.post(f"/asked/{token}/refuse")
    else:
        where = give(browser, token, one, with_name="on")["Location"]
    if said == "withdrawn":
        browser.post(f"{where}/withdraw")
    assert look(result, format="json").json()["state"] == said

    erasure.erase(ada, actor=ada)

    page = look(result)
    assert page.status_code == 200
    assert "The account that answered was erased" in page.text
    for text in ("Soil sampling", "Ada", "people.example"):
        assert text not in page.text
    told = look(result, format="json").json()
    assert (told["state"], "answer" in told) == ("erased", False)
    assert told["request"]["reason"] == "A job for …, …"
    assert look(f"{result}/answer.zip").status_code == 404
    assert nobody.get(f"/asked/{token}").status_code == 404, "it is not to be answered again"
    assert stranger.post(f"/asked/{token}/refuse").status_code == 404
    assert ProofAnswer.objects.count() == 0
    assert Client().post(f"/proofs/{result}/withdraw").status_code == 302
    assert look(result).status_code == 404, "it can be taken back as before"


def test_what_one_person_asked_another_goes_with_the_answer(held, signed_in, ada):
    one = held()
    _, token, result = ask()
    give(signed_in(ada), token, one)
    erasure.erase(ada, actor=ada)
    assert (look(result).status_code, ProofRequest.objects.count()) == (404, 0)


# -- what fits ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "terms", "why"),
    [
        ("words", "soil SAMPLING technique", "It shows the skill"),
        ("words", "sampling", "It shows the skill"),
        ("words", "geology\nSoil sampling", "It shows the skill"),
        ("words", "laboratory", ""),
        ("words", "welding", None),
        ("achievements", "{address}", "one of the credentials asked for"),
        ("achievements", "{address}/1", "one of the credentials asked for"),
        ("achievements", "{public}", "one of the credentials asked for"),
        ("achievements", "https://elsewhere.example/achievements/1", None),
    ],
)
def test_only_what_fits_is_offered_and_says_why(wanted, terms, why, held, signed_in, ada, settings):
    one = held()
    path = f"/achievements/{one.award.version.achievement_id}"
    terms = terms.format(address=settings.IDENTITY_URL + path, public=settings.PUBLIC_URL + path)
    _, token, result = ask(wanted=wanted, terms=terms)
    browser = signed_in(ada)
    page = browser.get(f"/asked/{token}/answer").content.decode()
    fits = str(one.pk) in page
    if why is None:
        assert not fits
        assert "Nothing of yours fits" in page
        assert give(browser, token, one).status_code == 400
        return
    if why:
        assert fits
        assert why in page
        give(browser, token, one)
        (entry,) = look(result, format="json").json()["answer"]["credentials"]
        assert why in entry["fits"][0]


def test_what_was_taken_back_is_not_offered(
    held, signed_in, ada, django_capture_on_commit_callbacks
):
    one = held()
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(one.award, actor=None, reason="issued-in-error")
    _, token, _ = ask()
    assert "Nothing of yours fits" in signed_in(ada).get(f"/asked/{token}/answer").content.decode()


# -- answering with one's own key --------------------------------------------------------------


@pytest.fixture
def wallet():
    """A key of the holder's own."""
    private = PrivateKey.generate("ed25519")
    did, method = default_identity(private.public_key)
    return KeyFile(did=did, method_id=method, private=private)


def signed(tree, wallet, found, **changes):
    asked = {"challenge": found.nonce, "domain": domain()} | changes
    suite = asked.pop("suite", "eddsa-rdfc-2022")
    return sign_presentation(
        tree if isinstance(tree, dict) else json.loads(tree),
        key=wallet,
        suite=suite,
        created=stamp(clock.now()),
        **asked,
    )


def to_did(issuer, did, **more):
    subject = issuer.subject(id=did)
    return issuer.sign(issuer.badge(credentialSubject=subject, **more))


def presentation(did, *credentials):
    inner = [json.loads(one) for one in credentials]
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did,
        "verifiableCredential": inner,
    }


def bring(browser, token, data, **more):
    file = io.BytesIO(data)
    file.name = "signed.json"
    return browser.post(f"/asked/{token}/signed", {"signed-file": file, **more})


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "vc+jwt"])
def test_a_signed_presentation_proves_control(suite, wallet, issuer, signed_in, ada):
    found, token, result = ask()
    data = signed(presentation(wallet.did, to_did(issuer, wallet.did)), wallet, found, suite=suite)
    answer = bring(signed_in(ada), token, data)
    assert answer.status_code == 302, answer.content.decode()
    told = look(result, format="json").json()
    assert told["answer"]["control"]["kind"] == "did"
    assert told["answer"]["control"]["did"] == wallet.did
    assert told["answer"]["control"]["report"]["verdict"] == "verified"
    assert told["answer"]["presentation"] == data.decode()
    (entry,) = told["answer"]["credentials"]
    assert entry["report"]["verdict"] == "verified"
    assert entry["holder"] == "It names the DID that signed."
    page = look(result).content.decode()
    assert wallet.did in page
    assert "with the holder's own key" in page


def test_a_presentation_can_be_pasted(wallet, issuer, signed_in, ada):
    found, token, _ = ask()
    data = signed(presentation(wallet.did, to_did(issuer, wallet.did)), wallet, found)
    answer = signed_in(ada).post(f"/asked/{token}/signed", {"signed-text": data.decode()})
    assert answer.status_code == 302


def _attacks():
    def replayed(wallet, issuer, found, other):
        return signed(presentation(wallet.did, to_did(issuer, wallet.did)), wallet, other)

    def elsewhere(wallet, issuer, found, other):
        tree = presentation(wallet.did, to_did(issuer, wallet.did))
        return signed(tree, wallet, found, domain="https://evil.example")

    def unbound(wallet, issuer, found, other):
        tree = presentation(wallet.did, to_did(issuer, wallet.did))
        return signed(tree, wallet, found, challenge=None, domain=None)

    def not_about(wallet, issuer, found, other):
        tree = presentation(wallet.did, to_did(issuer, "did:key:z6MkotherotherotherotherX"))
        return signed(tree, wallet, found)

    def nobody_s(wallet, issuer, found, other):
        email = {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": "ada@people.example",
            "identityType": "emailAddress",
        }
        subject = issuer.subject(id=None, identifier=[email])
        inner = issuer.sign(issuer.badge(credentialSubject=subject))
        return signed(presentation(wallet.did, inner), wallet, found)

    def forged(wallet, issuer, found, other):
        bad = to_did(issuer, wallet.did).replace(b"Soil Science I", b"Soil Science V")
        return signed(presentation(wallet.did, to_did(issuer, wallet.did), bad), wallet, found)

    def changed(wallet, issuer, found, other):
        tree = presentation(wallet.did, to_did(issuer, wallet.did))
        return signed(tree, wallet, found).replace(b"Soil Science I", b"Soil Science V")

    def unsigned(wallet, issuer, found, other):
        return orjson.dumps(presentation(wallet.did, to_did(issuer, wallet.did)))

    def credential(wallet, issuer, found, other):
        return to_did(issuer, wallet.did)

    def revoked(wallet, issuer, found, other):
        inner = to_did(issuer, wallet.did, credentialStatus=issuer.status())
        issuer.set_status()
        return signed(presentation(wallet.did, inner), wallet, found)

    return [
        (replayed, "challenge"),
        (elsewhere, "domain"),
        (unbound, "bound to another"),
        (not_about, "not the holder"),
        (nobody_s, "not the holder"),
        (forged, "changed after signing"),
        (changed, "does not hold"),
        (unsigned, "nobody has signed"),
        (credential, "no signed presentation"),
        (revoked, "revoked"),
    ]


@pytest.mark.parametrize(("attack", "words"), _attacks())
def test_what_does_not_hold_is_refused_with_its_reason(
    attack, words, wallet, issuer, signed_in, ada
):
    """Security goal A105."""
    found, token, result = ask()
    other, _, _ = ask()
    answer = bring(signed_in(ada), token, attack(wallet, issuer, found, other))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert look(result, format="json").json()["state"] == "waiting"


def test_the_fit_is_asked_of_presentations_too(wallet, issuer, signed_in, ada):
    found, token, _ = ask(wanted="words", terms="welding")
    data = signed(presentation(wallet.did, to_did(issuer, wallet.did)), wallet, found)
    answer = bring(signed_in(ada), token, data)
    assert answer.status_code == 400
    assert "does not fit what was asked for" in answer.content.decode()


def test_the_page_writes_what_a_key_of_ones_own_signs(wallet, held, signed_in, ada):
    plain, named = held(), held(recipient_id=wallet.did)
    found, token, result = ask()
    dids._keep(ada, wallet.did, wallet.method_id)
    browser = signed_in(ada)
    form = {"sign-did": wallet.did, "sign-holdings": [str(named.pk)]}
    other = browser.post(f"/asked/{token}/presentation", form | {"sign-holdings": [str(plain.pk)]})
    assert other.status_code == 400  # it names no DID, so it is not offered
    nothing = browser.post(f"/asked/{token}/presentation", {"sign-did": wallet.did})
    assert nothing.status_code == 400, "a presentation of nothing proves nothing"
    got = browser.post(f"/asked/{token}/presentation", form)
    assert got["Content-Disposition"] == 'attachment; filename="presentation.json"'
    assert bytes(named.award.signed) in got.content  # not one byte of it is written anew
    answer = bring(browser, token, signed(got.content, wallet, found))
    assert answer.status_code == 302, answer.content.decode()
    (entry,) = look(result, format="json").json()["answer"]["credentials"]
    assert entry["holder"] == "It names the DID that signed."


def test_tokens_go_into_presentations_as_envelopes(wallet, issuer, signed_in, ada):
    held = actions.import_credential(
        ada, issuer.token(issuer.badge(credentialSubject=issuer.subject(id=wallet.did))), "b.jwt"
    )
    found, token, _ = ask()
    data = signed(unsigned_presentation(wallet.did, [held]), wallet, found)
    assert bring(signed_in(ada), token, data).status_code == 302


# -- to take along -----------------------------------------------------------------------------


def unzipped(answer, folder):
    name = answer["Content-Disposition"].split('"')[1]
    (folder / name).write_bytes(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return name, {entry: archive.read(entry) for entry in archive.namelist()}


@pytest.mark.parametrize("kind", ["account", "did"])
def test_the_asker_checks_the_answer_without_us(
    kind, wallet, held, issuer, signed_in, ada, tmp_path
):
    with clock.at(SystemClock().now()):
        found, token, result = ask()
        browser = signed_in(ada)
        if kind == "account":
            give(browser, token, held())
        else:
            data = signed(presentation(wallet.did, to_did(issuer, wallet.did)), wallet, found)
            bring(browser, token, data)
        name, files = unzipped(Client().get(f"/proofs/{result}/answer.zip"), tmp_path)
    index = json.loads(files["index.json"])
    assert index["proof"]["answer"]["control"]["kind"] == kind
    words = shlex.split(index["command"])
    assert words[:3] == ["stackmark", "verify", name]
    assert index["command"] in files["README.txt"].decode()
    done = verify_offline(*words[2:], "--json", cwd=tmp_path)
    (row,) = json.loads(done.stdout)
    assert (done.returncode, row["verdict"]) == (0, "verified"), done.stdout
    if kind == "did":
        assert row["credential"]["issuer"]["id"] == wallet.did


# -- young people ------------------------------------------------------------------------------


def test_who_needs_a_guardian_answers_nothing_but_no(held, ada):
    holding = held()
    first, token, _result = ask()
    today = clock.today()
    ada.born = today.replace(year=today.year - 14, day=1)
    ada.save(update_fields=["born"])
    with pytest.raises(ValidationError, match="guardian has to agree"):
        proving.give(first, actor=ada, holdings=[holding], sign_in=SignIn(clock.now(), "password"))
    assert not ProofAnswer.objects.exists()
    assert token
    assert proving.refuse(first, actor=ada).state == ProofAnswer.State.REFUSED


def test_an_answer_is_hidden_once_a_guardian_takes_the_consent_back(held, ada):
    found, _token, result = ask()
    holding = held()
    proving.give(
        found,
        actor=ada,
        holdings=[holding],
        sign_in=SignIn(clock.now(), "password"),
        with_name=True,
    )
    assert "Soil" in look(result).content.decode()
    today = clock.today()
    ada.born = today.replace(year=today.year - 14, day=1)
    ada.save(update_fields=["born"])
    page = look(result).content.decode()
    assert "Soil" not in page
    assert ada.name not in page
    assert "Soil" not in look(result, format="json").content.decode()
