"""A catalogue of micro-credentials with planted paraphrases, from a seed.

Concepts have two wordings each that share no word. An original takes five concepts of a field; a paraphrase says the
same with other verbs, frames, order and title; of the concepts, ``reworded`` are said in the other
wording and two in five of the rest turned round ("models of regression"); it
may lose an outcome or gain one. Neighbours in a field share up to ``near`` concepts: they are no
duplicates. Written for this test by us, in English: real catalogues differ.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

FIELDS = {
    "Data analysis": "spreadsheet formulas|calculations in spreadsheets;missing values|gaps in the records;regression models|fitting lines to observations;dashboards|visual reports for managers;database queries|SQL statements;sampling bias|unrepresentative samples;hypothesis tests|tests of significance;data ethics|responsible handling of personal data;time series|seasonal trends;clustering|segmentation of customers",
    "Nursing care": "wound dressing|bandaging of injuries;medication rounds|administration of drugs;vital signs|pulse and blood pressure;infection control|hand hygiene and isolation;care plans|individual care documentation;pain assessment|judging how much a patient suffers;dementia support|living with memory loss;palliative care|end of life comfort;patient handover|shift reports;fall prevention|avoiding falls on the ward",
    "Web development": "semantic markup|HTML structure;responsive layouts|designs for phones and desktops;form validation|checking user input;asynchronous requests|fetching from an API;accessibility audits|testing with screen readers;version control|branches in git;unit testing|automated checks of functions;session security|protecting logins;page speed|load time optimisation;deployment pipelines|continuous delivery",
    "Project management": "stakeholder maps|who is affected by a project;risk registers|lists of threats and responses;critical path|network of dependent tasks;budget control|cost tracking;sprint planning|agile iterations;change requests|alterations of scope;lessons learned|retrospectives;team charters|working agreements;earned value|measuring progress against plan;procurement contracts|buying from suppliers",
    "Renewable energy": "photovoltaic arrays|solar panels;inverter sizing|choosing converters;grid codes|rules for feeding the network;battery storage|accumulators;wind resource|gust and speed measurements;heat pumps|geothermal heating;energy audits|consumption surveys of buildings;life cycle costs|total expense over the years;safety at height|working on roofs;maintenance plans|servicing intervals",
    "Food safety": "hazard analysis|HACCP critical points;cold chain|refrigerated transport;allergen labelling|declaring nuts and gluten;cleaning schedules|sanitation rosters;pest control|keeping rodents out;traceability|tracking batches back;personal hygiene|hand washing of kitchen staff;temperature logs|thermometer records;supplier approval|vetting of vendors;recall procedures|withdrawing products from shops",
    "Early childhood education": "play based learning|discovery through games;observation notes|recording what a child does;language development|first words and sentences;parent conversations|talking with families;inclusive settings|children with special needs;outdoor activities|nature and forest days;attachment theory|bonding with caregivers;safeguarding|protection from abuse;portfolio work|collections of drawings;motor skills|climbing and balancing",
    "Cybersecurity": "threat modelling|attack trees;firewall rules|filtering of packets;phishing simulations|deceptive mail exercises;log analysis|searching event records;incident response|handling of breaches;password policies|rules for credentials;encryption basics|ciphers and keys;penetration tests|ethical hacking;backup strategies|copies for recovery;cloud configuration|hardening of tenants",
    "Accounting": "double entry|debits and credits;bank reconciliation|matching statements;payroll|wages and deductions;depreciation|writing off assets;value added tax|VAT returns;balance sheets|statements of financial position;cash flow|liquidity forecasts;internal controls|segregation of duties;invoice processing|accounts payable;cost centres|allocation of overheads",
    "Welding": "arc welding|electrode technique;joint preparation|bevelling of edges;metallurgy|grain structure of steel;gas shielding|argon and mixed gases;visual inspection|surface defects;welding symbols|reading drawings;distortion|warping of plates;fume extraction|ventilation at the bench;ultrasonic testing|non destructive examination;positional work|overhead and vertical seams",
    "Digital marketing": "search ranking|SEO keywords;content calendars|editorial schedules;conversion funnels|steps from visit to purchase;social campaigns|advertising on networks;newsletter design|e-mail campaigns;audience personas|profiles of target groups;analytics tags|measuring site traffic;brand voice|tone of messages;influencer contracts|agreements with creators;privacy consent|cookie banners",
    "Logistics": "warehouse layout|arrangement of racks;inventory turnover|stock rotation;route planning|optimising deliveries;customs documents|import declarations;forklift safety|driving lift trucks;packaging materials|cartons and pallets;order picking|collecting goods;freight tariffs|prices of shipping;reverse logistics|returns from customers;demand forecasts|predicting sales",
    "Mental health first aid": "crisis talks|conversations in acute distress;depression signs|recognising low mood;panic attacks|sudden anxiety;active listening|attentive hearing;referral paths|where to find professional help;suicide prevention|asking about self harm;substance misuse|alcohol and drugs;self care|own limits of helpers;stigma|prejudice about illness;workplace stress|burnout at the job",
    "Sustainable tourism": "carrying capacity|limits of visitor numbers;community benefit|income for villagers;eco certificates|green labels;itinerary design|planning of trips;cultural heritage|monuments and traditions;waste reduction|less plastic in hotels;wildlife encounters|watching animals responsibly;carbon accounting|emissions of travel;guest surveys|feedback of visitors;destination marketing|promoting a region",
}  # fmt: skip
VERBS = ("Explain", "Apply", "Evaluate", "Design", "Plan", "Document", "Demonstrate", "Compare")
FRAMES = (
    "{verb} {concept} in practice.",
    "{verb} {concept} for a given case.",
    "{verb} {concept} and justify the choices made.",
    "{verb} the main principles of {concept}.",
)
OTHER_VERBS = (
    "Describe",
    "Carry out",
    "Assess",
    "Develop",
    "Prepare",
    "Record",
    "Show",
    "Contrast",
)
OTHER_FRAMES = (
    "The learner is able to {verb} {concept} at work.",
    "{verb} {concept} in a realistic situation.",
    "{verb} {concept}, giving reasons.",
    "Independently {verb} key ideas behind {concept}.",
)
TITLES = (
    "{field}: {first} and {second}",
    "Introduction to {first} in {field}",
    "{field} essentials",
)
OTHER_TITLES = (
    "Certificate in {field} ({first})",
    "{first} for professionals",
    "Working in {field}",
)


@dataclass(frozen=True)
class Planted:
    title: str
    outcomes: tuple[str, ...]
    concepts: frozenset[str]
    origin: int  # the same for an original and its paraphrases

    @property
    def skills(self) -> frozenset[str]:
        return frozenset(f"https://skills.example/{one.replace(' ', '-')}" for one in self.concepts)

    def to_json(self):
        return {
            "language": "en",
            "title": {"en": self.title},
            "outcomes": [{"statement": {"en": one}} for one in self.outcomes],
        }


def catalogue(
    seed: int, originals: int, copies: int, *, reworded: float = 0.1, near: int = 2
) -> list[Planted]:
    """``originals`` designs, ``copies`` of which are said again in other words, shuffled."""
    rng = random.Random(seed)
    chosen: list[tuple[str, list[str]]] = []
    fields = {name: text.split(";") for name, text in FIELDS.items()}
    while len(chosen) < originals:
        name = rng.choice(list(fields))
        concepts = rng.sample(fields[name], 5)
        if all(other != name or len(set(concepts) & set(taken)) <= near for other, taken in chosen):
            chosen.append((name, concepts))
    found = [_original(rng, n, *one) for n, one in enumerate(chosen)]
    found += [
        _paraphrase(rng, n, *chosen[n], fields, reworded)
        for n in rng.sample(range(originals), copies)
    ]
    rng.shuffle(found)
    return found


def _original(rng, number, field, concepts):
    names = [one.split("|")[0] for one in concepts]
    outcomes = tuple(
        rng.choice(FRAMES).format(verb=rng.choice(VERBS), concept=name) for name in names
    )
    title = rng.choice(TITLES).format(field=field, first=names[0], second=names[1])
    return Planted(title, outcomes, frozenset(names), number)


def _paraphrase(rng, number, field, concepts, fields, reworded):
    kept = rng.sample(concepts, 4 if rng.random() < 0.3 else 5)
    if rng.random() < 0.2:
        kept.append(rng.choice([one for one in fields[field] if one not in concepts]))
    spoken = [_turned(rng, one.split("|")[rng.random() < reworded]) for one in kept]
    outcomes = tuple(
        rng.choice(OTHER_FRAMES).format(verb=rng.choice(OTHER_VERBS), concept=name)
        for name in spoken
    )
    title = rng.choice(OTHER_TITLES).format(field=field, first=spoken[0])
    return Planted(title, outcomes, frozenset(one.split("|")[0] for one in kept), number)


def _turned(rng, concept):
    words = concept.split()
    if len(words) != 2 or rng.random() >= 0.4:
        return concept
    return f"{words[1].removesuffix('s')} of {words[0]}"
