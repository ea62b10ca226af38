"""Writes CTDL as a graph: the credential, its organisations, competencies and assessment.

All languages are written. Nothing of a holder has a place; an award is lost as a whole.
"""

from __future__ import annotations

from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.exchange.ctdl import terms
from stackmark.exchange.ctdl.terms import Json, concept, kept, node, said, texts
from stackmark.exchange.elm.durations import write_hours
from stackmark.exchange.shapes import Exported
from stackmark.model.achievement import (
    Achievement,
    Assessment,
    Credit,
    Level,
    Outcome,
    Programme,
    Quality,
    Skill,
)
from stackmark.model.record import Identifier, Organisation, Record

_QUALITY: Final = {
    "programme-accreditation": "accreditedBy",
    "professional-body": "approvedBy",
}
_RECOGNISED: Final = "recognizedBy"  # quality of a kind for which CTDL has no other property
_OF_OWNER: Final = "institution-accreditation"


def build(record: Record, options: Any) -> Exported:
    """The graph of a record; all languages are written, so the options change nothing.

    Raises ``UsageError`` ``convert.missing`` for a record without a title.
    """
    del options
    if not record.achievement.title:
        raise UsageError("convert.missing", "/achievement/title: CTDL needs a name.")
    document = {"@context": terms.CONTEXT, "@graph": _Writer(record).graph()}
    return Exported(document, "ctdl", "application/ld+json")


class _Writer:
    """Collects the nodes beside the credential; each is written once."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.one: Achievement = record.achievement
        self.language = self.one.language
        self.nodes: dict[str, Json] = {}
        self.known: dict[Any, str] = {}

    def graph(self) -> list[Json]:
        """The credential first, as the Registry writes it."""
        credential = self._credential()
        return [credential, *self.nodes.values()]

    def _ref(self, thing: Any, identity: str, name: str, made: Json) -> str:
        """The identifier of a node for a thing, which is added when it is new."""
        if thing not in self.known:
            blank = f"_:{name}-{len(self.nodes) + 1}"
            self.known[thing] = identity or blank
            self.nodes.setdefault(self.known[thing], {"@id": self.known[thing], **made})
        return self.known[thing]

    def _credential(self) -> Json:
        record, one, language = self.record, self.one, self.language
        owners = self._owners()
        made = node(
            _class(record),
            id=record.id or "_:credential",
            ctid=_ctid(record.identifiers),
            name=texts(one.title, language),
            description=texts(one.description, language),
            subjectWebpage=_page(record),
            inLanguage=list(one.instruction),
            ownedBy=owners,
            offeredBy=self._offered_by(),
            image=record.image,
            identifier=_identifiers(record.identifiers, language),
            versionIdentifier=kept([_version(record.version)]),
            codedNotation=one.code,
            keyword={language: list(one.tags)} if one.tags else {},
            atLevel=_levels(one.level, language),
            learningDeliveryType=_delivery(one.participation),
            estimatedDuration=_duration(one),
            instructionalProgramType=_field(one, language),
            isPartOf=kept([self._programme(one.programme)]),
            requires=self._requires(),
            renewalFrequency=_renewal_frequency(one),
            renewal=_renewal(one, language),
        )
        return made | self._quality()

    def _owners(self) -> list[str]:
        first = self.record.awarded_by
        found = [self._organisation(first)] if first else []
        parties = [one for one in self.one.parties if one.role == "awarding"]
        return found + [self._party(one.name, one.id) for one in parties]

    def _offered_by(self) -> list[str]:
        record = self.record
        offers = record.issuer if record.awarding_body else None
        return [self._organisation(offers)] if offers else []

    def _party(self, name: str, identity: str) -> str:
        made = node("CredentialOrganization", name=said(name, self.language))
        return self._ref(("party", name, identity), identity, "organisation", made)

    def _organisation(self, one: Organisation) -> str:
        language = self.language
        made = node(
            "CredentialOrganization",
            ctid=_ctid(one.identifiers),
            name=said(one.name, language),
            subjectWebpage=one.url,
            email=kept([one.email]),
            address=_address(one.country),
            agentType=_agent_type(one.kind),
            identifier=_identifiers(one.identifiers, language),
            accreditedBy=self._owner_quality(one),
        )
        return self._ref(one, one.id, "organisation", made)

    def _owner_quality(self, one: Organisation) -> list[str]:
        """Who accredited the institution, said of the owner."""
        if one != self.record.awarded_by:
            return []
        found = [each for each in self.one.quality if each.type == _OF_OWNER]
        return [self._agency(each) for each in found if each.name or each.id]

    def _quality(self) -> Json:
        found: dict[str, list[str]] = {}
        for one in self.one.quality:
            if one.type != _OF_OWNER and (one.name or one.id):
                name = f"ceterms:{_QUALITY.get(one.type, _RECOGNISED)}"
                found.setdefault(name, []).append(self._agency(one))
        return {name: list(dict.fromkeys(refs)) for name, refs in found.items()}

    def _agency(self, one: Quality) -> str:
        name = said(one.name, self.language)
        made = node("QACredentialOrganization", name=name, subjectWebpage=one.url)
        return self._ref(("agency", one.name, one.id, one.url), one.id, "agency", made)

    def _programme(self, one: Programme | None) -> str:
        if one is None or not (one.name or one.url):
            return ""
        name = texts(one.name, self.language)
        made = node(terms.ANY_CREDENTIAL, name=name, subjectWebpage=one.url)
        return self._ref(("programme", one.url), one.url, "programme", made)

    def _requires(self) -> list[Json]:
        one, language = self.one, self.language
        criteria = one.criteria
        made = node(
            "ConditionProfile",
            description=texts(criteria.narrative, language) if criteria else {},
            subjectWebpage=criteria.url if criteria else "",
            creditValue=_credit(one.credit, language),
            targetCompetency=[self._competency(each) for each in one.outcomes],
            targetAssessment=kept([self._assessment(one.assessment)]),
            targetLearningOpportunity=kept([self._learning()]),
        )
        return [made] if len(made) > 1 else []

    def _competency(self, one: Outcome) -> Json:
        statement = texts(one.statement, self.language)
        number = sum(1 for key in self.nodes if key.startswith("_:competency-"))
        made = node(
            "ceasn:Competency",
            ceasn_competencyText=statement,
            ceasn_skillEmbodied=[self._skill(each) for each in one.skills],
        )
        name = f"_:competency-{number + 1}"
        self.nodes[name] = {"@id": name, **made}
        return node("CredentialAlignmentObject", targetNode=name, targetNodeName=statement)

    def _skill(self, one: Skill) -> str:
        made = node(
            "ceasn:Competency",
            ceasn_competencyLabel=said(one.name, self.language),
            ceasn_codedNotation=one.code,
            ceasn_isPartOf=kept([self._framework(one.framework)]),
        )
        return self._ref(one, one.uri, "skill", made)

    def _framework(self, name: str) -> str:
        if not name:
            return ""
        made = node("ceasn:CompetencyFramework", ceasn_name=said(name, self.language))
        return self._ref(("framework", name), "", "framework", made)

    def _assessment(self, one: Assessment | None) -> str:
        proctored = None
        if self.one.supervision:
            proctored = self.one.supervision != "unsupervised-no-id"
        found = one or Assessment()
        words = "; ".join(terms.METHOD_WORDS[each] for each in found.methods)
        codes = dict.fromkeys(terms.METHODS.get(each, "") for each in found.methods)
        made = node(
            "AssessmentProfile",
            description=texts(found.description, self.language),
            assessmentMethodType=[_method(code) for code in codes if code],
            assessmentMethodDescription=said(words, "en"),
            scoringMethodDescription=texts(found.pass_rule, self.language),
            isProctored=proctored,
        )
        if len(made) == 1:
            return ""
        named = {"ceterms:name": texts(self.one.title, self.language)}
        return self._ref("assessment", "", "assessment", named | made)

    def _learning(self) -> str:
        """What is to be known beforehand is said of the learning that leads to the credential."""
        if not self.one.prerequisites:
            return ""
        entry = node("ConditionProfile", description=texts(self.one.prerequisites, self.language))
        name = texts(self.one.title, self.language)
        made = node("LearningProgram", name=name, entryCondition=[entry])
        return self._ref("learning", "", "learning", made)


def _class(record: Record) -> str:
    kind = record.achievement.kind
    if kind:
        return terms.CLASSES[kind]
    return record.type_stated if record.type_stated in terms.STATED else terms.ANY_CREDENTIAL


def _page(record: Record) -> str:
    """The page about it; in CTDL that is an address of the web."""
    criteria = record.achievement.criteria
    if record.id.startswith(("https://", "http://")):
        return record.id
    return criteria.url if criteria else ""


def _ctid(found: tuple[Identifier, ...]) -> str:
    return next((one.value for one in found if one.scheme == "ctid"), "")


def _identifiers(found: tuple[Identifier, ...], language: str) -> list[Json]:
    """All but a CTID that comes first, so that the order stays."""
    first = _ctid(found[:1])
    plain = [one for one in found if not one.hashed]
    return [
        node(
            "IdentifierValue",
            identifierTypeName=said(one.scheme, language),
            identifierValueCode=one.value,
        )
        for one in plain
        if not (first and one == found[0])
    ]


def _version(version: str) -> Json | None:
    return node("IdentifierValue", identifierValueCode=version) if version else None


def _levels(level: Level | None, language: str) -> list[Json]:
    if level is None:
        return []
    found = []
    if level.eqf:
        code, name = str(level.eqf), {"en": f"EQF level {level.eqf}"}
        frame = {"en": terms.EQF}
        found.append(_aligned(codedNotation=code, frameworkName=frame, targetNodeName=name))
    if level.framework:
        frame = said(level.framework, language)
        found.append(_aligned(codedNotation=level.code, frameworkName=frame))
    return found


def _aligned(**members: Any) -> Json:
    return node("CredentialAlignmentObject", **members)


def _delivery(words: tuple[str, ...]) -> list[Json]:
    found = [terms.DELIVERY[one] for one in words if one in terms.DELIVERY]
    return [concept("Delivery", "deliveryType", one) for one in found]


def _method(code: str) -> Json:
    return concept("AssessmentMethod", "assessMethod", (code, code))


def _duration(one: Achievement) -> list[Json]:
    found = one.workload
    if found is None or found.low is None or found.high is None:
        return []
    if found.low == found.high:
        return [node("DurationProfile", exactDuration=write_hours(found.low))]
    low, high = write_hours(found.low), write_hours(found.high)
    return [node("DurationProfile", minimumDuration=low, maximumDuration=high)]


def _field(one: Achievement, language: str) -> list[Json]:
    found = one.field
    if found is None:
        return []
    frame = {"en": terms.ISCED} if found.code else {}
    name = said(found.name, language)
    return [_aligned(codedNotation=found.code, frameworkName=frame, targetNodeName=name)]


def _credit(found: Credit | None, language: str) -> list[Json]:
    if found is None or found.value is None:
        return []
    whole = found.value == found.value.to_integral_value()
    unit = terms.CREDIT_UNITS.get(found.unit)
    words = {"en": terms.CREDIT_WORDS[found.unit]} if found.unit in terms.CREDIT_WORDS else {}
    made = node(
        "ValueProfile",
        schema_value=int(found.value) if whole else float(found.value),
        creditUnitType=[concept("CreditUnit", "creditUnit", unit)] if unit else [],
        schema_description=words or said(found.unit_name, language),
    )
    return [made]


def _renewal_frequency(one: Achievement) -> str:
    return f"P{one.validity.months}M" if one.validity and one.validity.months else ""


def _renewal(one: Achievement, language: str) -> list[Json]:
    if not (one.validity and one.validity.months and one.validity.renewal):
        return []
    return [node("ConditionProfile", description=texts(one.validity.renewal, language))]


def _address(country: str) -> list[Json]:
    return [node("Place", addressCountry={"en": country})] if country else []


def _agent_type(kind: str) -> list[Json]:
    found = terms.ORGANISATIONS.get(kind)
    return [concept("OrganizationType", "orgType", found)] if found else []
