"""The public catalogue: pages, search, facets, comparison, and hostile texts."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from achievement_designs import bare, full
from each import some
from shared import need_shared
from stackmark_web import clock
from stackmark_web.catalogue import actions, figures, queries, searching, words
from stackmark_web.catalogue.models import Facet
from stackmark_web.catalogue.offerings import close_offering, save_offering
from stackmark_web.catalogue.searching import Wish

pytestmark = pytest.mark.django_db
LIST = "/catalogue"


def titles(text="", order="best", **chosen):
    return [one.title for one in searching.published(Wish(text, chosen, order))]


def counts(name, text="", **chosen):
    return {
        one.value: one.count for one in searching.choices(Wish(text, chosen))[name] if one.count
    }


def skilled(*names):
    return [{"statement": {"en": "Do it"}, "skills": [{"name": name} for name in names]}]


class TestWords:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [("Café", "cafe"), ("STRASSE", "strasse"), ("Straße", "strasse"), ("ﬁne", "fine"), ("Øre", "ore"), ("İzmir", "izmir"), ("Ｗｉｄｅ", "wide")],
    )  # fmt: skip
    def test_folding(self, text, folded):
        assert words.fold(text) == folded

    @pytest.mark.parametrize(
        ("word", "stem"),
        [("statistics", "statistics"), ("samples", "sample"), ("studies", "study"), ("boxes", "box"), ("glass", "glass"), ("analysis", "analysis"), ("virus", "virus"), ("bees", "bee"), ("gas", "gas"), ("ties", "tie")],
    )  # fmt: skip
    def test_light_plurals(self, word, stem):
        assert words.singular(word) == stem

    def test_scripts_without_spaces_are_cut_in_pairs(self):
        assert words.terms("数据分析") == {"数据", "据分", "分析"}


class TestSearch:
    def test_title_over_outcomes_over_text(self, published):
        published("Third", description={"en": "Something about honey and more honey, honey."})
        published("Second", outcomes=skilled("honey making"))
        published("First honey")
        assert titles("honey") == ["First honey", "Second", "Third"]

    def test_a_whole_word_over_a_beginning(self, published):
        published("Artisan baking")
        published("Art history")
        assert titles("art") == ["Art history", "Artisan baking"]

    @pytest.mark.parametrize("text", ["cafe", "CAFÉ", "caf", "cafés", "  café  ", "manag café"])
    def test_accents_case_beginnings_and_plurals(self, published, text):
        published("Café management")
        published("Tea houses")
        assert titles(text) == ["Café management"]

    @pytest.mark.parametrize("text", ["study", "studies", "studi"])
    def test_both_numbers_of_a_word(self, published, text):
        published("Case studies")
        assert titles(text) == ["Case studies"]

    def test_every_word_must_be_there(self, published):
        published("Soil sampling")
        assert titles("soil sampling") == ["Soil sampling"]
        assert titles("soil diving") == []

    def test_issuer_skill_tag_code_and_other_languages_are_found(self, published):
        published(
            {"en": "Sampling", "de": "Bodenproben"},
            tags=["geology"], code="AGR-204", outcomes=skilled("stratigraphy"),
        )  # fmt: skip
        for text in ("northfield", "geology", "agr-204", "stratigraphy", "bodenproben"):
            assert titles(text) == ["Sampling"], text

    def test_other_scripts(self, published):
        published("数据分析入门")
        published("مقدمة في البيانات")
        assert titles("分析") == ["数据分析入门"]
        assert titles("البيانات") == ["مقدمة في البيانات"]

    @pytest.mark.parametrize(
        "text", ["%", "_", "'", '"', "\\", "a" * 5_000, "\u202e", "' OR 1=1 --", "*"]
    )
    def test_odd_queries_are_only_text(self, published, client, text):
        published("Soil sampling")
        assert client.get(LIST, {"q": text}).status_code == 200

    def test_a_wildcard_matches_nothing_by_itself(self, published):
        published("Soil sampling")
        assert titles("%oil") == []
        assert titles("s_il") == []

    def test_drafts_retired_and_superseded_versions_are_not_found(self, draft, published):
        draft("Hidden honey")
        old = published("Old honey")
        actions.retire(published("Gone honey").achievement, actor=None)
        following = actions.new_version(old.achievement, actor=None)
        following = actions.save_draft(
            following, actor=None, content=bare(title={"en": "New honey"}), revision=0
        )
        actions.publish(following, actor=None)
        assert titles("honey") == ["New honey"]

    def test_order(self, published):
        for number, (title, hours) in enumerate([("Beta", 9), ("Alpha", None), ("Gamma", 2)]):
            size = {"low": hours, "high": hours} if hours else None
            with clock.at(clock.now() + timedelta(minutes=number)):
                published(title, workload=size)
        assert titles(order="title") == ["Alpha", "Beta", "Gamma"]
        assert titles(order="newest") == ["Gamma", "Alpha", "Beta"]
        assert titles(order="shortest") == ["Gamma", "Beta", "Alpha"]


class TestFacets:
    @pytest.fixture(autouse=True)
    def three(self, published):
        published(
            "A",
            kind="certificate",
            workload={"low": 3, "high": 5},
            level={"eqf": 5},
            outcomes=skilled("Care", "Speed"),
            participation=["online"],
            instruction=["en"],
        )
        published(
            "B",
            workload={"low": 30, "high": 30},
            level={"eqf": 6},
            outcomes=skilled("care"),
            participation=["online", "onsite"],
            instruction=["en", "ga"],
        )
        published("C", level={"not_levelled": True})  # fmt: skip

    def test_counts_of_everything(self):
        assert counts("kind") == {"digital-badge": 2, "certificate": 1}
        assert counts("skill") == {"care": 2, "speed": 1}
        assert counts("level") == {"5": 1, "6": 1, "none": 1}
        assert counts("workload") == {"0-5": 1, "25-60": 1}
        assert counts("delivery") == {"online": 2, "onsite": 1}
        assert counts("language") == {"en": 2, "ga": 1}
        assert counts("issuer") == {"northfield": 3}
        assert counts("price") == {}

    def test_values_of_one_facet_add_up_and_facets_narrow(self):
        assert titles(order="title", level=["5", "6"]) == ["A", "B"]
        assert titles(order="title", level=["5", "6"], kind=["certificate"]) == ["A"]

    def test_each_count_is_what_choosing_it_gives(self):
        chosen = {"level": ["5"]}
        for name in searching.FACETS:
            for choice in searching.choices(Wish("", chosen))[name]:
                values = {**chosen, name: [choice.value]}
                assert len(titles(**values)) == choice.count, (name, choice.value)

    def test_a_choice_with_no_result_stays_in_sight(self):
        found = searching.choices(Wish("", {"level": ["8"], "kind": ["certificate"]}))["level"]
        assert ("8", 0, True) in [(one.value, one.count, one.chosen) for one in found]

    def test_words_and_facets_together(self):
        assert counts("kind", "speed") == {"certificate": 1}

    def test_prices_and_forms_come_from_open_offerings(self):
        version = queries.listed().get(title="C")
        offer = {"delivery": "blended", "language": "de", "currency": "EUR"}
        free = save_offering(version.achievement, actor=None, values={**offer, "price": Decimal(0)})
        save_offering(
            version.achievement, actor=None,
            values={**offer, "price": Decimal("9.50"), "ends_on": clock.today()},
        )  # fmt: skip
        assert counts("price") == {"free": 1, "paid": 1}
        assert titles(delivery=["blended"], language=["de"]) == ["C"]
        with clock.at(clock.now() + timedelta(days=1)):
            assert counts("price") == {"free": 1}
        close_offering(free, actor=None)
        with clock.at(clock.now() + timedelta(days=1)):
            assert counts("price") == {}
            assert titles(delivery=["blended"]) == []

    def test_the_page_shows_labels_counts_and_chips(self, client, page):
        shown = page(client.get(LIST, {"skill": "care", "kind": "nonsense"}))
        assert "Nothing fits all of this" in shown.text
        assert shown.all("input", name="skill", value="care", checked=None)
        shown = page(client.get(LIST, {"level": ["5", "none"]}))
        assert "2 achievements" in shown.text
        assert "Not levelled" in shown.text
        assert any(
            "level=none" in a["href"] and "level=5" not in a["href"]
            for a in shown.all("a")
            if "?" in a["href"]
        )

    def test_many_values_are_cut_and_long_ones_too(self, client):
        answer = client.get(LIST, {"skill": ["x" * 5_000, *map(str, range(500))], "page": "abc"})
        assert answer.status_code == 200

    def test_empty_and_second_page(self, published, client, page):
        assert "Nothing fits" in page(client.get(LIST, {"q": "zzz"})).text
        for number in range(25):
            published(f"Number {number}")
        assert "Page 2 of 2" in page(client.get(LIST, {"page": "2"})).text


class TestCompare:
    def url(self, *versions):
        return f"{reverse('catalogue:compare')}?" + "&".join(
            f"a={one.achievement_id}" for one in versions
        )

    def test_side_by_side_with_unknown_shown(self, published, client, page):
        one, two = published(**full()), published("Soil")
        answer = client.get(self.url(one, two))
        table = answer.context["table"]
        rows = {str(row.label): row for row in table.rows}
        hours = rows["Hours of learning"]
        assert [str(cell.value) for cell in hours.cells] == ["50 to 60 hours", "unknown"]
        assert hours.cells[1].is_unknown
        assert hours.differs
        assert not rows["Agreement of markers"].differs
        assert "unknown" in page(answer).text
        assert "Hours of learning differs" in page(answer).text  # in words, not by colour alone
        assert f"{table.differing} facts differ" in page(answer).text

    def test_self_declared_differs_from_assigned(self, published, client):
        one = published("A", credit={"value": 2, "unit": "ects"})
        two = published("B", credit={"value": 2, "unit": "ects", "assigned_by": "Agency"})
        rows = {str(row.label): row for row in client.get(self.url(one, two)).context["table"].rows}
        assert rows["Credit"].differs

    def test_shared_skills(self, published, client):
        one = published("A", outcomes=skilled("care", "speed"))
        two = published("B", outcomes=skilled("care"))
        assert client.get(self.url(one, two)).context["table"].shared_skills == ["care"]

    def test_four_at_most_in_the_order_asked_for(self, published, client, page):
        five = [published(f"T{number}") for number in range(5)]
        answer = client.get(self.url(*reversed(five)))
        names = [column.card.title for column in answer.context["table"].columns]
        assert names == ["T4", "T3", "T2", "T1"]
        assert "Only the first four are compared." in page(answer).text

    def test_nonsense_and_drafts_are_left_out(self, published, draft, client, page):
        answer = client.get(self.url(published(), draft("Secret")) + "&a=nonsense&a=")
        assert "Choose two to four" in page(answer).text
        assert "Secret" not in page(answer).text

    def test_ticks_are_kept_while_choosing_others(self, published, client, page):
        one, two = published("A"), published("B")
        shown = page(client.get(f"{LIST}?a={one.achievement_id}"))
        ticked = [a["value"] for a in shown.all("input", name="a") if "checked" in a]
        assert ticked == [str(one.achievement_id)]
        shown = page(client.get(f"{LIST}?q=B&a={one.achievement_id}"))
        assert shown.all("input", type="hidden", name="a") == [
            {"type": "hidden", "name": "a", "value": str(one.achievement_id)}
        ]
        assert two.title == "B"


class TestAchievementPage:
    def test_it_says_everything_and_what_is_unknown(self, published, client, page):
        version = published(**full())
        save_offering(
            version.achievement, actor=None,
            values={"delivery": "online", "price": Decimal(120), "currency": "EUR", "starts_on": date(2030, 2, 1), "enrol_url": "https://uni.example/enrol", "seats": 24},
        )  # fmt: skip
        shown = page(client.get(queries.public_url(version)))
        for text in (
            "Data analysis with open tools", "EQF level 6", "50 to 60 hours", "2.5 ECTS credits",
            "Supervised Yes, online", "Identity checked Yes, online", "60 of 100 in each part.", "Pass rate unknown", "Holders unknown",
            "15 January 2026", "perform data cleansing", "Westport College", "120.00 EUR", "24 seats",
            "Awarded jointly with Westport College", "Study groups meet on Mondays.",
        ):  # fmt: skip
            assert text in shown.text, text
        assert shown.dangers == []

    def test_tags_for_shared_links(self, published, client, page):
        version = published()
        shown = page(client.get(queries.public_url(version)))
        tags = {a["property"]: a["content"] for a in shown.all("meta") if "property" in a}
        assert tags["og:title"] == "Soil sampling"
        assert tags["og:url"].endswith(f"/achievements/{version.achievement_id}")
        assert tags["og:image"].endswith(f"/assets/{version.image_id}")
        assert shown.all("link", rel="canonical")[0]["href"] == tags["og:url"]

    def test_schema_org_data(self, published, client):
        version = published(**full())
        save_offering(
            version.achievement, actor=None,
            values={"delivery": "online", "price": Decimal(0), "starts_on": date(2030, 2, 1)},
        )  # fmt: skip
        html = client.get(queries.public_url(version)).content.decode()
        (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
        credential, course = json.loads(block)["@graph"]
        assert credential["@type"] == "EducationalOccupationalCredential"
        assert credential["@id"] == version.signable["id"]
        assert credential["educationalLevel"]["name"] == "EQF 6"
        assert credential["validFor"] == "P36M"
        assert course["timeRequired"] == "PT60H"
        assert course["hasCourseInstance"][0]["startDate"] == "2030-02-01"
        assert course["offers"][0]["category"] == "Free"

    def test_an_old_version_points_to_the_new_one(self, published, client, page):
        first = published()
        second = actions.publish(actions.new_version(first.achievement, actor=None), actor=None)
        old = page(client.get(queries.public_url(queries.public_version(first.achievement_id, 1))))
        assert "Superseded by version 2" in old.text
        assert queries.public_url(second) in [a["href"] for a in old.all("a")]
        new = page(client.get(queries.public_url(second)))
        assert "Superseded" not in new.text
        assert "Version 2, this page" in new.text
        assert any(a["href"].endswith("/1") for a in new.all("a"))

    def test_a_retired_one_stays_readable(self, published, client, page):
        version = published()
        actions.retire(version.achievement, actor=None)
        shown = page(client.get(queries.public_url(version)))
        assert "It is no longer offered." in shown.text

    def test_a_draft_has_no_public_page(self, draft, client):
        assert client.get(f"/achievements/{draft().achievement_id}").status_code == 404

    def test_figures_come_from_whoever_knows_them(self, published, client, page, monkeypatch):
        version = published()
        known = {version.pk: figures.Figures(holders=1234, pass_rate=0.756, cohort=90)}
        monkeypatch.setattr(figures, "_sources", [lambda wanted: known])
        text = page(client.get(queries.public_url(version))).text
        assert "Holders 1,234" in text or "Holders 1234" in text
        assert "76 percent" in text
        assert "of 90 people assessed" in text

    def test_figures_of_few_people_and_withheld_ones_are_not_shown(
        self, published, client, page, monkeypatch
    ):
        version = published()
        few = figures.Figures(holders=3, withheld=frozenset({"pass-rate"}), pass_rate=0.5)
        monkeypatch.setattr(figures, "_sources", [lambda wanted: {version.pk: few}])
        text = page(client.get(queries.public_url(version))).text
        assert "Holders fewer than 5" in text
        assert "Pass rate withheld by issuer" in text
        assert "50 percent" not in text

    def test_an_endorsement_stands_apart_from_accreditation(self, published, client, page):
        praise = {"type": "industry-endorsement", "name": "Employers Ltd", "date": "2026-01-15"}
        text = page(client.get(queries.public_url(published(quality=[praise])))).text
        assert "Quality assurance unknown" in text
        assert "An endorsement is praise; it is no accreditation." in text

    def test_a_late_review_is_said(self, published, client, page):
        version = published(
            quality=[{"type": "internal-review", "date": "2020-01-01", "review_due": "2021-01-01"}]
        )
        assert "is late" in page(client.get(queries.public_url(version))).text


class TestBoundedQueries:
    """Pages ask the database a fixed number of questions, however much there is to show."""

    @pytest.fixture(autouse=True)
    def many(self, published):
        for number in range(10):
            version = published(f"Course {number}", outcomes=skilled("care", f"skill {number}"))
            save_offering(version.achievement, actor=None, values={"delivery": "online"})
        self.version = version

    def test_list(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(4):
            client.get(LIST)

    def test_list_with_a_search_and_filters(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(6):
            client.get(LIST, {"q": "course care", "kind": "digital-badge", "delivery": "online"})

    def test_compare(self, client, django_assert_max_num_queries):
        asked = [("a", str(one.achievement_id)) for one in queries.listed()[:4]]
        with django_assert_max_num_queries(8):
            client.get(reverse("catalogue:compare") + "?" + "&".join(f"{k}={v}" for k, v in asked))

    def test_page_of_one(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(15):
            client.get(queries.public_url(self.version))


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}{% debug %}",
    "<!--<script>",
    "[x](javascript:alert(1))",
    "![x](http://attacker.example/track.png)",
    "[x](<javascript:alert(1)>)",
    "<javascript:alert(1)>",
    "\u202egnp.exe",
    "[[[[[[" * 40,
)
_FIXED = (
    "kind",
    "unit",
    "role",
    "type",
    "supervision",
    "methods",
    "participation",
    "scale",
    "language",
    "instruction",
    "date",
    "review_due",
    "until",
    "url",
    "id",
    "uri",
)


def poisoned(text, value=None):
    """The full descriptor with this text in every field that takes text."""
    value = full() if value is None else value
    if isinstance(value, dict):
        return {
            name: inner if name in (*_FIXED, "field") else poisoned(text, inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [poisoned(text, one) for one in value]
    return text[:60] if isinstance(value, str) else value


class TestHostileText:
    def pages(self, version):
        place = ["northfield", version.achievement_id]
        yield queries.public_url(version)
        yield LIST
        yield reverse("catalogue:detail", args=place)
        yield f"{reverse('catalogue:compare')}?a={version.achievement_id}"
        yield reverse("catalogue:manage", args=["northfield"])

    def draft_pages(self, version):
        place = ["northfield", version.achievement_id]
        yield reverse("catalogue:check", args=place)
        yield reverse("catalogue:art", args=place)
        for step in ("basics", "outcomes", "assessment", "size", "quality", "future"):
            yield reverse("catalogue:edit", args=[*place, step])
            yield reverse("catalogue:edit", args=[*place, step]) + "?lang=de"

    def look(self, client, page, text, northfield):
        version = actions.create_draft(northfield, actor=None, content=poisoned(text))
        for url in self.draft_pages(version):
            assert page(client.get(url)).dangers == [], url
        version = actions.publish(version, actor=None)
        save_offering(
            version.achievement, actor=None, values={"delivery": "online", "title": text[:100], "place": text[:100]},
        )  # fmt: skip
        for url in self.pages(version):
            shown = page(client.get(url))
            assert shown.dangers == [], url
        return version

    @pytest.mark.parametrize("text", some(HOSTILE))
    def test_it_is_shown_as_text_on_every_page(self, text, client, page, northfield, alice):
        client.force_login(alice)
        version = self.look(client, page, text, northfield)
        shown = page(client.get(queries.public_url(version)))
        seen = " ".join(text[:60].replace("\u202e", "").split())
        assert seen in shown.text

    def test_the_shared_list_too(self, client, page, northfield, alice):
        """Some of each class through every page; tests/web/hostile takes the whole list."""
        from stackmark.errors import UsageError

        items = json.loads((need_shared() / "vectors/security/own/hostile-text.json").read_text())
        items["items"] = some(items["items"][::4], 7)
        client.force_login(alice)
        refused = 0
        for item in items["items"]:
            try:
                self.look(client, page, item["text"].strip() or "x", northfield)
            except UsageError as error:
                assert error.reason.startswith(("descriptor.", "offering.")), item
                refused += 1
            for facet in Facet.objects.all():
                assert len(facet.value) <= 200
            for achievement in list(queries.listed()):
                actions.retire(achievement.achievement, actor=None)
        assert refused < len(items["items"]) / 3

    def test_through_the_forms(self, client, page, draft, alice):
        version = draft()
        client.force_login(alice)
        for text in HOSTILE:
            for step, field in (
                ("basics", "title"),
                ("assessment", "criteria_narrative"),
                ("future", "further"),
            ):
                url = reverse("catalogue:edit", args=["northfield", version.achievement_id, step])
                revision = queries.draft_of(version.achievement).revision
                answer = client.post(
                    url, {"revision": revision, field: text, "title": text}, follow=True
                )
                assert answer.status_code in (200, 422)
                assert page(answer).dangers == []

    def test_in_the_search_box_and_facets(self, client, page):
        for text in HOSTILE:
            asked = {"q": text, "order": text, "a": text, "page": text}
            shown = page(client.get(LIST, asked | dict.fromkeys(searching.FACETS, text)))
            assert shown.dangers == []
