"""Who and what the demo world is made of. Everybody and everything here is invented."""

from __future__ import annotations

from dataclasses import dataclass
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
    signatory: tuple[str, str] = ("", "")


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
        deqar_id="DEQARINST9001",
        signatory=("Olga Lindqvist", "Registrar"),
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
        signatory=("Greta Voss", "Head of examinations"),
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
        deqar_id="DEQARINST9002",
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
    Worker(
        "rhea",
        "Rhea Castellano",
        "reviews designs, and decides what other credentials count for",
        (("northfield", "reviewer"), ("northfield", "recogniser")),
    ),
    Worker("marta", "Marta Sokol", "marks what learners hand in", (("northfield", "assessor"),)),
    Worker("ivan", "Ivan Brenner", "is the second marker", (("northfield", "assessor"),)),
    Worker("lena", "Lena Marsh", "learns, keeps and shares what she earned"),
    Worker("tomas", "Tomás Ferreira", "runs Harbour Skills", (("harbour-skills", "owner"),)),
    Worker("greta", "Greta Voss", "runs the Guild", (("guild-of-assurance", "owner"),)),
    Worker("amir", "Amir Haddad", "hires for Meridian Health", (("meridian-health", "owner"),)),
    Worker(
        "petra",
        "Petra Novak",
        "runs the European Quality Board, and looks after this server",
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
PEOPLE: Final = 82  # the cast among them
