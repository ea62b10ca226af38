"""Who and what the demo world is made of. Everybody and everything here is invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SEED: Final = 20260901
PASSWORD: Final = "stackmark-demo-world"  # noqa: S105 - of invented people, on the demo only
MAIL_DOMAIN: Final = "people.example"


@dataclass(frozen=True, slots=True)
class House:
    """An organisation."""

    slug: str
    name: str
    kind: str
    country: str
    accent: str
    description: str
    unit_kind: str = "institution"
    parent: str = ""
    legal_name: str = ""
    ror: str = ""
    erasmus_code: str = ""
    deqar_id: str = ""


HOUSES: Final = (
    House(
        "northfield",
        "Northfield University",
        "university",
        "IE",
        "#1f4b99",
        "A public university that teaches in small, assessed steps as well as in degrees.",
        legal_name="Northfield University DAC",
        erasmus_code="IRL NORTH01",
        deqar_id="DEQARINST90001",
    ),
    House(
        "northfield-science",
        "Faculty of Science",
        "university",
        "IE",
        "#1f4b99",
        "Mathematics, computing and the natural sciences.",
        unit_kind="faculty",
        parent="northfield",
    ),
    House(
        "northfield-data",
        "Data Science Programme",
        "university",
        "IE",
        "#1f4b99",
        "From first spreadsheets to a master's degree.",
        unit_kind="programme",
        parent="northfield-science",
    ),
    House(
        "harbour-skills",
        "Harbour Skills",
        "provider",
        "NL",
        "#b3401f",
        "Short, practical courses for people who work.",
        legal_name="Harbour Skills Coöperatie U.A.",
    ),
    House(
        "guild-of-assurance",
        "Guild of Digital Assurance",
        "association",
        "BE",
        "#4a3a8c",
        "Certifies people who keep systems and data safe. It examines; it does not teach.",
    ),
    House(
        "meridian-health",
        "Meridian Health",
        "employer",
        "SE",
        "#0c6b58",
        "Hospitals and home care. Hires on evidence and trains on the job.",
    ),
    House(
        "european-quality-board",
        "European Quality Board",
        "agency",
        "AT",
        "#5c4a1f",
        "Reviews providers and says publicly what it found.",
        deqar_id="DEQARAGENCY9001",
    ),
)


@dataclass(frozen=True, slots=True)
class Worker:
    """A person with a role, whom a visitor may be."""

    word: str
    name: str
    does: str
    roles: tuple[tuple[str, str], ...] = ()
    operator: bool = False


CAST: Final = (
    Worker("dana", "Dana Okafor", "designs micro-credentials", (("northfield", "designer"),)),
    Worker("ivo", "Ivo Petersen", "awards and revokes them", (("northfield", "issuer"),)),
    Worker("olga", "Olga Lindqvist", "runs the university's account", (("northfield", "owner"),)),
    Worker("rhea", "Rhea Castellano", "reviews what Dana designs", (("northfield", "reviewer"),)),
    Worker("lena", "Lena Marsh", "learns, keeps and shares what she earned"),
    Worker("tomas", "Tomás Ferreira", "runs Harbour Skills", (("harbour-skills", "owner"),)),
    Worker("greta", "Greta Voss", "runs the Guild", (("guild-of-assurance", "owner"),)),
    Worker("amir", "Amir Haddad", "hires for Meridian Health", (("meridian-health", "owner"),)),
    Worker(
        "petra",
        "Petra Novak",
        "looks after this server and its trust register",
        (("european-quality-board", "owner"),),
        operator=True,
    ),
)

GIVEN: Final = (
    *("Aoife", "Bram", "Chiara", "Dieter", "Elif", "Farid", "Gwen"),
    *("Hugo", "Ines", "Jasper", "Kavya", "Liam", "Mei", "Noor"),
    *("Oskar", "Priya", "Quentin", "Rosa", "Sami", "Tuva", "Umar"),
    *("Vera", "Wout", "Ximena", "Yusuf", "Zofia", "Anders", "Beatriz"),
    *("Cem", "Daria", "Emeka", "Freya", "Goran", "Hana", "Ivana"),
)
FAMILY: Final = (
    *("Adeyemi", "Bergström", "Costa", "Dubois", "Eriksen", "Fischer", "García"),
    *("Hansen", "Iyer", "Jansen", "Kowalski", "Laurent", "Moreau", "Nguyen"),
    *("O’Brien", "Papadopoulos", "Quist", "Rossi", "Sørensen", "Tanaka", "Ueda"),
    *("Vasquez", "Weber", "Xu", "Yılmaz", "Zieliński", "Acheampong", "Brennan"),
    *("Ćosić", "Đorđević"),
)
# Names that every page, PDF and picture must be able to show.
UNUSUAL: Final = (
    "Þórdís Ægisdóttir",
    "Владислава Кузнецова",
    "Ελένη Παππά",
    "Nguyễn Thị Ánh",
    "María de los Ángeles Fernández de la Vega y Sánchez-Ostiz",
    "X Æ",
)
PEOPLE: Final = 80  # the cast among them


@dataclass(frozen=True, slots=True)
class Course:
    """What an achievement of the demo world says, in short."""

    word: str
    house: str
    title: str
    kind: str
    level: int | None
    hours: int
    ects: float | None
    description: str
    outcomes: tuple[tuple[str, str], ...]  # statement, skill
    methods: tuple[str, ...]
    assessment: str
    supervision: str
    participation: str
    price: tuple[str, str] | None
    awards: int
    months: int | None = None  # validity
    programme: tuple[str, int] | None = None
    german: str = ""
    prerequisites: str = ""
    colours: tuple[str, str] = ("", "")
    icon: str = ""
    shape: str = ""
    partners: tuple[str, ...] = field(default=())


COURSES: Final = (
    Course(
        "data-literacy",
        "northfield-data",
        "Data Literacy Basics",
        "digital-badge",
        5,
        25,
        1.0,
        "Read, question and explain everyday data: tables, charts and the claims made with them.",
        (
            ("Interpret tables and charts from public sources", "interpret statistical data"),
            ("Explain how a sample can mislead", "critical thinking"),
            ("Present a finding to people outside the field", "present reports"),
        ),
        ("assignment",),
        "A report on a data set of the learner's choice, marked against a published rubric.",
        "unsupervised-no-id",
        "online",
        None,
        110,
        german="Grundlagen der Datenkompetenz",
        icon="chart",
        shape="circle",
    ),
    Course(
        "python-analysis",
        "northfield-data",
        "Data Analysis with Python",
        "nano-degree-part",
        6,
        75,
        3.0,
        "Clean, join and analyse real data sets with Python, and say how sure the answer is.",
        (
            ("Prepare messy data for analysis with Python", "Python (computer programming)"),
            ("Estimate an effect and state its uncertainty", "statistics"),
            ("Automate a report that others can repeat", "automate tasks"),
        ),
        ("project", "practical"),
        "Two projects and a supervised practical examination of three hours.",
        "supervised-onsite-id",
        "blended",
        ("390", "EUR"),
        75,
        programme=("Applied Data Nano-degree", 1),
        prerequisites="Data Literacy Basics, or comparable experience shown in a short test.",
        icon="code",
        shape="hexagon",
    ),
    Course(
        "machine-learning",
        "northfield-data",
        "Machine Learning in Practice",
        "nano-degree-part",
        7,
        100,
        4.0,
        "Choose, train and question models; know when a simple rule is the better answer.",
        (
            ("Select a model that fits the question and the data", "machine learning"),
            ("Evaluate a model on data it has not seen", "data mining"),
            ("Judge who is harmed when a model is wrong", "ethics in computing"),
        ),
        ("project", "oral-exam"),
        "A project defended before two examiners.",
        "supervised-online-id",
        "blended",
        ("520", "EUR"),
        45,
        programme=("Applied Data Nano-degree", 2),
        prerequisites="Data Analysis with Python.",
        icon="network",
        shape="hexagon",
    ),
    Course(
        "data-capstone",
        "northfield-data",
        "Applied Data Capstone",
        "nano-degree-part",
        7,
        125,
        5.0,
        "One question from a real partner organisation, from first meeting to final report.",
        (
            ("Agree a question and its limits with a partner", "liaise with clients"),
            ("Deliver an analysis that others can repeat", "statistics"),
        ),
        ("project", "presentation"),
        "Final report and presentation, marked by the university and the partner.",
        "supervised-onsite-id",
        "work-based",
        ("650", "EUR"),
        24,
        programme=("Applied Data Nano-degree", 3),
        prerequisites="Machine Learning in Practice.",
        icon="flag",
        shape="hexagon",
        partners=("meridian-health",),
    ),
    Course(
        "research-integrity",
        "northfield-science",
        "Research Integrity",
        "certificate",
        7,
        50,
        2.0,
        "Plan, run and report research that others can trust.",
        (
            ("Plan a study that protects its participants", "research ethics"),
            ("Manage research data over its whole life", "manage research data"),
        ),
        ("written-exam", "assignment"),
        "Written examination and a data management plan.",
        "supervised-online-id",
        "online",
        ("180", "EUR"),
        48,
        icon="scales",
        shape="shield",
    ),
    Course(
        "lab-safety",
        "northfield-science",
        "Laboratory Safety Certificate",
        "certificate",
        4,
        12,
        None,
        "Work safely in a teaching laboratory, and act rightly when something goes wrong.",
        (
            ("Carry out a risk assessment before an experiment", "health and safety regulations"),
            ("Respond to a spill, a fire and an injury", "react to emergencies"),
        ),
        ("practical", "quiz"),
        "Observed practice and a multiple-choice test.",
        "supervised-onsite-id",
        "onsite",
        None,
        90,
        months=24,
        icon="flask",
        shape="shield",
    ),
    Course(
        "green-logistics",
        "harbour-skills",
        "Green Logistics Planner",
        "certificate",
        5,
        60,
        2.0,
        "Plan routes and loads that cost less fuel, money and time.",
        (
            ("Calculate the emissions of a transport chain", "analyse supply chain"),
            ("Plan a load that needs fewer journeys", "plan transport operations"),
        ),
        ("assignment",),
        "A case study with figures of the learner's own company.",
        "supervised-online-id",
        "blended",
        ("480", "EUR"),
        52,
        icon="leaf",
        shape="diamond",
    ),
    Course(
        "digital-bookkeeping",
        "harbour-skills",
        "Digital Bookkeeping",
        "digital-badge",
        4,
        30,
        1.0,
        "Keep the books of a small firm with today's tools.",
        (
            ("Record and reconcile a month of transactions", "bookkeeping regulations"),
            ("Prepare a return for the tax office", "prepare tax returns forms"),
        ),
        ("practical",),
        "A practical test on a prepared set of books.",
        "supervised-no-id",
        "online",
        ("210", "EUR"),
        48,
        icon="book",
        shape="square",
    ),
    Course(
        "workplace-coach",
        "harbour-skills",
        "Workplace Coach",
        "certificate",
        5,
        40,
        1.5,
        "Help new colleagues learn on the job.",
        (
            ("Plan a learner's first month", "train employees"),
            ("Give feedback that can be acted on", "give constructive feedback"),
        ),
        ("workplace-observation", "portfolio"),
        "Three observed sessions and a reflection.",
        "supervised-onsite-id",
        "work-based",
        ("340", "EUR"),
        38,
        icon="people",
        shape="rosette",
        partners=("meridian-health",),
    ),
    Course(
        "security-practitioner",
        "guild-of-assurance",
        "Certified Information Security Practitioner",
        "micro-certification",
        6,
        0,
        None,
        "Shows, independently of any course, that a person can protect information in practice.",
        (
            ("Assess the risks of an information system", "risk management"),
            ("Respond to a security incident", "cyber security"),
            ("Explain duties under data protection law", "data protection"),
        ),
        ("practical", "online-exam"),
        "Four-hour examination of practical tasks; pass mark set by a panel (Angoff).",
        "supervised-onsite-id",
        "onsite",
        ("590", "EUR"),
        40,
        months=36,
        prerequisites="Two years of relevant work.",
        icon="lock",
        shape="shield",
    ),
    Course(
        "privacy-officer",
        "guild-of-assurance",
        "Certified Privacy Officer",
        "micro-certification",
        6,
        0,
        None,
        "Shows that a person can advise an organisation on personal data.",
        (
            ("Map what personal data an organisation holds", "data protection"),
            ("Carry out an impact assessment", "risk management"),
        ),
        ("written-exam", "oral-exam"),
        "Three-hour examination and an oral on a case.",
        "supervised-onsite-id",
        "onsite",
        ("540", "EUR"),
        18,
        months=36,
        icon="eye",
        shape="shield",
    ),
    Course(
        "hand-hygiene",
        "meridian-health",
        "Hand Hygiene Champion",
        "digital-badge",
        3,
        6,
        None,
        "Keeps a ward's hand hygiene up to the standard, and helps others to.",
        (
            ("Carry out hand hygiene at the five moments", "comply with hygiene standards"),
            ("Observe and coach colleagues", "train employees"),
        ),
        ("workplace-observation",),
        "Two observed shifts.",
        "supervised-onsite-id",
        "work-based",
        None,
        12,
        months=12,
        icon="heart",
        shape="circle",
    ),
)
