"""A failed attempt is nobody's business: looked for on every page strangers and others can open."""

from __future__ import annotations

import pytest
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from stackmark_web.assessing import artefacts
from stackmark_web.assessing.actions import applying, submitting
from stackmark_web.assessing.models import Artefact
from stackmark_web.awarding import actions as awarding
from stackmark_web.passport import actions as passport
from stackmark_web.passport import queries, sharing, tokens
from stackmark_web.passport.models import Profile
from stackmark_web.tenancy.models import Membership, Organisation
from web.assessing.learner import steps

MARK = "quokka"  # stands in everything that was written about the failed attempt


@pytest.fixture
def told(world):
    """Lena failed first, with words nobody else writes, and passed later: the award is shared."""
    attempt = steps.prepared(world, message=f"{MARK} message")
    submitting.write_text(attempt, "project", actor=world.learner, text=f"{MARK} text")
    attempt = submitting.submit(
        attempt, actor=world.learner, name=f"Lena {MARK}", help_had=f"{MARK} help"
    )
    steps.decided(world, attempt, feedback=f"{MARK} feedback", reason=f"{MARK} reason")
    second = applying.open_attempt(attempt.application, actor=world.learner)
    submitting.write_text(second, "project", actor=world.learner, text="Better work.")
    second = submitting.submit(second, actor=world.learner, name="Lena")
    decision = steps.decided(world, second, "passed")
    piece = second.artefacts.get()
    address = artefacts.public_url(piece)
    award = awarding.create_award(
        world.version,
        actor=None,
        recipient_email=world.learner.email,
        recipient_name="Lena",
        evidence=[{"url": address, "name": "Evidence 1"}],
        related=[
            {
                "url": address,
                "sha256": piece.sha256,
                "media_type": "text/plain",
                "name": "Evidence 1",
            }
        ],
    )
    awarding.offer(award)
    decision.award = award
    decision.save()
    award.refresh_from_db()
    holding = passport.take(award, world.learner)
    holding.published = holding.on_profile = True
    holding.save()
    Profile.objects.create(user=world.learner, handle="lena", published=True)
    return attempt, second, holding


def people(world):
    """Nobody, an employer, a stranger, and those of the house who may not mark."""
    employer = Organisation.objects.create(slug="works", name="Works", kind="employer")
    boss = world.person("boss")
    Membership.everywhere.create(user=boss, organisation=employer, role="owner")
    clients = {"nobody": Client()}
    for word, user in (("employer", boss), ("designer", world.designer), ("issuer", None)):
        user = user or world.member("ines", "issuer")
        clients[word] = Client()
        clients[word].force_login(user)
    return clients


def addresses(world, attempt, holding, token):
    """Every address that can be made from what belongs to this learner and this achievement."""
    known = {
        "slug": ["northfield", "works"],
        "achievement_id": [world.achievement.pk],
        "number": [1],
        "handle": ["lena"],
        "token": [token],
        "form": ["json", "ob3"],
        "piece": [one.pk for one in Artefact.objects.all()],
        "pk": [
            *(world.achievement.pk, attempt.pk, attempt.application_id, holding.pk),
            *(holding.award_id, *Artefact.objects.values_list("pk", flat=True)),
        ],
    }
    for name, words in _routes(get_resolver()):
        for values in _choices(words, known):
            try:
                yield reverse(name, kwargs=values)
            except NoReverseMatch:
                continue


def _routes(resolver, space=""):
    for one in resolver.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from _routes(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif one.name:
            yield f"{space}{one.name}", list(one.pattern.converters)


def _choices(words, known):
    made = [{}]
    for word in words:
        if word not in known:
            return []
        made = [{**one, word: value} for one in made for value in known[word]]
    return made


def may_ask(clients, address):
    """Work areas are asked by those who enter them; that nobody else does is tests/web/test_routes."""
    if not address.startswith("/manage/"):
        return [(word, clients[word]) for word in ("designer", "nobody")]
    inside = ("designer", "issuer") if address.startswith("/manage/northfield") else ()
    return [(word, clients[word]) for word in inside]


@pytest.fixture
def short_refusals(monkeypatch):
    """Thousands of addresses lead nowhere: without the page that says so the test takes half."""
    for name in ("handler404", "handler403"):
        monkeypatch.setattr(f"stackmark_web.urls.{name}", _refusal, raising=False)


def _refusal(request, exception):
    return HttpResponse(status=404 if isinstance(exception, Http404) else 403)


@pytest.mark.usefixtures("short_refusals")
def test_no_page_for_others_tells_of_it(world, told):
    """Made from the list of routes: a new page that tells of it fails here."""
    attempt, _second, holding = told
    share = sharing.make_share(world.learner, [holding], evidence=True)
    token = tokens.unsealed(share.token_sealed)
    clients = people(world)
    seen = 0
    for address in dict.fromkeys(addresses(world, attempt, holding, token)):
        for word, client in may_ask(clients, address):
            answer = client.get(address)
            body = b"".join(answer) if answer.streaming else answer.content
            assert MARK.encode() not in body.lower(), (word, address)
            assert str(attempt.pk).encode() not in body.replace(address.encode(), b""), (
                word,
                address,
            )
            seen += answer.status_code == 200
            if answer.status_code == 404 and not address.startswith("/manage/"):
                break  # what is not there for her is there for nobody: tests/web/test_routes
    assert seen > 60


def test_the_credential_and_its_check_tell_nothing_of_it(world, told):
    attempt, _second, holding = told
    signed = bytes(holding.award.signed)
    answer = Client().post(reverse("verifying:start"), {"text": signed.decode()})
    for body in (signed, answer.content):
        assert MARK.encode() not in body.lower()
        assert str(attempt.pk).encode() not in body


def test_shared_evidence_is_of_the_passed_attempt_and_only_if_shown(world, told):
    attempt, second, holding = told
    failed, passed = attempt.artefacts.get(), second.artefacts.get()
    for shown in (False, True):
        share = sharing.make_share(world.learner, [holding], evidence=shown)
        token = tokens.unsealed(share.token_sealed)
        page = Client().get(reverse("passport:share", args=[token])).content.decode()
        link = reverse("passport:shared_evidence", args=[token, holding.pk, passed.pk])
        assert (link in page) is shown
        answer = Client().get(link)
        assert answer.status_code == (200 if shown else 404)
        if shown:
            assert answer.content == b"Better work."
            assert "sandbox" in answer["Content-Security-Policy"]
        other = reverse("passport:shared_evidence", args=[token, holding.pk, failed.pk])
        assert Client().get(other).status_code == 404
    sharing.withdraw_share(share, actor=world.learner)
    assert Client().get(link).status_code != 200
    assert queries.share_by_token(token) is None
