"""Each part draws what it is given, shows hostile text as text, and says states in words."""

from __future__ import annotations

from datetime import date

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError, engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from stackmark_web.ui.cards import Card, Fact
from stackmark_web.ui.icons import PATHS, stack
from stackmark_web.ui.views_data import Action

EVIL = '"><script>alert(1)</script>\u202e'


def part(name, request=None, **context):
    """A part, included with ``only`` as pages do it."""
    handed = " ".join(f"{key}={key}" for key in context)
    source = f'{{% include "ui/parts/{name}.html" with {handed} only %}}'
    return engines["django"].from_string(source).render(context, request)


def harmless(html):
    return "<script" not in html and '"><' not in html.replace('""><', "") and "\u202e" not in html


def test_a_card_shows_everything_it_knows():
    card = Card(
        title="Data analysis",
        issuer="Northfield",
        issuer_id="did:web:northfield.example",
        image_url="/art/1.svg",
        image_alt="A star",
        kind="Badge",
        status="expired",
        issued=date(2022, 5, 3),
        expires=date(2025, 5, 3),
        holder="Ada",
        url="/credentials/1",
        lines=["EQF level 6"],
    )
    html = part("credential_card", card=card)
    for words in ("Data analysis", "Northfield", "did:web:northfield.example", "Badge", "Ada"):
        assert words in html.replace("<wbr>", "")  # where a long name may break
    assert 'alt="A star"' in html
    assert 'href="/credentials/1"' in html
    assert "3 May 2022" in html
    assert "<dt>Expired</dt>" in html
    assert "EQF level 6" in html


@pytest.mark.parametrize(
    ("status", "words", "tone"),
    [
        ("active", "Active", "good"),
        ("pending", "Waiting to be claimed", "warn"),
        ("revoked", "Revoked", "bad"),
        ("unknown", "Status not known", "warn"),
        ("superseded", "Replaced by a newer one", "neutral"),
    ],
)
def test_a_cards_status_is_a_word_and_an_icon(status, words, tone):
    html = part("credential_card", card=Card(title="T", status=status))
    strip = html[html.index("card__status--") :]
    assert strip.startswith(f"card__status--{tone}")
    assert words in strip
    assert "<svg" in strip


def test_a_card_without_a_status_has_no_strip_and_the_callers_words_win():
    assert "card__status" not in part("credential_card", card=Card(title="T"))
    said = Card(title="T", status="active", status_label="Verified just now")
    assert "Verified just now" in part("credential_card", card=said)


def test_a_card_with_a_made_up_status_is_refused():
    with pytest.raises(ValueError, match="status 'fine' is not one of active"):
        Card(title="T", status="fine")


def test_hostile_words_on_a_card_stay_words():
    card = Card(
        title=EVIL, issuer=EVIL, issuer_id=EVIL, image_url="/x", holder=EVIL, image_alt=EVIL
    )
    html = part("credential_card", card=card)
    assert html.count("&lt;script&gt;") == 5
    assert "<script" not in html


def test_a_cards_heading_fits_the_page():
    assert "<h3 " in part("credential_card", card=Card(title="T"))
    assert "<h2 " in part("credential_card", card=Card(title="T"), level=2)


def test_the_facts_label_prints_unknown_as_unknown():
    facts = [Fact("Level", "EQF 6"), Fact("Review"), Fact("Pass rate", "71 %", unknown=True)]
    html = part("facts", facts=facts)
    assert html.count(">unknown<") == 2
    assert "<bdi>EQF 6</bdi>" in html
    assert "71 %" not in html


def test_a_fact_of_zero_is_known():
    assert "<bdi>0</bdi>" in part("facts", facts=[Fact("Attempts", 0)])


def test_notices_say_their_tone_in_words():
    html = part("notice", tone="danger", title="Refused", text=EVIL)
    assert "notice--danger" in html
    assert "Problem:" in html
    assert "<script" not in html
    assert "notice--info" in part("notice", tone="made-up", text="x")


def test_pagination_keeps_the_question_and_hides_for_one_page():
    pages = Paginator(range(50), 10)
    html = part("pagination", page=pages.page(2), query="q=a%20b")
    assert 'href="?q=a%20b&amp;page=1"' in html
    assert 'href="?q=a%20b&amp;page=3"' in html
    assert "Page 2 of 5" in html
    assert part("pagination", page=Paginator(range(3), 10).page(1), query="").strip() == ""


def test_progress_is_also_text():
    html = part("progress", done=3120, total=5000, label="Signing")
    assert "3,120 of 5,000" in html
    assert '<progress max="5000" value="3120"' in html
    assert ">62 %<" in html
    assert ">0 %<" in part("progress", done=0, total=0, label="Nothing")


def test_checks_open_to_code_clause_and_detail():
    check = {
        "code": "status.revoked",
        "outcome": "failed",
        "title": "Not withdrawn",
        "reason": "Revoked on 3 May 2026.",
        "detail": EVIL,
        "clause": "BSL 3.2",
    }
    html = part("checks", checks=[check, {"code": "a.b", "outcome": "could-not-tell"}])
    assert "check--failed" in html
    for words in ("Failed", "Not withdrawn", "status.revoked", "BSL 3.2", "Could not tell", "a.b"):
        assert words in html
    assert "<script" not in html


@pytest.mark.parametrize("outcome", ["verified", "refused", "could-not-tell"])
def test_the_verdict_has_three_answers(outcome):
    html = part("verdict", outcome=outcome, when="2026-11-24T14:05:00Z")
    assert f"verdict--{outcome}" in html
    assert {"verified": "Verified", "refused": "Refused", "could-not-tell": "Could not tell"}[
        outcome
    ] in html
    assert "24 November 2026, 14:05 UTC" in html


def test_an_empty_page_says_what_to_do():
    html = part(
        "empty", title="Nothing", text="Bring one.", action_url="/in", action_label="Import"
    )
    assert '<a class="button" href="/in">Import</a>' in html
    assert "<a " not in part("empty", title="Nothing")


def test_actions_that_change_something_are_posted_with_a_token():
    actions = [Action("Retire", "/retire", tone="danger", method="post", confirm="Sure?")]
    html = part("page_head", RequestFactory().get("/"), title="T", actions=actions)
    assert '<form method="post" action="/retire" data-confirm="Sure?">' in html
    assert "csrfmiddlewaretoken" in html
    assert "button--danger" in html


@pytest.mark.parametrize("wrong", [{"tone": "loud"}, {"method": "put"}])
def test_an_action_of_no_known_kind_is_refused(wrong):
    with pytest.raises(ValueError, match="is not one of"):
        Action("X", "/x", **wrong)


def test_icons_are_hidden_from_screen_readers_and_misspelt_ones_are_refused():
    html = engines["django"].from_string('{% icon "award" 24 %}').render()
    assert 'aria-hidden="true"' in html
    assert 'width="24"' in html
    with pytest.raises(TemplateSyntaxError, match="no icon is called 'awrad'"):
        engines["django"].from_string('{% icon "awrad" %}').render()


def test_the_stack_grows_by_a_layer_a_step():
    assert [stack(layers).count("Z") for layers in range(1, 6)] == [1, 2, 3, 4, 5]
    assert len(set(PATHS.values())) == len(PATHS)


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the certificate.", max_length=3)
    kind = forms.ChoiceField(
        label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label="I agree")
    note = forms.CharField(label="Note", required=False)
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self):
        raise forms.ValidationError("Both cannot be true.")


def test_a_form_names_help_faults_and_what_is_required():
    html = part("form", RequestFactory().get("/"), form=Sample(), submit_label="Send")
    assert '<label for="id_name">Name <span class="field__need">required</span></label>' in html
    assert '<label for="id_note">Note <span class="field__need">optional</span></label>' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'id="id_name_helptext">As on the certificate.' in html
    assert "<legend>Kind" in html
    assert '<label for="id_agree">I agree' in html
    assert 'type="hidden" name="token"' in html
    assert html.count("csrfmiddlewaretoken") == 1
    assert ">Send</button>" in html
    assert "error-summary" not in html


def test_the_error_summary_leads_to_each_fault():
    html = render_to_string("ui/forms/form.html", Sample({"name": EVIL}).get_context())
    summary = html[: html.index('<div class="field')]
    assert "Both cannot be true." in summary
    for target in ("id_name", "id_kind_0", "id_agree"):
        assert f'href="#{target}"' in summary
        assert f'id="{target}"' in html
    assert "Please look at this again" in summary
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "<script" not in html


def test_a_form_that_only_asks_is_sent_by_get_without_a_token():
    html = part("form", RequestFactory().get("/"), form=Sample(), method="get")
    assert 'method="get"' in html
    assert "csrf" not in html


def test_a_form_with_a_file_is_multipart():
    class Upload(forms.Form):
        file = forms.FileField()

    assert 'enctype="multipart/form-data"' in part("form", form=Upload())
