"""The descriptor's controlled words as people read them, translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf.locale import LANG_INFO
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from stackmark.model.achievement_rules import LANGUAGE
from stackmark_web.ui.text import listed, plural_of

Words = Mapping[str, Promise]

KINDS: Final[Words] = {
    "digital-badge": _("Digital badge"),
    "certificate": _("Certificate"),
    "nano-degree-part": _("Part of a nano-degree"),
    "micro-certification": _("Micro-certification"),
}
KIND_HELP: Final[Words] = {
    "digital-badge": _("One skill or a small set of them, shown once."),
    "certificate": _("A course with an assessment at its end."),
    "nano-degree-part": _("One step of a longer programme that has a name of its own."),
    "micro-certification": _("An examination of competence that must be renewed."),
}
PARTICIPATION: Final[Words] = {
    "online": _("Online"),
    "onsite": _("On site"),
    "blended": _("Blended"),
    "work-based": _("Work-based"),
    "rpl": _("Recognition of prior learning"),
}
CREDIT_UNITS: Final[Words] = {
    "ects": _("ECTS credits"),
    "uk": _("UK credits (CATS)"),
    "us-semester": _("US semester credits"),
    "us-quarter": _("US quarter credits"),
    "nz": _("New Zealand credits"),
    "my": _("Malaysian credits"),
    "ceu": _("continuing education units (CEU)"),
    "hours": _("credit hours"),
    "other": _("another unit"),
}
METHODS: Final[Words] = {
    "written-exam": _("Written examination"),
    "oral-exam": _("Oral examination"),
    "online-exam": _("Online examination"),
    "quiz": _("Quiz"),
    "assignment": _("Assignment"),
    "project": _("Project"),
    "portfolio": _("Portfolio"),
    "practical": _("Practical task"),
    "workplace-observation": _("Observation at work"),
    "presentation": _("Presentation"),
    "simulation": _("Simulation"),
    "peer-assessment": _("Assessment by peers"),
    "continuous": _("Continuous assessment"),
    "prior-learning": _("Assessment of prior learning"),
    "none": _("Not assessed (attendance only)"),
}
SCALES: Final[Words] = {
    "pass-fail": _("Pass or fail"),
    "percent": _("Percent"),
    "points": _("Points"),
    "other": _("A scale of our own"),
}
SUPERVISION: Final[Words] = {
    "unsupervised-no-id": _("Unsupervised, identity not checked"),
    "supervised-no-id": _("Supervised, identity not checked"),
    "supervised-online-id": _("Supervised online, identity checked"),
    "supervised-onsite-id": _("Supervised on site, identity checked"),
}
QUALITY: Final[Words] = {
    "institution-accreditation": _("Accreditation of the institution"),
    "programme-accreditation": _("Accreditation of the programme"),
    "external-review": _("External review"),
    "internal-review": _("Internal review"),
    "professional-body": _("Approval by a professional body"),
    "industry-endorsement": _("Endorsement by industry"),
    "other": _("Other quality assurance"),
}
VALIDITY: Final[Words] = {
    "unlimited": _("It does not expire"),
    "months": _("It expires some months after issue"),
    "fixed": _("It expires on a fixed day"),
}
ROLES: Final[Words] = {
    "awarding": _("Awards jointly"),
    "partner": _("Partner"),
    "developer": _("Developed it"),
    "assessor": _("Assesses"),
    "employer": _("Employer partner"),
}
LANGUAGES: Final[Words] = {
    "ar": _("Arabic"),
    "bg": _("Bulgarian"),
    "ca": _("Catalan"),
    "cs": _("Czech"),
    "da": _("Danish"),
    "de": _("German"),
    "el": _("Greek"),
    "en": _("English"),
    "es": _("Spanish"),
    "et": _("Estonian"),
    "eu": _("Basque"),
    "fa": _("Persian"),
    "fi": _("Finnish"),
    "fr": _("French"),
    "ga": _("Irish"),
    "gl": _("Galician"),
    "he": _("Hebrew"),
    "hi": _("Hindi"),
    "hr": _("Croatian"),
    "hu": _("Hungarian"),
    "id": _("Indonesian"),
    "is": _("Icelandic"),
    "it": _("Italian"),
    "ja": _("Japanese"),
    "ko": _("Korean"),
    "lt": _("Lithuanian"),
    "lv": _("Latvian"),
    "mi": _("Māori"),
    "ms": _("Malay"),
    "mt": _("Maltese"),
    "nb": _("Norwegian Bokmål"),
    "nl": _("Dutch"),
    "nn": _("Norwegian Nynorsk"),
    "pl": _("Polish"),
    "pt": _("Portuguese"),
    "ro": _("Romanian"),
    "ru": _("Russian"),
    "sk": _("Slovak"),
    "sl": _("Slovenian"),
    "sq": _("Albanian"),
    "sr": _("Serbian"),
    "sv": _("Swedish"),
    "sw": _("Swahili"),
    "th": _("Thai"),
    "tr": _("Turkish"),
    "uk": _("Ukrainian"),
    "vi": _("Vietnamese"),
    "zh": _("Chinese"),
}
GAPS: Final[Words] = {
    "kind": _("Choose which kind of credential it is."),
    "title": _("Give it a title."),
    "description": _("Describe in two or three sentences what a holder can do."),
    "outcomes": _("Add at least one learning outcome."),
    "outcome-without-statement": _("Say what the holder can do, or remove this outcome."),
    "criteria": _("Say what has to be done to earn it, or name a page that does."),
    "assessment": _("Choose how it is assessed, or say that it is not."),
    "size": _("State the hours of learning or the credit."),
    "programme": _("Name the programme it is a part of."),
    "certification-untested": _("A certification examines competence; choose how."),
    "certification-supervision": _("A certification says how the examination is supervised."),
    "certification-endless": _("A certification ends; say when, and how it is renewed."),
}


# The narrow fields of ISCED-F 2013; their names are the classification's own.
FIELDS_OF_STUDY: Final[Mapping[str, str]] = {
    "001": "Basic programmes and qualifications",
    "002": "Literacy and numeracy",
    "003": "Personal skills and development",
    "011": "Education",
    "021": "Arts",
    "022": "Humanities (except languages)",
    "023": "Languages",
    "031": "Social and behavioural sciences",
    "032": "Journalism and information",
    "041": "Business and administration",
    "042": "Law",
    "051": "Biological and related sciences",
    "052": "Environment",
    "053": "Physical sciences",
    "054": "Mathematics and statistics",
    "061": "Information and communication technologies",
    "071": "Engineering and engineering trades",
    "072": "Manufacturing and processing",
    "073": "Architecture and construction",
    "081": "Agriculture",
    "082": "Forestry",
    "083": "Fisheries",
    "084": "Veterinary",
    "091": "Health",
    "092": "Welfare",
    "101": "Personal services",
    "102": "Hygiene and occupational health services",
    "103": "Security services",
    "104": "Transport services",
}
BADGE: Final = _("Badge")
CHECK: Final = _("Publish")
FINDINGS: Final = _("Findings")
CLASSES: Final[Words] = {  # of stackmark.quality.classes
    "attendance": _("A record of attendance"),
    "micro-credential": _("An assessed micro-credential"),
    "micro-certification": _("A micro-certification"),
    "larger-award": _("A larger award than a micro-credential"),
    "unknown": _("Not known: too little is said"),
}
SKILLS: Final = _("Skills")
UNTITLED: Final = _("Untitled draft")


def jointly(names: list[str]) -> str:
    """Who else awards it, in one line."""
    return gettext("Awarded jointly with %(names)s") % {"names": listed(names)}


def level_name(value: str) -> str:
    """A value of the level facet in words."""
    if value == "none":
        return gettext("Not levelled")
    return gettext("EQF level %(level)s") % {"level": value}


def own_name(tag: str) -> str:
    """A language as its own speakers call it; its tag where that is not known."""
    known = LANG_INFO.get(tag.lower()) or LANG_INFO.get(tag.lower().partition("-")[0]) or {}
    return str(known.get("name_local", tag))


def language_name(tag: str) -> str:
    """A language in words; its tag when we have no word for it."""
    return str(LANGUAGES.get(tag) or LANGUAGES.get(tag.partition("-")[0]) or tag)


def language_tag(name: str) -> str:
    """The tag of a language given by its name or tag; empty when there is none like it."""
    wanted = name.strip().casefold()
    if LANGUAGE.fullmatch(name.strip()):
        return name.strip()
    return next((tag for tag, said in LANGUAGES.items() if str(said).casefold() == wanted), "")


def credit_unit(unit: str, value: Any, name: str = "") -> str:
    """What so much credit is counted in; ``name`` is the unit's own where it has one."""
    return name or _counted(unit, plural_of(value))


def _counted(unit: str, count: int) -> str:
    """A unit in the form its number asks for; Arabic has six."""
    forms = {
        "ects": ngettext("ECTS credit", "ECTS credits", count),
        "uk": ngettext("UK credit (CATS)", "UK credits (CATS)", count),
        "us-semester": ngettext("US semester credit", "US semester credits", count),
        "us-quarter": ngettext("US quarter credit", "US quarter credits", count),
        "nz": ngettext("New Zealand credit", "New Zealand credits", count),
        "my": ngettext("Malaysian credit", "Malaysian credits", count),
        "ceu": ngettext(
            "continuing education unit (CEU)", "continuing education units (CEU)", count
        ),
        "hours": ngettext("credit hour", "credit hours", count),
    }
    return forms.get(unit) or str(CREDIT_UNITS[unit])
