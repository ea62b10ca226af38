"""What an institution does, in a process of its own whose writes are recorded (faults F11, F12).

    python -m power.workload FOLDER

Each thing that somebody was told is written to the file ``acknowledged`` when it is, a line each.
"""

from __future__ import annotations

import json
import os
import sys
from copy import copy
from pathlib import Path


def main(folder: Path) -> None:
    import django

    django.setup()
    from operations_world import System
    from stackmark_web.accounts import erasure
    from stackmark_web.catalogue.models import AchievementVersion
    from stackmark_web.tenancy.models import Membership

    system = System(folder)
    promised = os.open(folder / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def acknowledge(what, row):
        line = {"what": what, "id": str(row.pk), "sha256": getattr(row, "sha256", "")}
        os.write(promised, json.dumps(line).encode() + b"\n")

    with system.on():
        system.version = AchievementVersion.everywhere.get()
        system.here = system.version.organisation
        system.owner = Membership.everywhere.get(organisation=system.here, role="owner").user
        for number in range(4):
            one, other = system.issue(1) + system.issue(1, recipient_name=f"Person {number}")
            acknowledge("issued", one)
            acknowledge("issued", other)
            acknowledge("revoked", system.revoke(one))
            system.settle()
            acknowledge("published", one)
            person = system.person(f"person{number}")
            left = copy(person)
            erasure.erase(person, actor=person)
            acknowledge("erased", left)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
