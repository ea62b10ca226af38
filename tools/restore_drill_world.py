"""What ``tools/restore_drill.py`` asks of Django, each time in a process of its own.

    python tools/restore_drill_world.py begin FEW PEOPLE | order ROWS | live REVOKE ERASE | look
        | begun | sign | flips FILE PASSPHRASE PLACE...

Each prints one JSON object.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]
os.environ["DJANGO_SETTINGS_MODULE"] = "stackmark_web.settings.base"


def begin(few: str, people: str) -> dict[str, object]:
    """An institution, ``few`` people in a first run, and ``people`` who have accounts."""
    from chaos_world import setup

    from stackmark_web.accounts.models import User
    from stackmark_web.operations import starting

    setup(tables=False)
    starting.begin()
    for number in range(int(people)):
        User.objects.create_user(f"p{number}@people.example", None, name=f"P{number}")
    return order(few, "first")


def order(rows: str, word: str = "") -> dict[str, object]:
    """A file with so many rows is handed in and confirmed; the worker does it."""
    from stackmark_web.awarding import sheet_actions, sheets
    from stackmark_web.awarding.models import Award
    from stackmark_web.catalogue.models import AchievementVersion

    word = word or f"n{Award.everywhere.count()}x{os.getpid()}"
    version = AchievementVersion.everywhere.get()
    lines = [f"{word}{number}@mail.example,Name {number}" for number in range(int(rows))]
    made = sheet_actions.upload_sheet(
        version,
        actor=_owner(),
        organisation=version.organisation,
        filename=f"{word}.csv",
        data="\n".join(["recipient_email,recipient_name", *lines]).encode(),
    )
    sheet_actions.match_columns(made, actor=_owner(), mapping=made.mapping)
    made = sheets.sheet_of(version.organisation, made.pk)
    sheet_actions.confirm(made, actor=_owner(), agreed=sheets.agreement(made))
    return begun()


def _owner():
    from stackmark_web.accounts.models import User

    return User.objects.get(email="ida@people.example")


def begun() -> dict[str, object]:
    """How much was signed in the first run."""
    from stackmark_web.awarding.models import Award

    first = Award.everywhere.filter(recipient_email__startswith="first")
    return {"signed": first.exclude(sha256="").count()}


def live(revoke: str, erase: str) -> dict[str, object]:
    """What happens after the backup: some are revoked, some people erased."""
    from stackmark_web.accounts import erasure
    from stackmark_web.accounts.models import User
    from stackmark_web.awarding import actions, publishing
    from stackmark_web.awarding.models import Award

    keys = list(Award.everywhere.filter(state="offered").order_by("created_at", "pk"))
    old = [one for one in keys if one.recipient_email.startswith("first")]
    new = [one for one in keys if not one.recipient_email.startswith("first")]
    half = int(revoke) // 2  # as many of before the backup as of after it
    for award in [*old[:half], *new[-(int(revoke) - min(half, len(old))) :]]:
        actions.revoke(award, actor=_owner(), reason="issued-in-error")
    for number in range(int(erase)):
        erasure.erase(User.objects.get(email=f"p{number}@people.example"), actor=None)
    publishing.publish_dirty()
    return {}


def look() -> dict[str, object]:
    """All that has to be compared."""
    from stackmark_web.accounts.models import Erasure, User
    from stackmark_web.awarding.models import Award, StatusList
    from stackmark_web.operations import places
    from stackmark_web.operations.archive import published

    rows = Award.everywhere.filter(status_index__isnull=False).values_list(
        "pk", "status_list_id", "status_index", "state", "sha256"
    )
    found = [(str(pk), f"{one} {index}", state, sha) for pk, one, index, state, sha in rows]
    bits = [
        f"{row.pk} {index}"
        for row in StatusList.everywhere.all()
        if (there := published.at(places.lists(), row.pk, "revocation")) is not None
        for index in there.set_bits()
    ]
    gone = places.data() / "drill-erased.json"
    people = [str(pk) for pk in User.objects.values_list("pk", flat=True)]
    if not gone.exists():
        gone.write_text(json.dumps(people))
    once = set(json.loads(gone.read_text()))
    return {
        "all": [pk for pk, *_ in found],
        "signed": sum(1 for *_, sha in found if sha),
        "places": {place: pk for pk, place, *_ in found},
        "doubles": len(found) - len({place for _, place, *_ in found}),
        "revoked": [pk for pk, _, state, _ in found if state == "revoked"],
        "published": bits,
        "people": people,
        "erased": sorted(once - set(people)),
        "erasures": Erasure.objects.count(),
        "versions": {str(row.pk): row.version for row in StatusList.everywhere.all()},
    }


def sign() -> dict[str, object]:
    """Whether one more can be signed."""
    from stackmark.errors import StackmarkError
    from stackmark_web.awarding import actions
    from stackmark_web.catalogue.models import AchievementVersion

    version = AchievementVersion.everywhere.get()
    draft = actions.create_award(
        version, actor=_owner(), recipient_email=f"one{os.getpid()}@mail.example"
    )
    try:
        return {"signed": bool(actions.offer(draft, actor=_owner()).signed)}
    except StackmarkError as error:
        sys.stderr.write(f"{error.detail}\n")
        return {"signed": False}


def flips(file: str, passphrase: str, *places: str) -> dict[str, object]:
    """How many flipped bits are found by what ``restore`` does first; it alone writes nothing."""
    from stackmark.errors import StackmarkError
    from stackmark_web.operations.archive import making, members

    whole, word = Path(file).read_bytes(), making.read_passphrase(Path(passphrase))
    found = 0
    with tempfile.TemporaryDirectory(dir=Path(file).parent) as folder:
        for number, place in enumerate(map(int, places)):
            data = bytearray(whole)
            data[place] ^= 1 << number % 8
            bad = Path(folder) / "bad"
            bad.write_bytes(data)
            try:
                members.unpack(bad, word, Path(folder) / str(number))
            except StackmarkError as error:
                found += error.reason in ("backup.damaged", "backup.passphrase")
    return {"found": found}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
