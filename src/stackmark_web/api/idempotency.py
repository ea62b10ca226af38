"""A request with an ``Idempotency-Key`` is done once, however often it comes (fault F05).

The first one leaves a mark, committed before anything is done, and its answer in the end. Whoever
comes in between is told to wait; whoever comes later gets the same answer. A process that died on
the way leaves the mark without an answer: after a while the next request takes it over and finds
what was made by ``ref``, or by the key itself, from which the id of an award is drawn.

Only answers of the 2xx kind are kept: what was refused has made nothing and may be mended and sent
again under the same key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from contextlib import nullcontext, suppress
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse

from stackmark_web import clock
from stackmark_web.api.auth import Principal
from stackmark_web.api.models import Answered
from stackmark_web.api.problems import Problem
from stackmark_web.tenancy.permissions import Permission

KEPT: Final = timedelta(hours=24)
_BUSY: Final = timedelta(seconds=90)  # the longest request, a large file, takes less
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_HEADERS: Final = ("Content-Type", "Location", "ETag")


class Once:
    """One request under its key, as long as it is under way."""

    def __init__(self, row: Answered) -> None:
        self._row = row

    @property
    def nonce(self) -> str:
        """What an action may draw an id from: the same for each repetition of the request."""
        return f"api {self._row.organisation_id} {self._row.key}"

    @property
    def ref(self) -> str:
        """What an earlier try, cut off, has made already; empty for nothing."""
        return self._row.ref

    @property
    def first_maker(self) -> Any:
        """In whose name the first try was made."""
        return self._row.maker

    def note(self, ref: str) -> None:
        """Remember what was made, in the transaction that makes it."""
        self._mine().update(ref=ref)

    def finish(self, response: HttpResponse) -> None:
        """Keep the answer. Raises ``Problem`` when another process took the request over."""
        kept = {name: response.headers[name] for name in _HEADERS if name in response.headers}
        done = self._mine().update(
            status=response.status_code, headers=kept, body=_seal(bytes(response.content))
        )
        if not done:
            raise in_flight()

    def release(self) -> None:
        """Nothing was made: the key is free again."""
        self._mine().filter(ref="").delete()
        self._mine().update(busy_until=clock.now())

    def _mine(self) -> models.QuerySet[Answered]:
        return Answered.objects.filter(pk=self._row.pk, fence=self._row.fence, status=None)


def begin(who: Principal, key: str, request: HttpRequest) -> Once | HttpResponse:
    """The mark of a new request, or the answer to one that was done. Raises ``Problem``."""
    if not _KEY.fullmatch(key):
        raise Problem(
            "invalid-idempotency-key", "Use 1 to 255 visible ASCII characters, such as a UUID."
        )
    asked, now = hash_of(request), clock.now()
    mine = Answered.objects.filter(organisation=who.organisation, key=key)
    mine.filter(began_at__lt=now - KEPT).delete()
    found = mine.select_related("maker").first() or _mark(who, key, asked)
    if isinstance(found, Once):
        return found
    if found.request_hash != asked:
        raise Problem(
            "idempotency-mismatch", "This key came before with another request; use a new key."
        )
    if found.status is not None:
        return replay(found)
    return _take_over(found)


def _mark(who: Principal, key: str, asked: str) -> Once | Answered:
    now = clock.now()
    row = Answered(
        organisation=who.organisation,
        key=key,
        maker=who.actor,
        request_hash=asked,
        began_at=now,
        busy_until=now + _BUSY,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another came at the same moment
        return Answered.objects.select_related("maker").get(organisation=who.organisation, key=key)
    return Once(row)


def _take_over(found: Answered) -> Once:
    now = clock.now()
    if found.busy_until > now:
        raise in_flight()
    taken = Answered.objects.filter(pk=found.pk, fence=found.fence, status=None).update(
        fence=found.fence + 1, busy_until=now + _BUSY
    )
    if not taken:
        raise in_flight()
    found.fence += 1
    return Once(found)


def in_flight() -> Problem:
    """Somebody else is doing it right now."""
    return Problem(
        "idempotency-in-flight",
        "Ask again in a moment; the answer will be that of the first request.",
        headers={"Retry-After": "1"},
    )


def replay(row: Answered) -> HttpResponse:
    """The answer again, byte for byte."""
    response = HttpResponse(_unsealed(bytes(row.body)), status=row.status)
    for name, value in row.headers.items():
        response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _seal(body: bytes) -> bytes:
    """Answers hold names of people, and sometimes a secret: they lie sealed."""
    return _box(settings.SECRET_KEY).encrypt(body)


def _unsealed(body: bytes) -> bytes:
    try:
        return _box(settings.SECRET_KEY).decrypt(body)
    except InvalidToken:  # the server's own secret was changed since
        raise Problem("conflict", "The answer to this key can no longer be read.") from None


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"api-answer-seal").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def run(
    view: Any,
    request: HttpRequest,
    *args: Any,
    rights: frozenset[Permission],
    atomic: bool,
    **kwargs: Any,
) -> HttpResponse:
    """A view under the key of its request, if there is one.

    ``atomic``: what it makes and its answer are stored in one transaction. A view that must commit
    on its way (signing does: the intent comes first) finds what it made by ``request.once``.
    ``rights``: a kept answer, made when somebody was allowed to, is for who holds one of them now.
    """
    request.once = None  # type: ignore[attr-defined]  # ours, for the view
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return view(request, *args, **kwargs)  # type: ignore[no-any-return]
    once = begin(request.auth, key, request)  # type: ignore[attr-defined]  # set by ninja
    if isinstance(once, HttpResponse):
        request.auth.require_any(rights)  # type: ignore[attr-defined]  # the view asks no more
        return once
    request.once = once  # type: ignore[attr-defined]
    try:
        with transaction.atomic() if atomic else nullcontext():
            response: HttpResponse = view(request, *args, **kwargs)
            once.finish(response)
    except BaseException:
        once.release()
        raise
    return response


def hash_of(request: HttpRequest) -> str:
    """Stands for method, address and body; of a form for its parts, whose border is random."""
    made = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        made.update(request.body)
        return made.hexdigest()
    for name, values in sorted(request.POST.lists()):
        made.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            made.update(repr((name, file.name)).encode())
            made.update(hashlib.sha256(file.read()).digest())
            file.seek(0)
    return made.hexdigest()


def forget_person(telling: re.Pattern[str] | None) -> int:
    """Empty the kept answers, of whomever, that tell of a person. How many were."""
    count = 0
    for pk, body in Answered.objects.exclude(status=None).values_list("pk", "body").iterator():
        try:
            text = _text(_unsealed(bytes(body)))
        except Problem:
            text = None
        if text is None or (telling is not None and telling.search(text)):
            count += Answered.objects.filter(pk=pk).update(body=_seal(b"{}"))
    return count


def _text(body: bytes) -> str:
    """All that is said in a body, whatever way it is escaped."""
    with suppress(ValueError):
        body = json.dumps(json.loads(body), ensure_ascii=False).encode()
    return body.decode("utf-8", "replace")


def forget_old() -> int:
    """Answers are kept for a day. How many went."""
    return Answered.objects.filter(began_at__lt=clock.now() - KEPT).delete()[0]
