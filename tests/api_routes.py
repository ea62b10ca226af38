"""Every operation of the API, from its description, and how to ask each one in ``ApiWorld``.

A new operation is in here by itself; one whose address has an id needs a thing in ``things``.
"""

from __future__ import annotations

import re

import api_world
from stackmark_web.api import description
from stackmark_web.integrations import webhook_actions

OPERATIONS = [
    (path.removeprefix(api_world.ROOT), method.upper(), one)
    for path, method, one in description.operations(description.document())
]
WITH_IDS = [found for found in OPERATIONS if "{" in found[0]]
NOBODY = "00000000-0000-4000-8000-000000000000"
CONTENT = {"content": {"language": "en", "title": {"en": "T"}}}
BODIES = {  # the least that is taken, so that a refusal is about the token
    "award_revoke": {"reason": "issued-in-error"},
    "award_search": {"external_id": "1"},
    "award_make": {"recipient_email": "a@b.example", "achievement": NOBODY},
    "achievement_make": CONTENT,
    "draft_save": CONTENT,
    "run_start": {"achievement": NOBODY, "recipients": [{"recipient_email": "a@b.example"}]},
    "webhook_make": {"url": "https://hooks.example.org/1", "events": ["award.offered"]},
}


def named(found):
    return found[2]["operationId"]


def called(name):
    """The operation of this name."""
    return next(found for found in OPERATIONS if named(found) == name)


def things(world):
    """Something for each id an address may hold."""
    draft = world.call.post("/achievements", CONTENT)
    recipients = [{"recipient_email": "bo@mail.example"}]
    order = {"version": str(world.version.pk), "recipients": recipients, "confirm": False}
    run = world.call.post("/runs", order).json()
    hook, _secret = world.hook()
    message = webhook_actions.ping(hook, actor=world.owner)
    return {
        "award_id": str(world.draft().pk),
        "achievement_id": draft.json()["achievement"],
        "run_id": run["id"],
        "webhook_id": str(hook.pk),
        "message_id": str(message.pk),
        "number": "1",
    }


def ask(world, found, token, *, body=None, headers=None, **ids):
    """The operation at things that are there, with a body that is taken."""
    path, method, one = found
    known = world.things | ids
    path = re.sub(r"\{(\w+)\}", lambda hole: known[hole[1]], path)
    name, headers = one["operationId"], headers or {}
    call = api_world.Caller(token)
    if name in ("run_upload", "verify"):
        kind = "multipart/form-data; boundary=x"
        return call(method, path, form(body or {}), content_type=kind, **headers)
    if method in ("POST", "PUT", "PATCH"):
        headers = ({"if_match": '"x"'} if name == "draft_save" else {}) | headers
        return call(method, path, BODIES.get(name, {}) if body is None else body, **headers)
    return call(method, path, **headers)


def form(parts):
    """The body of a form with a small file, and more parts."""
    file = 'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\nemail\r\n'
    more = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
        if name != "file"
    ]
    file = file.replace("email", parts.get("file", "email"))
    return "".join(f"--x\r\n{part}" for part in (file, *more)) + "--x--\r\n"


def problem(answer):
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return answer.json()["type"].removeprefix("urn:stackmark:problem:")
