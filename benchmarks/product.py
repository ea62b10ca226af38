"""A data folder with an institution, an achievement and what a benchmark of the product needs.

Import this before anything of Django: it sets the environment when it is imported for the first
time (``start``), migrates and signs as the product does.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DESCRIPTOR = {
    "language": "en",
    "kind": "micro-certification",
    "title": {"en": "Urban water monitoring"},
    "description": {
        "en": "Six weeks of measuring a city stream: planning the campaign, taking samples, "
        "keeping the instruments, and telling the city what was found. " * 6
    },
    "outcomes": [
        {
            "statement": {"en": f"Plan, run and report part {number} of a campaign in the field"},
            "skills": [
                {
                    "name": f"water sampling technique {number}",
                    "uri": f"http://data.europa.eu/esco/skill/{number}",
                    "framework": "ESCO",
                    "code": f"S{number}",
                }
            ],
        }
        for number in range(1, 6)
    ],
    "criteria": {"narrative": {"en": "Pass the *project* and the interview. " * 8}},
    "level": {"eqf": 6},
    "workload": {"low": 75, "high": 90},
    "credit": {"value": 3, "unit": "ects", "assigned_by": "Benchmark University"},
    "participation": ["blended"],
    "assessment": {
        "methods": ["project", "oral-exam"],
        "description": {"en": "A project of one's own and a talk about it."},
        "pass_rule": {"en": "60 of 100 in each part."},
    },
    "supervision": "supervised-online-id",
    "validity": {"kind": "months", "months": 60},
    "tags": ["water", "field work", "statistics"],
    "code": "UWM-204",
}


def start(folder: Path, **more: str) -> None:
    """Django over this data folder, its database made and migrated; once in a process."""
    from django.apps import apps

    if apps.ready:
        return
    os.environ.setdefault("STACKMARK_DATA", str(folder))
    os.environ.setdefault("STACKMARK_IDENTITY_URL", "https://badges.example.org")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stackmark_web.settings.base")
    os.environ.update(more)
    sys.path.insert(0, str(ROOT / "src"))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def institution(slug: str = "benchmark"):
    """Its owner and the institution, with a key."""
    from allauth.account.models import EmailAddress

    from stackmark_web.accounts.models import User
    from stackmark_web.tenancy import actions as tenancy

    email = f"owner@{slug}.example"
    owner = User.objects.create_user(email, "a-long-password", name="Olga Owner")
    EmailAddress.objects.create(user=owner, email=email, verified=True, primary=True)
    made = tenancy.create_organisation(
        actor=owner, name="Benchmark University", kind="university", slug=slug, country="IE"
    )
    return owner, made


def achievement(organisation, owner, **changes):
    """A published version."""
    from stackmark_web.catalogue import actions as catalogue

    draft = catalogue.create_draft(organisation, actor=owner, content=DESCRIPTOR | changes)
    return catalogue.publish(draft, actor=owner)


def published(version, owner, count: int):
    """So many credentials, claimed by one person and public: [(id, signed bytes)]."""
    from allauth.account.models import EmailAddress

    from stackmark_web.accounts.models import User
    from stackmark_web.awarding import actions as awarding
    from stackmark_web.awarding import queries
    from stackmark_web.passport import actions as passport
    from stackmark_web.passport import claiming

    email = "lena@people.example"
    learner = User.objects.create_user(email, "a-long-password", name="Lena Learner")
    EmailAddress.objects.create(user=learner, email=email, verified=True, primary=True)
    found = []
    for number in range(count):
        award = awarding.create_award(
            version,
            actor=owner,
            recipient_email=email,
            recipient_name="Lena Lérner-Øst",
            external_id=str(number),
            narrative="She planned and ran the campaign, and wrote it up. " * 6,
        )
        awarding.offer(award, actor=owner)
        passport.publish(claiming.keep(award, user=learner), actor=learner)
        award.refresh_from_db()
        found.append((str(award.pk), queries.credential_bytes(award)))
    return found


def resident(pid: int) -> int:
    """Bytes a process holds in memory now."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def peak(pid: int | str = "self") -> float:
    """The most MiB a process ever held."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


def cpu(pid: int | None = None) -> float:
    """Processor seconds of a process with the children it waited for."""
    if pid is None:
        own, of_children = (
            resource.getrusage(resource.RUSAGE_SELF),
            resource.getrusage(resource.RUSAGE_CHILDREN),
        )
        return own.ru_utime + own.ru_stime + of_children.ru_utime + of_children.ru_stime
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@contextlib.contextmanager
def stopwatch(name: str, into: dict):
    """Wall and processor seconds of a block."""
    wall, used = time.perf_counter(), cpu()
    yield
    into[name] = (time.perf_counter() - wall, cpu() - used)
