"""Role profiles: made from a loaded framework, published, planned for; and whose they are."""

from __future__ import annotations

import io
import re
from html import unescape

import orjson
import pytest

from stackmark_web.pathways.actions import roles as actions
from stackmark_web.pathways.models import Framework, FrameworkSkill, RoleProfile

pytestmark = pytest.mark.django_db
ROLES = "/manage/northfield/roles"
ESCO = (
    "conceptUri,preferredLabel,description\n"
    "http://data.example/s/1,draw charts,Draws them\n"
    "http://data.example/s/2,explain charts,\n"
)


def words(answer):
    plain = re.sub(r"<(script|style).*?</\\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def file(text, name="skills_en.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    made = io.BytesIO(data)
    made.name = name
    return made


@pytest.fixture
def desk(client, dana):
    client.force_login(dana)
    return client


@pytest.fixture
def esco(desk):
    answer = desk.post(f"{ROLES}/frameworks", {"file": file(ESCO)}, follow=True)
    assert "2 skills" in words(answer)
    return Framework.everywhere.get()


def test_from_a_file_to_a_public_role(desk, esco, client):
    answer = desk.post(
        f"{ROLES}/new", {"title": "Analyst", "summary": "Counts.", "framework": str(esco.pk)}
    )
    row = RoleProfile.everywhere.get()
    assert answer["Location"] == f"{ROLES}/{row.pk}/skills"
    found = desk.get(f"{ROLES}/{row.pk}/skills", {"q": "CHARTS draw"})
    assert "draw charts" in words(found)
    assert "explain charts" not in words(found)
    skill = FrameworkSkill.objects.get(name="draw charts")
    desk.post(f"{ROLES}/{row.pk}/skills", {"put": skill.pk, "confidence": "80", "q": "draw"})
    row.refresh_from_db()
    assert row.skills == [
        {"uri": "http://data.example/s/1", "code": "", "name": "draw charts", "confidence": 80}
    ]
    assert desk.get(f"/roles/{row.pk}").status_code == 404
    desk.post(f"{ROLES}/{row.pk}/publish")
    client.logout()
    text = words(client.get(f"/roles/{row.pk}"))
    assert "80 % sure" in text
    assert "Reuse under Commission Decision 2011/833/EU" in text
    assert "This service uses the ESCO classification of the European Commission." in text
    assert "It promises no job and no pay." in text


def test_each_page_leads_to_the_next_step(desk, esco):
    make = f'href="{ROLES}/new"'
    assert make in desk.get(ROLES).content.decode()
    assert make in desk.get(f"{ROLES}/frameworks").content.decode()
    assert "Choose one" not in desk.get(f"{ROLES}/new").content.decode()  # there is one only
    Framework.everywhere.all().delete()
    text = desk.get(ROLES).content.decode()
    assert make not in text
    assert f'href="{ROLES}/frameworks"' in text


def test_a_framework_of_which_nobody_said_the_licence(desk):
    document = {
        "CFDocument": {"title": "Own"},
        "CFItems": [{"identifier": "a", "uri": "https://x.example/a", "fullStatement": "sing"}],
    }
    desk.post(f"{ROLES}/frameworks", {"file": file(orjson.dumps(document), "own.json")})
    text = words(desk.get(f"{ROLES}/frameworks"))
    assert "not stated: ask its publisher" in text


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "skills_en.csv", "is empty"),
        ("a,b\n1,2\n", "x.csv", "is not the header of ESCO"),
        ("conceptUri,preferredLabel\nno address,x\n", "skills_en.csv", "is no address"),
        (b"PK\x03\x04broken", "x.zip", "no zip file that can be opened"),
        (b"{\xff", "x.json", "no UTF-8 text"),
        ("{" * 100_000, "x.json", ""),
        ("conceptUri,preferredLabel\n", "skills_en.csv", "a header and no row"),
    ],
)
def test_files_that_are_no_framework_are_told_where(desk, text, name, said):
    answer = desk.post(f"{ROLES}/frameworks", {"file": file(text, name)})
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Framework.everywhere.exists()


def test_too_many_skills_and_the_same_file_twice(desk, esco, monkeypatch):
    desk.post(f"{ROLES}/frameworks", {"file": file(ESCO)})
    assert Framework.everywhere.count() == 1
    monkeypatch.setattr(actions, "MOST_SKILLS", 1)
    answer = desk.post(f"{ROLES}/frameworks", {"file": file(ESCO + "\n")})
    assert "more than 1 skills" in words(answer)


def test_without_a_framework_the_page_says_what_to_do(desk):
    assert "No framework is loaded" in words(desk.get(f"{ROLES}/new"))
    assert "No role profile yet" in words(desk.get(ROLES))


@pytest.fixture
def draft(desk, esco, university, dana):
    return actions.make(university, actor=dana, framework=esco, title="Analyst")


@pytest.mark.parametrize("confidence", ["0", "100", "-5", "x", "9" * 500])
def test_a_confidence_that_is_none(desk, draft, confidence):
    skill = FrameworkSkill.objects.first()
    answer = desk.post(
        f"{ROLES}/{draft.pk}/skills", {"put": skill.pk, "confidence": confidence}, follow=True
    )
    assert "A confidence is a whole number from 1 to 99" in words(answer)
    draft.refresh_from_db()
    assert draft.skills == []


@pytest.mark.parametrize("number", ["", "x", "999999", "\x00", "9" * 300])
def test_a_skill_that_is_not_in_its_framework(desk, draft, number):
    answer = desk.post(f"{ROLES}/{draft.pk}/skills", {"put": number}, follow=True)
    assert "This skill is not in the framework any more" in words(answer)


def test_again_changes_the_confidence_and_taking_away_leaves_the_rest(desk, draft):
    one, other = FrameworkSkill.objects.order_by("pk")
    page = f"{ROLES}/{draft.pk}/skills"
    for skill, sure in ((one, "70"), (other, ""), (one, "90")):
        desk.post(page, {"put": skill.pk, "confidence": sure})
    draft.refresh_from_db()
    assert [(row["name"], row["confidence"]) for row in draft.skills] == [
        ("explain charts", None),
        ("draw charts", 90),
    ]
    desk.post(page, {"drop": one.uri})
    draft.refresh_from_db()
    assert [row["name"] for row in draft.skills] == ["explain charts"]


def test_nothing_is_published_empty_and_the_last_skill_stays(desk, draft):
    answer = desk.post(f"{ROLES}/{draft.pk}/publish", follow=True)
    assert "It asks for no skill yet" in words(answer)
    skill = FrameworkSkill.objects.first()
    desk.post(f"{ROLES}/{draft.pk}/skills", {"put": skill.pk})
    desk.post(f"{ROLES}/{draft.pk}/publish")
    answer = desk.post(f"{ROLES}/{draft.pk}/skills", {"drop": skill.uri}, follow=True)
    assert "withdraw it first" in words(answer)
    answer = desk.post(f"{ROLES}/{draft.pk}/delete", follow=True)
    assert "withdraw it before deleting it" in words(answer)
    desk.post(f"{ROLES}/{draft.pk}/publish")
    desk.post(f"{ROLES}/{draft.pk}/delete")
    assert not RoleProfile.everywhere.exists()


def test_a_framework_that_is_taken_away_leaves_the_profile(desk, draft, esco):
    desk.post(f"{ROLES}/{draft.pk}/skills", {"put": FrameworkSkill.objects.first().pk})
    desk.post(f"{ROLES}/frameworks/{esco.pk}/delete")
    draft.refresh_from_db()
    assert (len(draft.skills), draft.loaded) == (1, None)
    assert draft.attribution.startswith("This service uses the ESCO classification")
    text = words(desk.get(f"{ROLES}/{draft.pk}/skills", {"q": "draw"}))
    assert "The framework was taken away" in text


def test_others_have_no_way_in(client, draft, esco, charlie, person, university, join):
    paths = [ROLES, f"{ROLES}/new", f"{ROLES}/{draft.pk}", f"{ROLES}/{draft.pk}/skills"]
    client.force_login(charlie)
    assert {client.get(one).status_code for one in paths} == {404}
    other = f"/manage/elsewhere/roles/{draft.pk}"
    assert client.get(other).status_code == 404
    assert client.post(f"/manage/elsewhere/roles/frameworks/{esco.pk}/delete").status_code == 404
    client.force_login(join(person("marker"), university, "assessor"))
    assert {client.get(one).status_code for one in paths} == {403}


def test_hostile_names_stay_text(desk, university, dana, client):
    evil = "<img src=x onerror=alert(1)>"
    text = ESCO.replace("draw charts", evil)
    desk.post(f"{ROLES}/frameworks", {"file": file(text)})
    row = actions.make(
        university, actor=dana, framework=Framework.everywhere.get(), title=evil, summary=evil
    )
    actions.put(row, FrameworkSkill.objects.get(name=evil), actor=dana, confidence=None)
    row.refresh_from_db()
    actions.publish(row, actor=dana)
    for page in (f"/roles/{row.pk}", f"{ROLES}/{row.pk}", f"{ROLES}/{row.pk}/skills?q=img"):
        assert evil not in client.get(page).content.decode()
