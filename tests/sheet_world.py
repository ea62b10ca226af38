"""A world of its own for a run that is killed: ``python sheet_world.py setup 200 | ledger``.

Runs in processes of its own, on a database file, with the settings people use.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter

os.environ["DJANGO_SETTINGS_MODULE"] = "stackmark_web.settings.base"


def setup(rows: int) -> None:
    from django.conf import settings

    from stackmark_web import clock
    from stackmark_web.accounts.models import User
    from stackmark_web.awarding import sheet_actions, sheets
    from stackmark_web.awarding.sheet_choices import GOOD, Choices
    from stackmark_web.catalogue.models import Achievement, AchievementVersion
    from stackmark_web.tenancy.models import Membership, Organisation, SigningKey
    from stackmark_web.tenancy.queries import did_of
    from stackmark_web.tenancy.signers.files import FileStore
    from tables import make_tables

    make_tables()
    user = User.objects.create_user("ida@people.example")
    org = Organisation.objects.create(slug="northfield", name="Northfield", kind="university")
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
    lineage = Achievement.everywhere.create(organisation=org, created_at=clock.now())
    version = AchievementVersion.everywhere.create(
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
    lines = [f"p{n}@mail.example,Person {n}" for n in range(rows)]
    lines[7::40] = ["nobody,Nobody"] * len(lines[7::40])
    data = ("email,name\n" + "\n".join(lines) + "\n").encode()
    sheet = sheet_actions.upload_sheet(
        version, actor=user, organisation=org, filename="all.csv", data=data
    )
    sheet_actions.match_columns(sheet, actor=user, mapping=sheet.mapping)
    sheet_actions.choose(sheet, actor=user, choices=Choices(scope=GOOD))
    sheet = sheets.sheet_of(org, sheet.pk)
    sheet_actions.confirm(sheet, actor=user, agreed=sheets.agreement(sheet))


def ledger() -> None:
    """Every row, every award, counted and verified, as JSON."""
    import stackmark
    from stackmark.keys.did import did_web_url
    from stackmark_web.awarding import lists, publishing, queries
    from stackmark_web.awarding.models import Award, ClaimLink, SheetRow, StatusList, Step
    from stackmark_web.integrations.models import OutboxMail
    from stackmark_web.jobs.models import Run
    from stackmark_web.tenancy.models import Organisation
    from stackmark_web.tenancy.queries import did_document, did_of

    publishing.publish_dirty()
    org = Organisation.objects.get()
    documents = {did_web_url(did_of(org)): did_document(org)}
    for one in StatusList.everywhere.all():
        for purpose in lists.PURPOSES:
            documents[lists.list_url(one.pk, purpose)] = queries.status_list_document(
                one.pk, purpose
            )
    awards = list(Award.everywhere.all())
    verdicts = Counter(
        stackmark.verify(bytes(award.signed or b""), documents=documents).verdict
        for award in awards
    )
    run = Run.everywhere.get()
    found = {
        "run": [run.state, run.done, run.failed, run.total],
        "results": Counter(SheetRow.objects.values_list("result", flat=True)),
        "issued_without_award": SheetRow.objects.filter(result="issued", award=None).count(),
        "awards": len(awards),
        "states": Counter(award.state for award in awards),
        "rows": len({award.row for award in awards}),
        "people": len({award.recipient_email for award in awards}),
        "ids": len({json.loads(bytes(award.signed))["id"] for award in awards}),
        "indexes": len({(award.status_list_id, award.status_index) for award in awards}),
        "given": sum(StatusList.everywhere.values_list("next", flat=True)),
        "verdicts": verdicts,
        "links": ClaimLink.objects.count(),
        "letters": OutboxMail.everywhere.filter(kind="offer").count(),
        "offers": Step.objects.filter(to_state="offered").count(),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "setup":
        setup(int(sys.argv[2]))
    else:
        ledger()
