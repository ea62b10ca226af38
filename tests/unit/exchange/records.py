"""Whole records for hypothesis: several languages, awards, joint bodies, everything that may be.

One strategy for all formats. Records are in their normal form (`Record`), and texts are plain
words without line breaks: what a format does to odd characters is not what these tests are about.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from stackmark.model import achievement_codes as codes
from stackmark.model.record import ORGANISATION_KINDS, RESULT_STATUS, Record

LANGUAGES = ("en", "de", "fr", "pt-BR", "zh-Hans", "el")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZäöüßéñçøλπдя漢字"
words = st.text(alphabet=_LETTERS, min_size=1, max_size=9)
lines = st.lists(words, min_size=1, max_size=5).map(" ".join)
tokens = st.text(alphabet="abcdefghijklmnopqrstuvwxyzABC", min_size=3, max_size=12)
slugs = st.text(alphabet="abcdefghij0123456789", min_size=1, max_size=8)


def maps(texts=lines, *, least=1):
    """A language map."""
    return st.dictionaries(st.sampled_from(LANGUAGES), texts, min_size=least, max_size=3)


def addresses(host):
    """Web addresses below a host."""
    return slugs.map(lambda slug: f"https://{host}.example/{slug}")


def some(**fields):
    """An object with any of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


def unique(values, most=3):
    """A list in which nothing stands twice."""
    return st.lists(values, min_size=1, max_size=most, unique_by=repr)


def numbers(low, high):
    """A number with at most two digits after the point."""
    return st.integers(low * 100, high * 100).map(lambda n: n / 100 if n % 100 else n // 100)


days = st.dates(datetime(2015, 1, 1).date(), datetime(2040, 1, 1).date()).map(
    lambda d: d.isoformat()
)
_zones = st.sampled_from(
    [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3))]
)
instants = st.datetimes(datetime(2015, 1, 1), datetime(2040, 1, 1), timezones=_zones).map(
    lambda d: d.replace(microsecond=0)
)

skills = st.fixed_dictionaries(
    {"name": lines},
    optional={"uri": addresses("skills"), "framework": lines, "code": slugs},
)
outcomes = st.fixed_dictionaries(
    {"statement": maps()},
    optional={
        "skills": unique(skills),
        "assessed_by": unique(st.sampled_from(codes.ASSESSMENT_METHODS)),
    },
)
levels = st.one_of(
    st.just({"not_levelled": True}),
    st.fixed_dictionaries({"eqf": st.integers(1, 8)}, optional={"assigned_by": lines}),
    st.fixed_dictionaries(
        {"framework": lines, "code": slugs},
        optional={"eqf": st.integers(1, 8), "assigned_by": lines},
    ),
)
workloads = st.tuples(numbers(1, 500), numbers(1, 500)).map(
    lambda ends: {"low": min(ends), "high": max(ends)}
)
credit_points = st.one_of(
    st.fixed_dictionaries(
        {"value": numbers(1, 60), "unit": st.sampled_from(codes.CREDIT_UNITS[:-1])},
        optional={"assigned_by": lines},
    ),
    st.fixed_dictionaries({"value": numbers(1, 60), "unit": st.just("other"), "unit_name": words}),
)
methods = st.one_of(st.just(["none"]), unique(st.sampled_from(codes.ASSESSMENT_METHODS[:-1])))
assessments = some(
    methods=methods,
    description=maps(),
    pass_rule=maps(),
    scale=st.sampled_from(codes.SCALES),
    maximum=numbers(50, 200),
    required=numbers(1, 50),
    attempts=st.integers(0, 5),
).filter(bool)
qualities = st.fixed_dictionaries(
    {"type": st.sampled_from(codes.QUALITY)},
    optional={
        "name": lines,
        "id": addresses("agency"),
        "date": st.just("2024-05-01"),
        "url": addresses("report"),
        "review_due": days.filter(lambda day: day > "2024-05-01"),
    },
)
validities = st.one_of(
    st.fixed_dictionaries({"kind": st.just("unlimited")}),
    st.fixed_dictionaries(
        {"kind": st.just("months"), "months": st.integers(1, 60)}, optional={"renewal": maps()}
    ),
    st.fixed_dictionaries({"kind": st.just("fixed"), "until": days}, optional={"renewal": maps()}),
)
parties = st.fixed_dictionaries(
    {"name": lines, "role": st.sampled_from(codes.PARTY_ROLES)},
    optional={"id": addresses("party")},
)
programmes = st.fixed_dictionaries(
    {"name": maps()},
    optional={
        "position": st.integers(1, 3),
        "parts": st.integers(3, 9),
        "url": addresses("programme"),
    },
)
fields_of_study = st.one_of(
    st.fixed_dictionaries({"name": lines}),
    st.fixed_dictionaries(
        {"code": st.sampled_from(("06", "061", "0613", "0541"))}, optional={"name": lines}
    ),
)


# Ids as people give them, and those that only just go together.
ids = st.one_of(slugs, st.sampled_from(("essay", "essay-1", "essay-1-a", "7", "a.b", "-x", "x_y")))


@st.composite
def rubric_levels(draw):
    """Two levels or more, their points growing."""
    points = sorted(draw(st.sets(st.integers(0, 50), min_size=2, max_size=3)))
    names = draw(st.lists(ids, min_size=len(points), max_size=len(points), unique=True))
    more = some(description=maps(), anchor=maps())
    return [
        {"id": name, "name": draw(maps()), "points": one, **draw(more)}
        for name, one in zip(names, points, strict=True)
    ]


criteria = st.fixed_dictionaries(
    {"id": ids, "name": maps(), "levels": rubric_levels()},
    optional={"description": maps(), "weight": numbers(1, 5)},
)
_component_facts = {
    "description": maps(),
    "method": st.sampled_from(codes.ASSESSMENT_METHODS[:-1]),
    "weight": numbers(1, 5),
    "minimum": numbers(0, 100),
    "submissions": unique(st.sampled_from(codes.SUBMISSIONS)),
}
components = st.one_of(
    st.fixed_dictionaries(
        {
            "id": ids,
            "name": maps(),
            "kind": st.just("rubric"),
            "criteria": st.lists(criteria, min_size=1, max_size=2, unique_by=lambda one: one["id"]),
        },
        optional=_component_facts,
    ),
    st.fixed_dictionaries(
        {"id": ids, "name": maps(), "kind": st.just("items"), "items": st.integers(1, 60)},
        optional=_component_facts,
    ),
    st.fixed_dictionaries(
        {"id": ids, "name": maps(), "kind": st.just("score"), "maximum": numbers(1, 200)},
        optional=_component_facts,
    ),
)
plans = some(
    components=st.lists(components, min_size=1, max_size=3, unique_by=lambda one: one["id"]),
    identity=st.sampled_from(codes.IDENTITY_PROOFING),
    binding=st.sampled_from(codes.IDENTITY_BINDING),
    supervision=st.sampled_from(codes.PROCTORING),
    authorship=st.one_of(st.just(["none"]), unique(st.sampled_from(codes.AUTHORSHIP[1:]))),
    ai=st.sampled_from(codes.AI_POLICY),
    markers=st.integers(1, 4),
    independence=st.sampled_from(codes.INDEPENDENCE),
).filter(bool)


def covered(draw, found):
    """Outcomes that name components of the plan."""
    known = [one["id"] for one in found.get("plan", {}).get("components", [])]
    for outcome in found.get("outcomes", []) if known else []:
        if draw(st.booleans()):
            outcome["components"] = draw(unique(st.sampled_from(known), 2))


@st.composite
def achievements(draw):
    """A descriptor's JSON; title and description share at least one language."""
    language = draw(st.sampled_from(LANGUAGES))
    optional = draw(
        some(
            kind=st.sampled_from(codes.KINDS),
            programme=programmes,
            outcomes=unique(outcomes, 4),
            criteria=some(narrative=maps(), url=addresses("criteria")).filter(bool),
            level=levels,
            workload=workloads,
            credit=credit_points,
            participation=unique(st.sampled_from(codes.PARTICIPATION)),
            assessment=assessments,
            plan=plans,
            supervision=st.sampled_from(codes.SUPERVISION),
            ai_policy=maps(),
            quality=unique(qualities),
            prerequisites=maps(),
            field=fields_of_study,
            instruction=unique(st.sampled_from(LANGUAGES)),
            stackability=maps(),
            validity=validities,
            parties=unique(parties),
            tags=unique(words, 5),
            author=lines,
            code=slugs,
            further=maps(),
        )
    )
    covered(draw, optional)
    title = draw(maps()) | {language: draw(lines)}
    description = draw(maps()) | {language: draw(lines)}
    return {"language": language, "title": title, "description": description, **optional}


def identifiers(host):
    """Numbers in schemes of their own names."""
    del host
    plain = st.fixed_dictionaries({"scheme": tokens, "value": slugs})
    return unique(plain, 2)


def organisations(host):
    """An organisation that has an address of its own."""
    return st.fixed_dictionaries(
        {"id": st.just(f"https://{host}.example/"), "name": lines},
        optional={
            "legal_name": lines,
            "kind": st.sampled_from(ORGANISATION_KINDS),
            "country": st.sampled_from(("DE", "FR", "IE", "KR", "BR")),
            "url": addresses(host),
            "email": words.map(lambda name: f"{len(name)}@{host}.example"),
            "identifiers": identifiers(host),
        },
    )


learner_numbers = st.one_of(
    st.fixed_dictionaries({"scheme": tokens, "value": slugs}),
    st.fixed_dictionaries(
        {
            "scheme": st.just("emailAddress"),
            "value": slugs.map(lambda slug: f"sha256${len(slug):064d}"),
            "hashed": st.just(True),
            "salt": slugs,
        }
    ),
)
learners = st.fixed_dictionaries(
    {"id": slugs.map(lambda slug: f"did:example:{slug}")},
    optional={
        "name": lines,
        "given_name": words,
        "family_name": words,
        "identifiers": unique(learner_numbers, 2),
    },
)
results = st.fixed_dictionaries(
    {"value": slugs},
    optional={
        "name": lines.filter(lambda text: text != "Result"),
        "scale": st.sampled_from(("Percent", "LetterGrade", "RawScore", "ownScale")),
        "minimum": slugs,
        "maximum": slugs,
        "required": slugs,
        "level": lines,
        "status": st.sampled_from(RESULT_STATUS),
    },
)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
evidences = st.one_of(
    st.fixed_dictionaries(
        {"name": lines},
        optional={
            "url": addresses("work"),
            "narrative": lines,
            "genre": words,
            "audience": words,
        },
    ),
    st.fixed_dictionaries(
        {"name": lines, "url": addresses("work"), "sha256": digests},
        optional={"genre": words, "media_type": st.sampled_from(("application/pdf", "text/plain"))},
    ),
)
assessors = st.fixed_dictionaries({"name": lines}, optional={"id": addresses("assessors")})


def plan_results(achievement):
    """Results of the parts of a plan, each once, with what their descriptions say of them."""
    tongue = achievement["language"]
    percent = {"scale": "Percent", "minimum": "0", "maximum": "100"}
    found = []
    for one in achievement.get("plan", {}).get("components", []):
        needed = {"required": str(one["minimum"])} if "minimum" in one else {}
        name = one["name"].get(tongue, one["id"])
        found.append({"component": one["id"], "name": name, "value": "50", **percent, **needed})
        for each in one.get("criteria", []):
            level = each["levels"][-1]
            found.append(
                {
                    "component": one["id"],
                    "criterion": each["id"],
                    "level_id": level["id"],
                    "name": each["name"].get(tongue, each["id"]),
                    "level": level["name"].get(tongue, level["id"]),
                    "scale": "RubricCriterionLevel",
                }
            )
    if found and "scale" not in achievement.get("assessment", {}):
        found.append({"total": True, "name": "Total", "value": "61.25", **percent})
    return found


@st.composite
def awards(draw, achievement):
    """An award's JSON; its start of validity is said when it is another than the issue."""
    issued = draw(instants)
    found = draw(
        st.fixed_dictionaries(
            {"id": slugs.map(lambda slug: f"urn:uuid:{slug}"), "learner": learners},
            optional={
                "started": instants.map(_iso),
                "ended": instants.map(_iso),
                "results": unique(results),
                "narrative": lines,
                "evidence": st.lists(evidences, min_size=1, max_size=3, unique_by=_place),
                "assessor": assessors,
            },
        )
    )
    marks = plan_results(achievement)
    if marks and draw(st.booleans()):
        found["results"] = [*found.get("results", []), *marks[: draw(st.integers(1, 4))]]
    found["issued"] = _iso(issued)
    if draw(st.booleans()):
        found["valid_from"] = _iso(issued + timedelta(days=draw(st.integers(1, 90))))
    if draw(st.booleans()):
        found["valid_until"] = _iso(issued + timedelta(days=draw(st.integers(100, 900))))
    return found


def _place(evidence):
    """By what a piece of evidence is told from others: each address once."""
    return evidence.get("url") or repr(evidence)


def _iso(moment):
    return moment.isoformat().replace("+00:00", "Z")


@st.composite
def records(draw, *, awarded=None):
    """A whole record; ``awarded`` true or false for credentials or designs only."""
    tree = {
        "achievement": draw(achievements()),
        "id": draw(addresses("achievements")),
        "issuer": draw(organisations("issuer")),
    }
    tree |= draw(
        some(
            version=slugs,
            image=addresses("images"),
            identifiers=identifiers("achievements"),
            awarding_body=organisations("awarding"),
            type_stated=st.sampled_from(("Degree", "Course", "Diploma")),
        )
    )
    if draw(st.booleans()) if awarded is None else awarded:
        tree["award"] = draw(awards(tree["achievement"]))
    return Record.from_json(tree)
