"""A re-audit of everybody on a pathway after a rule change, on one core.

    .venv/bin/python benchmarks/run.py --reaudit

Learners hold real signed credentials in a database (SQLite on disk), and each is read, judged,
audited and stored as the product does it, in the chunks of its run. Said is how many a second, and
how long 100,000 take at that rate. Machine and versions stand beside it.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

LEARNERS = 1_000
HELD = 5  # credentials of each
WHOLE = 100_000


def _world():
    """A server's database with one pathway and so many learners."""
    from django.core.management import call_command

    from stackmark_web import clock
    from stackmark_web.accounts.models import User
    from stackmark_web.awarding import actions as awarding
    from stackmark_web.passport import claiming
    from stackmark_web.passport.models import Holding
    from stackmark_web.pathways.models import Following
    from stackmark_web.tenancy import actions as tenancy

    call_command("migrate", verbosity=0)
    first = _person("first")
    house = tenancy.create_organisation(
        actor=first, name="Bench University", kind="university", slug="bench", country="IE"
    )
    versions = [_version(house, number) for number in range(HELD + 1)]
    pathway = _pathway(house, versions)
    held = []
    for version in versions[:HELD]:
        made = awarding.create_award(version, actor=None, recipient_email=first.email)
        held.append(claiming.keep(awarding.offer(made, actor=None), user=first))
    people = User.objects.bulk_create(
        User(email=f"{number:06}@people.example") for number in range(LEARNERS)
    )
    now = clock.now()
    Holding.objects.bulk_create(
        (
            Holding(
                user=who,
                data=bytes(row.award.signed),
                sha256=row.award.sha256,
                provenance=Holding.Provenance.VERIFIED,
                match=Holding.Match.YES,
                credential_id=row.credential_id,
                title=row.title,
                issuer_id=row.issuer_id,
                added_at=now,
            )
            for who in people
            for row in held
        ),
        batch_size=500,
    )
    Following.objects.bulk_create(
        (
            Following(
                user=who,
                pathway=pathway,
                version=pathway.current,
                joined_on=clock.today(),
                dirty_since=now,
            )
            for who in people
        ),
        batch_size=500,
    )
    return pathway


def _person(word):
    from allauth.account.models import EmailAddress

    from stackmark_web.accounts.models import User

    made = User.objects.create_user(f"{word}@people.example", None, name=word.title())
    EmailAddress.objects.create(user=made, email=made.email, verified=True, primary=True)
    return made


def _version(house, number):
    from achievement_designs import bare
    from stackmark_web.catalogue import actions as catalogue

    content = bare(
        title={"en": f"Part {number}"}, level={"eqf": 6}, credit={"value": 5, "unit": "ects"}
    )
    draft = catalogue.create_draft(house, actor=None, content=content)
    return catalogue.publish(draft, actor=None)


def _pathway(house, versions):
    from stackmark_web.pathways.actions import designing, publishing

    leaves = [
        {
            "id": f"part-{number}",
            "count": {"min": 1, "select": {"achievement": [one.signable["id"]]}},
        }
        for number, one in enumerate(versions)
    ]
    leaves.append(
        {
            "id": "credits",
            "any": [
                {"id": "many", "credits": {"min": 10, "select": {"level_min": 6, "field": ["06"]}}},
                {"id": "few", "count": {"min": 1, "select": {"class": ["micro-credential"]}}},
            ],
        }
    )
    draft = designing.create(
        house,
        actor=None,
        kind="certificate",
        title="Bench certificate",
        achievement=versions[-1].achievement,
        rules={
            "rule": {"id": "award", "all": leaves},
            "limits": [{"id": "age", "max_age_years": 7}],
        },
    )
    return publishing.publish(draft, actor=None).pathway


def measure():
    """Rows for ``benchmarks/run.py``: name, figure, unit."""
    from stackmark_web.jobs.worker import work_once
    from stackmark_web.pathways.actions import auditing

    pathway = _world()
    pathway.refresh_from_db()
    run = auditing.audit_everybody(pathway, actor=None)
    began = time.process_time()
    while work_once("bench"):
        pass
    took = time.process_time() - began
    run.refresh_from_db()
    assert run.done == LEARNERS, run.error
    rate = LEARNERS / took
    return [
        ("learners audited a second, one core", round(rate), "1/s"),
        (f"{WHOLE:,} learners at that rate", round(WHOLE / rate / 60, 1), "min"),
    ]


def main():
    """Measure in a folder of its own and say it."""
    folder = Path(tempfile.mkdtemp(prefix="stackmark-reaudit-"))
    os.environ |= {
        "STACKMARK_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "stackmark_web.settings.base",
    }
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    try:
        import django

        django.setup()
        for name, figure, unit in measure():
            print(f"{name:<45} {figure:>12} {unit}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
