"""Controlled words as SKOS concepts, both ways.

The addresses are those of the EU vocabularies, as the European Learning Model's repository and the
Commission's issuer publish them (xsd/loq/cv, its Annex I sample, ControlledListConcept). A word
that has no concept there, or none of the same meaning, becomes a concept of our own scheme
(``urn:stackmark:elm:…``) with the word as its notation, so that it reads back without loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stackmark.exchange.elm import codes
from stackmark.exchange.source import Source

SNB: Final = "http://data.europa.eu/snb/"
OWN: Final = "urn:stackmark:elm:"
ESCO: Final = "http://data.europa.eu/esco/"
ESCO_SKILLS: Final = f"{ESCO}concept-scheme/skills"
NOT_STATED: Final = "Not stated"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A list of our words; ``public`` gives the public code of a word, ``labels`` its text.

    ``also`` are further public codes that mean one of our words when read.
    """

    scheme: str
    own: str
    labels: Mapping[str, str]
    public: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)

    def concept(self, word: str) -> Json:
        """The concept of a word: the public one, else our own."""
        label = self.labels.get(word, word)
        if word in self.public:
            return public_concept(f"{SNB}{self.scheme}/", self.public[word], label)
        return own_concept(self.own, word, label)

    def word(self, source: Source) -> str:
        """The word of a concept, which then counts as taken; ``""`` for any other."""
        found = self._public(str(source.peek("id") or "")) or notation(source, self.own)
        if found in self.labels:
            source.all()
            return found
        return ""

    def _public(self, uri: str) -> str:
        code = uri.removeprefix(f"{SNB}{self.scheme}/")
        known = {code: word for word, code in self.public.items()} | dict(self.also)
        return known.get(code, "")


def public_concept(base: str, code: str, label: str = "") -> Json:
    """A concept of an EU vocabulary below ``base``, whose scheme is "25831c2" as in all of SNB."""
    scheme = f"{base}25831c2" if base.startswith(SNB) else base.rstrip("/")
    made: Json = {"id": f"{base}{code}", "type": "Concept"}
    made |= {"prefLabel": {"en": label}} if label else {}
    return made | {"inScheme": {"id": scheme, "type": "ConceptScheme"}}


def own_concept(name: str, word: str = "", label: str = "", language: str = "en") -> Json:
    """A concept of our own; its scheme says of what, its notation which."""
    made: Json = {"type": "Concept"}
    made |= {"prefLabel": {language: label}} if label else {}
    made |= {"notation": word} if word else {}
    return made | {"inScheme": {"id": f"{OWN}{name}", "type": "ConceptScheme"}}


def own_scheme(source: Source) -> str:
    """Which of our own schemes a concept belongs to; ``""`` for any other."""
    scheme = str(source.at("inScheme").peek("id") or "")
    return scheme.removeprefix(OWN) if scheme.startswith(OWN) else ""


def notation(source: Source, name: str) -> str:
    """The notation of a concept of one of our own schemes."""
    return str(source.peek("notation") or "") if own_scheme(source) == name else ""


def country(code: str) -> Json:
    """The concept of a country; one that says so where none is known."""
    uri = codes.country_uri(code)
    if uri:
        return public_concept(f"{codes.COUNTRY}/", uri.removeprefix(f"{codes.COUNTRY}/"))
    return own_concept("country", code, code or NOT_STATED)


def read_country(source: Source) -> str:
    """The two letters of a country's concept; ``""`` when it names none."""
    found = codes.country_code(str(source.peek("id") or "")) or notation(source, "country")
    if found or own_scheme(source) == "country":
        source.all()
    return found


def language(tag: str) -> Json:
    """The concept of a language."""
    uri = codes.language_uri(tag)
    if uri:
        return public_concept(f"{codes.LANGUAGES}/", uri.removeprefix(f"{codes.LANGUAGES}/"))
    return own_concept("language", tag, tag)


def read_language(source: Source) -> str:
    """The tag of a language's concept; ``""`` when it is none."""
    found = codes.language_tag(str(source.peek("id") or "")) or notation(source, "language")
    if found:
        source.all()
    return found


MODES: Final = Vocabulary(
    "learning-assessment",
    "mode",
    {
        "online": "Online",
        "onsite": "Presential",
        "blended": "Blended",
        "work-based": "Workbased",
        "rpl": "Recognition of prior learning",
    },
    {
        "online": "920fbb3cbe",
        "onsite": "9191af2ed9",
        "blended": "e92d221e4d",
        "work-based": "729f3bed4b",
    },
)
METHODS: Final = Vocabulary(
    "assessment",
    "assessment",
    {
        "written-exam": "written examination",
        "oral-exam": "oral examination",
        "online-exam": "online examination",
        "quiz": "quiz",
        "assignment": "marked assignment",
        "project": "project work",
        "portfolio": "portfolio",
        "practical": "practical assessment",
        "workplace-observation": "observation at work",
        "presentation": "Presentation",
        "simulation": "simulation",
        "peer-assessment": "peer assessment",
        "continuous": "continuous evaluation",
        "prior-learning": "assessment of prior learning",
        "none": "not assessed",
    },
    {
        "written-exam": "6e6cb2cc78",
        "oral-exam": "d30284d7df",
        "quiz": "b1b68f6735",
        "assignment": "2939dae15f",
        "project": "795dac4096",
        "portfolio": "4f03b91c0e",
        "practical": "6a4db9f11d",
        "presentation": "c_04b30a72",
        "peer-assessment": "19a2e5e671",
        "continuous": "3484bd7e51",
    },
)
CREDITS: Final = Vocabulary(
    "education-credit",
    "credit",
    {
        "ects": "European Credit Transfer System",
        "uk": "UK credits (CATS)",
        "us-semester": "US semester credits",
        "us-quarter": "US quarter credits",
        "nz": "New Zealand credits",
        "my": "Malaysian credits",
        "ceu": "continuing education units (CEU)",
        "hours": "hours",
        "other": "other credits",
    },
    {"ects": "6fcec5c5af"},
)
ACCREDITATIONS: Final = Vocabulary(
    "accreditation",
    "quality",
    {
        "institution-accreditation": "Institutional quality assurance",
        "programme-accreditation": "Programme quality assurance",
        "external-review": "External review",
        "internal-review": "Internal review",
        "professional-body": "Approval by a professional body",
        "industry-endorsement": "Endorsement by industry",
        "other": "Other quality assurance",
    },
    {"institution-accreditation": "bb4618238e", "programme-accreditation": "820101cba6"},
    {"003293d2ce": "institution-accreditation", "e57dddfcf3": "programme-accreditation"},
)
# The public list does not tell online from on site: our word goes beside it as the notation.
SUPERVISION: Final = Vocabulary(
    "supervision-verification",
    "supervision",
    {
        "unsupervised-no-id": "Unsupervised without ID Verification",
        "supervised-no-id": "Supervised without ID Verification",
        "supervised-online-id": "Supervised with ID Verification",
        "supervised-onsite-id": "Supervised with ID Verification",
    },
    {"unsupervised-no-id": "c598449d64", "supervised-no-id": "44314532f9"},
)
SUPERVISED_WITH_ID: Final = f"{SNB}supervision-verification/70be69aaf9"
KINDS: Final = Vocabulary(
    "",
    "kind",
    {
        "digital-badge": "Digital badge",
        "certificate": "Certificate",
        "nano-degree-part": "Part of a nano-degree",
        "micro-certification": "Micro-certification",
    },
)
ORGANISATIONS: Final = Vocabulary(
    "",
    "organisation",
    {
        "university": "University",
        "college": "College",
        "training-provider": "Training provider",
        "industry-association": "Industry association",
        "employer": "Employer",
        "quality-agency": "Quality agency",
    },
)
STATUS: Final = Vocabulary(
    "",
    "result-status",
    {
        "completed": "completed",
        "enrolled": "enrolled",
        "failed": "failed",
        "in-progress": "in progress",
        "on-hold": "on hold",
        "withdrew": "withdrew",
    },
)
GENERIC_PROFILE: Final = "e34929035b"


def supervision(word: str) -> Json:
    """The concept of how assessment is supervised and identity checked."""
    if word in SUPERVISION.public:
        return SUPERVISION.concept(word)
    base, _, code = SUPERVISED_WITH_ID.rpartition("/")
    made = public_concept(f"{base}/", code, SUPERVISION.labels[word])
    return made | {"notation": word}


def read_supervision(source: Source, modes: frozenset[str]) -> str:
    """Our word; supervised with identity check only when it is told where (``modes``)."""
    found = SUPERVISION.word(source)
    if found or source.peek("id") != SUPERVISED_WITH_ID:
        return found
    where = {"online": "supervised-online-id", "onsite": "supervised-onsite-id"}
    told = source.peek("notation")
    if told not in where.values():
        told = where.get(next(iter(modes)), "") if len(modes) == 1 else ""
    if told:
        source.all()
    return str(told)
