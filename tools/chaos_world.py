"""What ``tools/chaos.py`` asks of Django, each time in a process of its own.

    python tools/chaos_world.py setup | ledger FOLDER_OF_MAIL

``setup`` makes the tables, an institution that can sign, a version and somebody who is signed in;
``ledger`` looks at every row and every credential. Both print one JSON object.
"""

from __future__ import annotations

import email
import json
import os
import sys
from collections import Counter
from email import policy
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
os.environ["DJANGO_SETTINGS_MODULE"] = "stackmark_web.settings.base"
SLUG = "northfield"


def setup(*, tables: bool = True) -> dict[str, str]:
    """Institution, key, version, and a session of its owner."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from stackmark_web import clock
    from stackmark_web.accounts.models import User
    from stackmark_web.tenancy.models import Membership, Organisation, SigningKey
    from stackmark_web.tenancy.queries import did_of
    from stackmark_web.tenancy.signers.files import FileStore
    from tables import make_tables

    if tables:
        make_tables()
    user = User.objects.create_user("ida@people.example", "a-long-password")
    org = Organisation.objects.create(slug=SLUG, name="Northfield", kind="university")
    Membership.everywhere.create(user=user, organisation=org, role="owner")
    did = did_of(org)
    key = FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-1")
    SigningKey.everywhere.create(
        organisation=org,
        method_id=f"{did}#key-1",
        algorithm=key.public_key.algorithm,
        public_multibase=key.public_key.to_multikey(),
        location=key.location,
        created_at=clock.now(),
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"version": str(_version(org).pk), "session": session.session_key}


def _version(org):
    from django.conf import settings

    from stackmark_web import clock
    from stackmark_web.catalogue.models import Achievement, AchievementVersion

    lineage = Achievement.everywhere.create(organisation=org, created_at=clock.now())
    lineage.current = AchievementVersion.everywhere.create(
        organisation=org,
        achievement=lineage,
        number=1,
        state="published",
        title="Soil",
        signable={
            "id": f"{settings.IDENTITY_URL}/achievements/{lineage.pk}/1",
            "type": ["Achievement"],
            "name": "Soil",
            "description": "Takes samples.",
            "criteria": {"narrative": "Ten samples."},
        },
        edited_at=clock.now(),
        published_at=clock.now(),
    )
    lineage.save()
    return lineage.current


def ledger(mails: Path) -> dict[str, object]:
    """Every run, row, credential, list and letter of a world that has come to rest."""
    from stackmark_web.awarding import publishing
    from stackmark_web.awarding.models import Award, SheetRow, StatusList
    from stackmark_web.integrations.models import OutboxMail
    from stackmark_web.jobs.models import Run

    publishing.publish_dirty()
    wrong = [
        f"run {run.pk}: {run.state} {run.done}+{run.failed} of {run.total}"
        for run in Run.everywhere.all()
        if (run.state, run.done + run.failed) != ("done", run.total)
    ]
    awards = Award.everywhere.select_related("status_list").iterator(500)
    verdicts = _verdicts(awards, wrong)
    used = Award.everywhere.filter(status_index__isnull=False).count()
    results = Counter(SheetRow.objects.filter(sheet__run__isnull=False).values_list("result"))
    if used != results[("issued",)]:
        wrong.append(f"{results[('issued',)]} rows were issued and {used} awards are there")
    to, ids = _mailed(mails)
    states = dict(Counter(OutboxMail.everywhere.values_list("state", flat=True)))
    for name, many in (("letters to one person", to), ("letters with one id", ids)):
        wrong += [f"{count} {name}: {one}" for one, count in many.items() if count > 1]
    if sum(to.values()) < states.get("sent", 0):
        wrong.append(f"{states['sent']} letters are called sent, {sum(to.values())} went out")
    return {
        "wrong": wrong[:20],
        "runs": Run.everywhere.count(),
        "rows": sum(results.values()),
        "credentials": sum(verdicts.values()),
        "verdicts": dict(verdicts),
        "given": sum(StatusList.everywhere.values_list("next", flat=True)),
        "mails": states,
    }


def _verdicts(awards, wrong: list[str]) -> Counter[str]:
    """Every credential verified as anybody would, by the library and what is published."""
    import stackmark
    from stackmark.keys.did import did_web_url
    from stackmark_web.awarding import lists, queries
    from stackmark_web.awarding.models import StatusList
    from stackmark_web.tenancy.models import Organisation
    from stackmark_web.tenancy.queries import did_document, did_of

    org = Organisation.objects.get()
    documents = {did_web_url(did_of(org)): did_document(org)}
    for one in StatusList.everywhere.all():
        for purpose in lists.PURPOSES:
            documents[lists.list_url(one.pk, purpose)] = queries.status_list_document(
                one.pk, purpose
            )
    found: Counter[str] = Counter()
    seen: set[str] = set()
    for award in awards:
        report = stackmark.verify(bytes(award.signed or b""), documents=documents)
        wanted = ("refused", "status.revoked") if award.state == "revoked" else ("verified", None)
        reason = report.check("status").reason if award.state == "revoked" else None
        if (report.verdict, reason) != wanted:
            wrong.append(f"award {award.pk} is {award.state}: {report.verdict}, {report.why}")
        name = json.loads(bytes(award.signed or b"{}")).get("id", "")
        if name in seen or str(award.pk) not in name:
            wrong.append(f"award {award.pk} holds the credential {name}")
        seen.add(name)
        found[report.verdict] += 1
    return found


def _mailed(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """Offers that left, by the person they went to, and all letters by their id."""
    to: Counter[str] = Counter()
    ids: Counter[str] = Counter()
    for file in sorted(folder.glob("*.log")):
        for part in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            if part.strip():
                message = email.message_from_bytes(part.lstrip(), policy=policy.default)
                ids[str(message["Message-ID"])] += 1
                to[f"{message['To']} {message['Subject']}"] += 1
    return to, ids


if __name__ == "__main__":
    import django

    django.setup()
    found = setup() if sys.argv[1] == "setup" else ledger(Path(sys.argv[2]))
    sys.stdout.write(json.dumps(found))
