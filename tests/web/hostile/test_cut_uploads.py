"""An upload whose connection is lost at any byte leaves nothing behind (fault F19)."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.urls import reverse

from stackmark_web.awarding.models import Sheet
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.passport.models import Holding
from stackmark_web.verifying.models import Batch

pytestmark = pytest.mark.django_db
MARK = "----cut"
TOKEN = "c" * 32


class Lost(io.RawIOBase):
    """What a WSGI server hands on when the other side is gone: bytes, then an error or an end."""

    def __init__(self, data, *, error):
        self._left, self._error = io.BytesIO(data), error

    def readable(self):
        return True

    def read(self, size=-1):
        part = self._left.read(size)
        if not part and self._error:
            raise ConnectionResetError("the other side is gone")
        return part

    def readline(self, size=-1):
        return self._left.readline(size)


def form(*, file, **fields):
    parts = [
        f'--{MARK}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in {"csrfmiddlewaretoken": TOKEN, **fields}.items()
    ]
    field, name, data = file
    head = f'--{MARK}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return b"".join([*parts, head.encode(), data, f"\r\n--{MARK}--\r\n".encode()])


def sent(client, place, body, share, *, error):
    """The status a server would write into the void."""
    cookies = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": place,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "10.9.9.9",
        "CONTENT_TYPE": f"multipart/form-data; boundary={MARK}",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_COOKIE": f"{cookies}; csrftoken={TOKEN}",
        "wsgi.input": Lost(body[: len(body) * share // 100], error=error),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    status = []
    answer = WSGIHandler()(environ, lambda line, headers: status.append(int(line[:3])))
    b"".join(answer)
    return status[0]


def left():
    """What an upload could leave, on disk too."""
    files = sorted(one for one in settings.DATA.rglob("*") if one.is_file())
    rows = [one.objects.count() for one in (Holding, Batch)]
    return files, rows, Sheet.everywhere.count()


@pytest.fixture
def version(northfield):
    from stackmark_web import clock

    lineage = Achievement.everywhere.create(organisation=northfield, created_at=clock.now())
    return AchievementVersion.everywhere.create(
        organisation=northfield, achievement=lineage, number=1, state="published",
        title="Soil", edited_at=clock.now(), published_at=clock.now(), signable={"name": "Soil"},
    )  # fmt: skip


@pytest.mark.parametrize("error", [True, False], ids=["reset", "end"])
def test_nothing_is_left(client, alice, version, error):
    client.force_login(alice)
    rows = "".join(f"p{number}@mail.example,Person {number}\n" for number in range(200))
    sheet = form(file=("file", "all.csv", f"email,name\n{rows}".encode()), version=str(version.pk))
    badge = form(file=("files", "badge.json", b'{"type": ["VerifiableCredential"]}' * 40))
    places = (
        (reverse("awarding:sheet_new", args=["northfield"]), sheet),
        ("/passport/import", badge),
        ("/verify", badge),
    )
    before = left()
    for place, body in places:
        for share in (1, 10, 50, 90, 99):
            status = sent(client, place, body, share, error=error)
            assert status in (400, 403, 422), (place, share, status)
            assert left() == before, (place, share)


def test_the_whole_of_it_is_taken(client, alice, version):
    """The same request, not cut: so it is the cut that was refused."""
    client.force_login(alice)
    version.achievement.current = version
    version.achievement.save()
    body = form(
        file=("file", "all.csv", b"email,name\na@mail.example,Ann\n"), version=str(version.pk)
    )
    place = reverse("awarding:sheet_new", args=["northfield"])
    assert sent(client, place, body, 100, error=False) == 302
    assert Sheet.everywhere.count() == 1
