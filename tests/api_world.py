"""Two organisations with tokens, and a client that speaks JSON: for tests of the API."""

from __future__ import annotations

import json
from functools import cache

from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client

from stackmark_web import clock
from stackmark_web.accounts.models import User
from stackmark_web.api import actions
from stackmark_web.api.scopes import SCOPES
from stackmark_web.awarding import actions as awarding
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.integrations import webhook_actions
from stackmark_web.tenancy.models import Membership, Organisation, SigningKey
from stackmark_web.tenancy.queries import did_of
from stackmark_web.tenancy.signers.files import FileStore

ROOT = "/api/v1"


@cache
def key_file(did):
    return FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-1")


class Caller:
    """Speaks to the API with a token (or none)."""

    def __init__(self, token=""):
        self.token = token
        self.client = Client(raise_request_exception=False)

    def __call__(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            headers.setdefault("authorization", f"Bearer {self.token}")
        more = {}
        if body is not None:
            data = body if isinstance(body, bytes | str) else json.dumps(body)
            more = {"data": data, "content_type": headers.pop("content-type", "application/json")}
        return self.client.generic(method, f"{ROOT}{path}", headers=headers, **more)

    def get(self, path, **headers):
        return self("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self("POST", path, {} if body is None else body, **headers)


def person(word):
    email = f"{word}@people.example"
    user = User.objects.create_user(email, "a-long-password", name=word.title())
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def organisation(slug, owner):
    made = Organisation.objects.create(
        slug=slug, kind="university", name=slug.title(), country="IE", email=f"at@{slug}.example"
    )
    Membership.everywhere.create(user=owner, organisation=made, role="owner")
    did = did_of(made)
    file = key_file(did)
    SigningKey.everywhere.create(
        organisation=made,
        method_id=f"{did}#key-1",
        algorithm=file.public_key.algorithm,
        public_multibase=file.public_key.to_multikey(),
        location=file.location,
        created_at=clock.now(),
    )
    return made


def published(organisation, title="Soil sampling"):
    achievement = Achievement.everywhere.create(organisation=organisation, created_at=clock.now())
    made = AchievementVersion.everywhere.create(
        organisation=organisation,
        achievement=achievement,
        number=1,
        state="published",
        title=title,
        language="en",
        content={"language": "en", "title": {"en": title}},
        signable={
            "id": f"{settings.IDENTITY_URL}/achievements/{achievement.pk}/1",
            "type": ["Achievement"],
            "name": title,
            "description": "Takes samples a laboratory can use.",
            "criteria": {"narrative": "Ten samples."},
        },
        edited_at=clock.now(),
        published_at=clock.now(),
    )
    achievement.current = made
    achievement.save()
    return made


class ApiWorld:
    """Northfield with all the API shows, and Elsewhere with a token of its own."""

    def __init__(self):
        self.owner, self.stranger = person("alice"), person("charlie")
        self.here = organisation("northfield", self.owner)
        self.elsewhere = organisation("elsewhere", self.stranger)
        self.version = published(self.here)
        self.token, self.text = self.make_token()
        _, self.foreign = actions.make_token(
            self.elsewhere, actor=self.stranger, name="Theirs", scopes=list(SCOPES)
        )

    def make_token(self, *scopes, actor=None, **more):
        return actions.make_token(
            self.here,
            actor=actor or self.owner,
            name="A program",
            scopes=list(scopes or SCOPES),
            **more,
        )

    @property
    def call(self):
        return Caller(self.text)

    def draft(self, **more):
        values = {"recipient_email": "ada@mail.example", "recipient_name": "Ada Lovelace"}
        return awarding.create_award(
            self.version, actor=self.owner, organisation=self.here, again=True, **values | more
        )

    def offered(self, **more):
        return awarding.offer(self.draft(**more), actor=self.owner)

    def hook(self, *events, url="https://hooks.example.org/in", **more):
        return webhook_actions.add_webhook(
            self.here,
            actor=self.owner,
            url=url,
            events=events or ["award.offered", "credential.revoked"],
            **more,
        )
