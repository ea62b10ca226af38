"""The guided editor through its pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from achievement_designs import full
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue import actions, queries, reviewing, steps
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from web.assessing.world import PLAN

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(draft, client, designer):
    """A designer at a draft: here.url("basics"), here.content()."""

    class Here:
        version = draft(actor=designer)

        def url(self, name, *args):
            return reverse(
                f"catalogue:{name}", args=["northfield", self.version.achievement_id, *args]
            )

        def step(self, slug):
            return self.url("edit", slug)

        def content(self):
            return AchievementVersion.everywhere.get(pk=self.version.pk).content

        def revision(self):
            return AchievementVersion.everywhere.get(pk=self.version.pk).revision

        def save(self, slug, lang="en", **fields):
            fields.setdefault("revision", self.revision())
            return client.post(self.step(slug), {"lang": lang, **fields})

    client.force_login(designer)
    return Here()


def rows(name, *entries, was=0):
    """A formset's fields."""
    found = {f"{name}-TOTAL_FORMS": len(entries), f"{name}-INITIAL_FORMS": was}
    for number, entry in enumerate(entries):
        found |= {f"{name}-{number}-{field}": value for field, value in entry.items()}
    return found


def outcome(number, statement, *skills, was=0, **more):
    prefix = f"outcomes-{number}-skills"
    return {f"outcomes-{number}-statement": statement} | rows(prefix, *skills, was=was) | more


class TestStart:
    def test_three_answers_make_a_draft(self, client, designer, northfield):
        client.force_login(designer)
        answer = client.post(
            reverse("catalogue:new", args=["northfield"]),
            {"title": "Bees", "kind": "certificate", "language": "ga", "organisation": "elsewhere"},
        )
        version = AchievementVersion.everywhere.get()
        assert answer.url == reverse(
            "catalogue:edit", args=["northfield", version.achievement_id, "basics"]
        )
        assert version.content == {
            "language": "ga", "kind": "certificate", "title": {"ga": "Bees"},
        }  # fmt: skip
        assert version.organisation == northfield

    def test_what_publication_needs_is_said_and_a_draft_needs_it_not(
        self, client, designer, northfield
    ):
        client.force_login(designer)
        url = reverse("catalogue:new", args=["northfield"])
        shown = client.get(url).content.decode()
        assert 'Title <span class="field__need">needed to publish</span>' in shown
        assert 'Kind <span class="field__need">needed to publish</span>' in shown
        assert client.post(url, {"title": "", "kind": "", "language": "en"}).status_code == 302

    def test_get_makes_nothing(self, client, designer, northfield):
        client.force_login(designer)
        assert client.get(reverse("catalogue:new", args=["northfield"])).status_code == 200
        assert not Achievement.everywhere.exists()


class TestSteps:
    def test_every_step_shows_every_field_with_help(self, here, client, page):
        for step in steps.STEPS:
            shown = page(client.get(here.step(step.slug)))
            assert shown.dangers == []
            for path in (*step.form.TEXTS, *step.form.VALUES):
                name = path.replace("/", "_")
                found = [a for t, a in shown.elements if a.get("name") == name]
                assert found, name
                assert "e.g" not in shown.text

    def test_a_step_names_what_publication_needs(self, here, client):
        shown = client.get(here.step("basics")).content.decode()
        assert shown.count("needed to publish") == 3
        assert 'Programme <span class="field__need">optional</span>' in shown

    def test_basics_are_kept(self, here):
        answer = here.save(
            "basics", title="Bees", description="About bees.", kind="nano-degree-part",
            programme_name="Gardens", programme_position="2", programme_parts="3",
            programme_url="https://uni.example/gardens", tags="bees,  honey , bees", code="B1", go="next",
        )  # fmt: skip
        assert answer.url == here.step("outcomes")
        content = here.content()
        assert content["title"] == {"en": "Bees"}
        assert content["programme"] == {
            "name": {"en": "Gardens"}, "position": 2, "parts": 3, "url": "https://uni.example/gardens",
        }  # fmt: skip
        assert content["tags"] == ["bees", "honey"]
        assert content["criteria"] == {"narrative": {"en": "Ten samples."}}  # other steps stay

    def test_emptied_fields_become_unknown(self, here):
        here.save("basics", title="Soil", kind="", description="")
        assert "kind" not in here.content()
        assert "description" not in here.content()

    def test_outcomes_with_skills_are_added_changed_and_removed(self, here):
        here.save(
            "outcomes",
            **rows("outcomes", {}, {}, {}, was=1),
            **outcome(0, "Take a sample"),
            **outcome(1, "Label it", {"name": "labelling", "uri": "http://skills.example/1", "framework": "ESCO", "code": "L"}, {}),
            **outcome(2, ""),
        )  # fmt: skip
        assert here.content()["outcomes"] == [
            {"statement": {"en": "Take a sample"}},
            {
                "statement": {"en": "Label it"},
                "skills": [
                    {"name": "labelling", "uri": "http://skills.example/1", "framework": "ESCO", "code": "L"}
                ],
            },
        ]  # fmt: skip
        here.save(
            "outcomes",
            **rows("outcomes", {"DELETE": "on"}, {}, was=2),
            **outcome(0, "Take a sample"),
            **outcome(1, "Label it well", {"name": "labelling"}, was=1),
        )
        assert here.content()["outcomes"] == [
            {"statement": {"en": "Label it well"}, "skills": [{"name": "labelling"}]}
        ]

    def test_a_skill_without_a_name_is_asked_for(self, here, page):
        answer = here.save(
            "outcomes",
            **rows("outcomes", {}, was=1),
            **outcome(0, "Take it", {"uri": "http://skills.example/1"}),
        )
        assert answer.status_code == 422
        assert "Fill this in, or empty the whole row." in page(answer).text
        assert here.content()["outcomes"] == [{"statement": {"en": "Take a soil sample"}}]

    def test_a_bad_address_in_a_row_names_the_row(self, here, page):
        answer = here.save(
            "outcomes",
            **rows("outcomes", {}, was=1),
            **outcome(0, "Take it", {"name": "x", "uri": "javascript:alert(1)"}),
        )
        shown = page(answer)
        assert "Row 1: is no identifier; it begins with https://, urn: or did:." in shown.text
        assert shown.dangers == []

    def test_a_tampered_formset_is_a_message_not_a_fault(self, here):
        answer = here.save("outcomes", **{"outcomes-TOTAL_FORMS": "many"})
        assert answer.status_code == 422
        answer = here.save(
            "outcomes", **rows("outcomes", {}, was=40), **{"outcomes-0-skills-TOTAL_FORMS": "x"}
        )
        assert answer.status_code == 422

    def test_assessment_is_kept_with_its_numbers(self, here):
        here.save(
            "assessment", criteria_narrative="Do it.", criteria_url="uni.example/criteria",
            assessment_methods=["quiz", "project"], assessment_scale="points", assessment_maximum="100",
            assessment_required="60.5", assessment_attempts="0", supervision="supervised-no-id",
            ai_policy="None.", assessment_pass_rule="More than half.",
        )  # fmt: skip
        content = here.content()
        assert content["criteria"]["url"] == "https://uni.example/criteria"
        assert content["assessment"] == {
            "methods": ["quiz", "project"], "scale": "points", "maximum": 100, "required": 60.5,
            "attempts": 0, "pass_rule": {"en": "More than half."},
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("slug", "fields", "sentence"),
        [
            ("assessment", {"assessment_methods": ["none", "quiz"]}, "cannot go together with a method"),
            ("assessment", {"assessment_scale": "percent", "assessment_required": "101"}, "lies above the highest mark"),
            ("assessment", {"criteria_url": "javascript:alert(1)"}, "Enter a valid URL"),
            ("size", {"workload_low": "60", "workload_high": "50"}, "less than the hours above"),
            ("size", {"credit_value": "2"}, "Choose the unit of the credit."),
            ("size", {"credit_unit": "ects"}, "How much credit?"),
            ("size", {"credit_value": "2", "credit_unit": "other"}, "Say what the unit is called."),
            ("size", {"level_framework": "NFQ"}, "Add the level in this framework."),
            ("size", {"level_code": "7"}, "Add the framework of this level."),
            ("size", {"level_eqf": "none", "level_framework": "NFQ", "level_code": "7"}, "choose one or none"),
            ("size", {"instruction": "Klingon"}, "“Klingon” is no language we know."),
            ("size", {"level_eqf": "9"}, "Select a valid choice"),
            ("basics", {"title": "x", "programme_position": "5", "programme_parts": "4"}, "there are only 4 parts"),
            ("basics", {"title": "a\x07b"}, "U+0007"),
            ("basics", {"title": "a\x00b"}, "Null characters are not allowed"),
            ("basics", {"title": "x" * 201}, "at most 200 characters"),
            ("future", {"validity_kind": "months"}, "After how many months does it expire?"),
            ("future", {"validity_kind": "fixed"}, "On which day does it expire?"),
            ("future", {"validity_months": "3"}, "Choose which of these holds."),
            ("future", {"validity_kind": "fixed", "validity_until": "soon"}, "Enter a valid date"),
        ],
    )  # fmt: skip
    def test_bad_input_is_explained_and_nothing_is_kept(self, here, page, slug, fields, sentence):
        before = here.content()
        answer = here.save(slug, **fields)
        assert answer.status_code == 422
        shown = page(answer)
        assert sentence in shown.text
        assert "Please look at these again" in shown.text
        assert here.content() == before

    def test_size_is_kept(self, here):
        here.save(
            "size", level_eqf="5", level_framework="NFQ", level_code="6", workload_low="40",
            credit_value="2", credit_unit="ects", participation=["online"], instruction="Irish, de",
            field_code="081", prerequisites="None",
        )  # fmt: skip
        content = here.content()
        assert content["level"] == {"eqf": 5, "framework": "NFQ", "code": "6"}
        assert content["workload"] == {"low": 40, "high": 40}
        assert content["instruction"] == ["ga", "de"]
        assert content["field"] == {"code": "081", "name": "Agriculture"}
        here.save("size", level_eqf="none")
        assert here.content()["level"] == {"not_levelled": True}
        assert not {"workload", "credit", "field"} & here.content().keys()

    def test_quality_and_parties_are_kept(self, here):
        here.save(
            "quality", author="Ada",
            **rows("quality", {"type": "external-review", "name": "Agency", "date": "2026-01-02"}),
            **rows("parties", {"name": "Westport", "role": "awarding", "id": "https://westport.example"}),
        )  # fmt: skip
        content = here.content()
        assert content["quality"] == [
            {"type": "external-review", "name": "Agency", "date": "2026-01-02"}
        ]
        assert content["parties"][0]["role"] == "awarding"

    def test_validity_keeps_only_what_its_kind_goes_with(self, here):
        here.save(
            "future", validity_kind="months", validity_months="36", validity_until="2030-01-01"
        )
        assert here.content()["validity"] == {"kind": "months", "months": 36}
        here.save("future", validity_kind="unlimited", validity_months="36")
        assert here.content()["validity"] == {"kind": "unlimited"}
        here.save("future", validity_renewal="A test.")
        assert here.content()["validity"]["renewal"] == {"en": "A test."}

    def test_what_the_editor_shows_it_also_keeps(self, here, client, page, designer):
        """Saving every step of a full descriptor untouched changes nothing."""
        content = full(plan=PLAN)
        actions.save_draft(here.version, actor=designer, content=content, revision=here.revision())
        for step in steps.STEPS:
            response = client.get(here.step(step.slug))
            assert client.post(here.step(step.slug), _as_sent(response)).status_code == 302
        assert here.content() == content

    def test_an_unknown_step_is_nothing(self, here, client):
        assert client.get(here.step("nowhere")).status_code == 404


def _as_sent(response):
    """What a browser would send for the form as it stands."""
    form = response.context["form"]
    sent = {"revision": response.context["revision"], "lang": form.language}

    def take(one):
        for field in one:
            value = field.value()
            if field.name == "DELETE" or value in (None, ""):
                continue
            sent[field.html_name] = value

    take(form)
    for part in form.lists.values():
        _take_rows(part, take, sent)
    return sent


def _take_rows(formset, take, sent):
    sent[f"{formset.prefix}-TOTAL_FORMS"] = formset.total_form_count()
    sent[f"{formset.prefix}-INITIAL_FORMS"] = formset.initial_form_count()
    for row in formset:
        take(row)
        for inner in (getattr(row, "skills", None), getattr(row, "inner", None)):
            if inner is not None:
                _take_rows(inner, take, sent)


class TestLanguages:
    def test_a_translation_touches_texts_of_its_language_only(self, here, client, page):
        shown = page(client.get(here.step("basics") + "?lang=de"))
        assert "English: Soil sampling" in shown.text
        assert not shown.all("input", name="kind")
        answer = here.save("basics", lang="de", title="Bodenproben", kind="certificate", code="X")
        assert answer.url == here.step("basics") + "?lang=de"
        content = here.content()
        assert content["title"] == {"en": "Soil sampling", "de": "Bodenproben"}
        assert content["kind"] == "digital-badge"
        assert "code" not in content

    def test_outcomes_can_be_translated_but_not_added(self, here):
        here.save(
            "outcomes", lang="de",
            **rows("outcomes", {"statement": "Nimmt Proben"}, {"statement": "Neu"}, was=1),
        )  # fmt: skip
        assert here.content()["outcomes"][0]["statement"] == {
            "en": "Take a soil sample", "de": "Nimmt Proben",
        }  # fmt: skip

    def test_a_step_without_texts_says_so(self, here, client, page):
        shown = page(client.get(here.step("quality") + "?lang=de"))
        assert "There is nothing to translate in this step." in shown.text

    def test_nonsense_for_a_language_means_the_main_one(self, here, client):
        assert client.get(here.step("basics") + "?lang=../../x").context["language"] == "en"

    def test_readers_see_their_language(self, published, client):
        version = published({"en": "Soil", "de": "Boden"})
        url = queries.public_url(version)
        assert "Soil" in client.get(url).content.decode()


class TestTwoWriters:
    def test_the_second_is_told_sees_both_and_can_decide(self, here, client, page, alice):
        stale = here.revision()
        actions.save_draft(
            here.version, actor=alice, content=here.content() | {"code": "HERS"}, revision=stale
        )
        answer = here.save("basics", title="Mine", code="MINE", revision=stale)
        shown = page(answer)
        assert answer.status_code == 422
        assert "Alice saved this draft while you were working on it." in shown.text
        assert "HERS" in shown.text
        assert shown.all("input", name="code", value="MINE")
        assert here.content()["code"] == "HERS"
        (field,) = shown.all("input", name="revision")
        answer = here.save("basics", title="Mine", code="MINE", revision=field["value"])
        assert answer.status_code == 302
        assert here.content()["code"] == "MINE"

    @pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30])
    def test_a_form_without_its_revision_saves_nothing(self, here, revision):
        assert here.save("basics", title="Blind", revision=revision).status_code == 422
        assert here.content()["title"] == {"en": "Soil sampling"}


class TestPublishing:
    def test_what_is_missing_links_to_its_field(self, here, client, page):
        here.save("basics", title="Soil", kind="certificate")
        shown = page(client.get(here.url("check")))
        assert "2 things are missing" in shown.text
        links = {a["href"] for a in shown.all("a")}
        for step, anchor in (("basics", "id_description"), ("size", "id_workload_low")):
            assert f"{here.step(step)}#{anchor}" in links
        assert any(
            a.get("id") == "id_description"
            for _t, a in page(client.get(here.step("basics"))).elements
        )

    @pytest.mark.parametrize("reason", sorted(words.GAPS))
    def test_every_gap_has_a_field_on_its_page(self, reason, here, client, page):
        from stackmark.model.achievement_gaps import _ALWAYS, _BY_KIND, Gap

        known = [*_ALWAYS, *(rule for rules in _BY_KIND.values() for rule in rules)]
        place = {why: path for path, why, _filled in known}.get(reason, "outcomes/0/statement")
        step = steps.step_of(place)
        shown = page(client.get(here.step(step.slug)))
        anchor = steps.anchor_of(Gap(place, reason))
        assert [1 for _t, a in shown.elements if a.get("id") == anchor], anchor

    def test_publish_by_the_button(self, here, client, page):
        answer = client.post(here.url("act", "publish"), follow=True)
        assert "Version 1 is published. Now it can be awarded." in page(answer).text

    def test_get_publishes_nothing(self, here, client):
        assert client.get(here.url("act", "publish")).status_code == 405
        assert not queries.listed().exists()

    def test_an_incomplete_one_comes_back_with_the_list(self, here, client, page):
        here.save("basics", title="Soil")
        answer = client.post(here.url("act", "publish"), follow=True)
        assert "Some fields are still missing" in page(answer).text
        assert not queries.listed().exists()

    def test_four_eyes_by_the_buttons(
        self, here, client, page, northfield, reviewer, designer, key
    ):
        northfield.four_eyes = True
        northfield.save()

        def decide(go, **said):
            shown = page(client.get(here.url("check")))
            digest = shown.all("input", name="digest")[0]["value"]
            return client.post(here.url("decide"), {"digest": digest, "go": go, **said})

        assert "Hand in for review" in page(client.get(here.url("check"))).text
        client.post(here.url("act", "submit"))
        assert "Your decision" not in page(client.get(here.url("check"))).text
        client.force_login(reviewer)
        assert decide("approve").status_code == 422
        decide("send-back", reasons="More, please. <b>")
        client.force_login(designer)
        assert "More, please. <b>" in page(client.get(here.url("check"))).text
        client.post(here.url("act", "submit"))
        client.force_login(reviewer)
        decide("publish", reasons="It is complete.", named="on", review_months="12")
        found = queries.listed().get()
        assert found.published_by == reviewer
        assert found.review.due == reviewing.months_from(clock.today(), 12)
        detail = page(client.get(here.url("detail"))).text
        assert "Sent back" in detail
        assert "It is complete." in detail

    def test_the_whole_life_by_the_buttons(self, here, client, page):
        for verb in ("publish", "new-version", "discard", "retire", "restore"):
            assert client.post(here.url("act", verb)).status_code == 302
        events = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
        assert events == [
            *("achievement.drafted", "achievement.published", "achievement.drafted"),
            *("achievement.discarded", "achievement.retired", "achievement.restored"),
        ]
        assert client.post(here.url("act", "explode")).status_code == 404
        assert client.post(here.url("act", "publish")).status_code == 404

    def test_deleting_the_only_draft_leads_to_the_list(self, here, client):
        answer = client.post(here.url("act", "discard"))
        assert answer.url == reverse("catalogue:manage", args=["northfield"])
        assert not Achievement.everywhere.exists()


class TestWhoMay:
    PAGES = ("detail", "check", "draft_badge")
    EDITS = ("edit basics", "art", "art_preview", "offering_new")

    def answers(self, here, client, who, names):
        client.force_login(who)
        urls = [here.url(*name.split()) for name in names]
        return {name: client.get(url).status_code for name, url in zip(names, urls, strict=True)}

    def test_colleagues_may_look_and_not_write(self, here, client, bob):
        assert set(self.answers(here, client, bob, self.PAGES).values()) == {200}
        assert set(self.answers(here, client, bob, self.EDITS).values()) == {403}

    def test_strangers_find_nothing(self, here, client, charlie):
        names = (*self.PAGES, *self.EDITS)
        assert set(self.answers(here, client, charlie, names).values()) == {404}

    def test_nor_under_the_name_of_their_own_organisation(self, here, client, charlie):
        client.force_login(charlie)
        url = here.url("check").replace("northfield", "elsewhere")
        assert client.get(url).status_code == 404

    def test_nobody_is_asked_to_sign_in(self, here, client):
        client.logout()
        for name in (*self.PAGES, *self.EDITS):
            answer = client.get(here.url(*name.split()))
            assert answer.status_code == 302
            assert "login" in answer.url

    @pytest.mark.parametrize("verb", ["publish", "submit", "new-version", "discard", "retire"])
    def test_buttons_refuse_colleagues_and_strangers(self, here, client, bob, charlie, verb):
        for who, status in ((bob, 403), (charlie, 404)):
            client.force_login(who)
            assert client.post(here.url("act", verb)).status_code == status
        assert not queries.listed().exists()
        assert AchievementVersion.everywhere.count() == 1

    def test_every_post_wants_its_token(self, here, designer):
        from django.test import Client

        careful = Client(enforce_csrf_checks=True)
        careful.force_login(designer)
        assert careful.post(here.url("act", "publish")).status_code == 403
        assert careful.post(here.step("basics"), {"title": "x"}).status_code == 403


class TestWorkArea:
    def test_the_list_by_state(self, draft, published, client, designer, page):
        draft("A draft")
        published("A published one")
        gone = published("A retired one")
        actions.retire(gone.achievement, actor=None)
        client.force_login(designer)
        url = reverse("catalogue:manage", args=["northfield"])
        for state, titles in {
            "": {"A draft", "A published one", "A retired one"},
            "draft": {"A draft"},
            "published": {"A published one"},
            "retired": {"A retired one"},
            "review": set(),
        }.items():
            entries = client.get(f"{url}?state={state}").context["entries"]
            assert {str(one["card"].title) for one in entries} == titles

    def test_units_are_seen_from_above_and_not_from_beside(
        self, organisation, northfield, client, designer, charlie
    ):
        unit = organisation("faculty", parent=northfield)
        actions.create_draft(unit, actor=None, content={"title": {"en": "Of the faculty"}})
        client.force_login(designer)
        url = reverse("catalogue:manage", args=["northfield"])
        assert len(client.get(url).context["entries"]) == 1
        client.force_login(charlie)
        elsewhere = reverse("catalogue:manage", args=["elsewhere"])
        assert client.get(elsewhere).context["entries"] == []

    def test_the_number_of_queries_does_not_grow(
        self, draft, published, client, designer, django_assert_max_num_queries
    ):
        for number in range(12):
            draft(f"Draft {number}") if number % 2 else published(f"Published {number}")
        client.force_login(designer)
        with django_assert_max_num_queries(20):
            client.get(reverse("catalogue:manage", args=["northfield"]))
