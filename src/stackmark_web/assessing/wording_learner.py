"""Words for learners: what a plan asks, how the work is watched, what an offering is."""

from __future__ import annotations

from typing import Any, Final

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stackmark_web.assessing import intake, plans
from stackmark_web.assessing.models import Artefact
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue import vocabulary
from stackmark_web.ui.text import best_text, day_text, isolated, listed

Words = dict[str, str | Promise]
IDENTITY: Final[Words] = {
    "none": gettext_lazy("Nobody checks who you are."),
    "self-asserted": gettext_lazy("You say who you are."),
    "document": gettext_lazy("You show an identity document."),
    "eid": gettext_lazy("You sign in with an electronic identity."),
}
BINDING: Final[Words] = {
    "none": gettext_lazy("Nobody checks that it is you who does the work."),
    "photo-match": gettext_lazy("A person compares your face with a photo."),
    "live": gettext_lazy("A person who knows you, or saw your document, is there."),
}
SUPERVISION: Final[Words] = {
    "none": gettext_lazy("Nobody watches while you work."),
    "remote-recorded": gettext_lazy("You are recorded while you work."),
    "remote-live": gettext_lazy("A person watches from afar while you work."),
    "onsite": gettext_lazy("A person is in the room while you work."),
}
AI: Final[Words] = {
    "prohibited": gettext_lazy("AI tools are not allowed."),
    "limited": gettext_lazy("AI tools are allowed as far as the task says; you name them."),
    "permitted-and-assessed": gettext_lazy(
        "AI tools are allowed, and how you use them is assessed."
    ),
}
AUTHORSHIP: Final[Words] = {
    "none": gettext_lazy("Nobody checks whose work it is beyond your statement."),
    "statement": gettext_lazy("You sign a statement that the work is yours."),
    "similarity": gettext_lazy("Texts are compared with other texts; a person judges."),
    "oral-defence": gettext_lazy("You are asked about your work in person."),
    "process-log": gettext_lazy("You show how it came about, step by step."),
}
SUBMISSIONS: Final[Words] = {
    Artefact.Kind.FILE: gettext_lazy("files"),
    Artefact.Kind.TEXT: gettext_lazy("text"),
    Artefact.Kind.LINK: gettext_lazy("links"),
    Artefact.Kind.REPOSITORY: gettext_lazy("a repository"),
}
MEGABYTES: Final = intake.MAX_FILE_BYTES // 1024**2


def facts(version: Any) -> list[tuple[str, str]]:
    """The facts of integrity that a plan states, each for itself; what is not said is not there."""
    plan = plans.plan_of(version)
    if plan is None:
        return []
    authorship = " ".join(str(AUTHORSHIP[one]) for one in plan.authorship)
    found = [
        (_("Attempts"), _attempts(version)),
        (_("Identity"), IDENTITY.get(plan.identity, "")),
        (_("Is it you?"), BINDING.get(plan.binding, "")),
        (_("Supervision"), SUPERVISION.get(plan.supervision, "")),
        (_("Whose work"), authorship),
        (_("AI tools"), AI.get(plan.ai, "")),
    ]
    return [(name, str(text)) for name, text in found if text]


def _attempts(version: Any) -> str:
    assessment = catalogue.descriptor_of(version).assessment
    if assessment is None or assessment.attempts is None:
        return ""
    if assessment.attempts == 0:
        return _("As many as you want")
    return ngettext("%d attempt", "%d attempts", assessment.attempts) % assessment.attempts


def components(version: Any) -> list[dict[str, Any]]:
    """The parts of the assessment for who thinks of applying."""
    plan = plans.plan_of(version)
    if plan is None:
        return []
    whole = sum(float(one.weight or 1) for one in plan.components)
    return [
        {
            "component": one,
            "name": best_text(one.name),
            "method": vocabulary.METHODS.get(one.method, ""),
            "share": round(100 * float(one.weight or 1) / whole),
            "takes": listed(SUBMISSIONS[kind] for kind in one.submissions),
        }
        for one in plan.components
    ]


def offering(one: Any) -> str:
    """An offering in one line of a choice."""
    when = day_text(one.starts_on) if one.starts_on else _("Any time")
    if one.ends_on:
        when = f"{when} – {day_text(one.ends_on)}"
    return " · ".join(filter(None, (one.title, when, str(one.get_delivery_display()), one.place)))


def size(count: int) -> str:
    """Bytes as people say them."""
    if count < 1_000:
        return ngettext("%d byte", "%d bytes", count) % count
    if count < 1_000_000:
        return _("%d kB") % round(count / 1_000)
    return _("%.1f MB") % (count / 1_000_000)


def kinds_taken() -> str:
    """The endings that are taken, for the help under a file input."""
    shown = (
        "PDF, PNG, JPEG, WebP, GIF, SVG, DOCX, XLSX, PPTX, ODT, ODS, ODP, TXT, MD, CSV, JSON, "
        "IPYNB, ZIP, MP3, M4A, WAV, OGG, MP4, WEBM"
    )
    told = _("{kinds}, and source code. At most {most} MB each.")
    return format_html(told, kinds=isolated(shown), most=MEGABYTES)
