"""Shared links: their limits hold, their pages tell nothing to whom they should not."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from PIL import Image

from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport import actions, certificates, previews, queries, sharing
from stackmark_web.passport.models import Share, ShareDay
from stackmark_web.passport.sharing import Answer

from .conftest import NOW, same


@pytest.fixture
def shared(ada, held):
    """Makes a link to a credential of Ada: shared(pin=…); gives it with its path."""

    def make(*holdings, **more):
        share = actions.make_share(ada, list(holdings) or [held()], **more)
        return share, queries.share_url(share).removeprefix("http://127.0.0.1:8000")

    return make


def tag(text, name):
    found = re.search(rf'<meta (?:property|name)="{name}" content="([^"]*)"', text)
    return found[1] if found else None


def last_code():
    mail = OutboxMail.everywhere.filter(kind="share_code").order_by("-queued_at", "-key").first()
    return re.search(r"\b(\d{6})\b", mail.text)[1]


# -- an open link ------------------------------------------------------------------------------


def test_a_link_shows_the_credential_to_anybody(nobody, shared):
    _, path = shared(title="For the job", purpose="Soil laboratory, 2026")
    answer = nobody.get(path)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Soil sampling" in text
    assert "Soil laboratory, 2026" in text
    assert "Everything that was checked" in text
    assert "how often the link was opened each day, and nothing about you" in text
    assert "ada@people.example" not in text


def test_a_link_stays_out_of_search_and_caches(nobody, shared):
    answer = nobody.get(shared()[1])
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert 'name="robots" content="noindex' in answer.content.decode()


def test_the_page_tags(nobody, shared):
    _, path = shared()
    text = nobody.get(path).content.decode()
    assert tag(text, "og:title") == "Soil sampling"
    assert tag(text, "og:description").startswith("Issued by Northfield University.")
    assert tag(text, "og:url") == f"http://127.0.0.1:8000{path}"
    assert tag(text, "og:type") == "website"
    assert tag(text, "og:image") == f"http://127.0.0.1:8000{path}/card.png"
    assert (tag(text, "og:image:width"), tag(text, "og:image:height")) == ("1200", "627")
    assert tag(text, "og:image:alt")
    assert tag(text, "og:locale") == "en"
    assert tag(text, "twitter:card") == "summary_large_image"
    assert "Ada" not in "".join(re.findall(r"<meta [^>]+>", text))
    assert "<time datetime=" in text


def test_the_card_is_drawn(nobody, shared):
    import io

    answer = nobody.get(f"{shared()[1]}/card.png")
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 627)
    assert answer.content != previews._neutral_png("A digital credential")


def test_a_collection(nobody, shared, held):
    one, two = held(), held()
    _, path = shared(one, two, title="All of it")
    text = nobody.get(path).content.decode()
    assert text.count('href="' + path) == 2
    assert "Shared by Ada Lovelace" in re.sub(r"</?bdi>", "", text)
    assert "Everything that was checked" in nobody.get(f"{path}/{one.pk}").content.decode()
    assert nobody.get(f"{path}/{held().pk}").status_code == 404


def test_who_has_no_name_stays_without(nobody, shared, ada):
    ada.name = ""
    ada.save()
    assert "ada@people.example" not in nobody.get(shared(title="x")[1]).content.decode()


@pytest.mark.parametrize("form", ["json", "jwt", "png", "svg", "pdf"])
def test_downloads_as_the_maker_wishes(nobody, shared, held, form):
    one = held()
    _, path = shared(one)
    _, closed = shared(one, downloads=False)
    assert nobody.get(f"{path}/{one.pk}/download/{form}").status_code == 200
    assert nobody.get(f"{closed}/{one.pk}/download/{form}").status_code == 404
    assert "/download/" not in nobody.get(closed).content.decode()


def test_a_visitors_certificate_leads_back_by_the_link_they_were_given(
    nobody, shared, held, monkeypatch
):
    """The holder's own code on it would open when the link is long withdrawn."""
    codes = []
    drawn = certificates.qr_svg
    monkeypatch.setattr(
        certificates, "qr_svg", lambda url, **more: codes.append(url) or drawn(url, **more)
    )
    one, other = held(), held()
    for things in ([one], [one, other]):
        _, path = shared(*things)
        assert nobody.get(f"{path}/{one.pk}/download/pdf").status_code == 200
        where = path if len(things) == 1 else f"{path}/{one.pk}"
        assert codes.pop() == f"http://127.0.0.1:8000{where}"
    assert not codes


# -- when it is over ---------------------------------------------------------------------------


def test_withdrawn_run_out_and_unknown_links_answer_alike(signed_in, ada, shared):
    nobody = Client()
    share, path = shared()
    _, short = shared(expires_at=NOW + timedelta(days=1))
    signed_in(ada).post(f"/passport/shares/{share.pk}/withdraw")
    unknown = nobody.get("/s/" + "x" * 43)
    token = re.compile(rb"/s/[\w-]{43}")
    with clock.at(NOW + timedelta(days=2)):
        for where in (path, short):
            answer = nobody.get(where)
            assert answer.status_code == unknown.status_code == 404
            assert token.sub(b"", same(answer)) == token.sub(b"", same(unknown))
            assert nobody.get(f"{where}/card.png").status_code == 404


@pytest.mark.parametrize("path", ["", "/card.png", "/linkedin"])
def test_nothing_behind_an_unknown_token(nobody, db, path):
    assert nobody.get(f"/s/{'y' * 43}{path}").status_code == 404


def test_a_revoked_credential_is_shown_as_revoked_and_previewed_as_nothing(
    nobody, shared, held, django_capture_on_commit_callbacks
):
    one = held()
    _, path = shared(one)
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(one.award, actor=None, reason="misconduct")
    text = nobody.get(path).content.decode()
    assert "revoked" in text.lower()
    assert "misconduct" not in text.lower()
    assert tag(text, "og:title") == "A shared credential"
    neutral = previews._neutral_png("A digital credential")
    assert nobody.get(f"{path}/card.png").content == neutral


# -- PIN ---------------------------------------------------------------------------------------


def test_a_pin_guards_everything(nobody, shared, held):
    one = held()
    _, path = shared(one, pin="4711", title="Secret job")
    text = nobody.get(path).content.decode()
    assert "Enter the PIN" in text
    for word in ("Soil", "Secret job", "Ada", "Northfield"):
        assert word not in text
    for inner in (f"/{one.pk}", f"/{one.pk}/download/json", f"/{one.pk}/picture"):
        answer = nobody.get(path + inner)
        assert (answer.status_code, answer["Location"]) == (302, path)
    assert nobody.post(f"{path}/{one.pk}/check").status_code == 302
    assert tag(text, "og:title") == "A shared credential"
    neutral = previews._neutral_png("A digital credential")
    assert nobody.get(f"{path}/card.png").content == neutral
    assert nobody.get(f"{path}/linkedin").status_code == 404


def test_the_right_pin_opens_this_browser_only(nobody, shared):
    share, path = shared(pin="4711")
    assert "4711" not in share.pin_hash
    wrong = nobody.post(f"{path}/pin", {"pin": "0000"})
    assert "That is not the PIN." in wrong.content.decode()
    nobody.post(f"{path}/pin", {"pin": "4711"})
    assert "Soil sampling" in nobody.get(path).content.decode()
    assert "Enter the PIN" in Client().get(path).content.decode()


def test_five_wrong_pins_pause_and_the_pause_grows(nobody, shared):
    share, path = shared(pin="4711")
    for _ in range(4):
        assert "That is not the PIN." in nobody.post(f"{path}/pin", {"pin": "0"}).content.decode()
    assert "too many tries" in nobody.post(f"{path}/pin", {"pin": "0"}).content.decode()
    assert sharing.try_pin(share, "4711") == Answer.PAUSED
    with clock.at(NOW + timedelta(minutes=16)):
        share.refresh_from_db()
        assert [sharing.try_pin(share, "0") for _ in range(5)] == ["wrong"] * 4 + ["paused"]
    with clock.at(NOW + timedelta(minutes=40)):
        assert sharing.try_pin(share, "4711") == Answer.PAUSED
    with clock.at(NOW + timedelta(minutes=47)):
        share.refresh_from_db()
        assert sharing.try_pin(share, "4711") == Answer.RIGHT
        share.refresh_from_db()
        assert (share.wrong_pins, share.pauses) == (0, 0)


def test_an_opened_door_closes_after_a_while(nobody, shared):
    _, path = shared(pin="4711")
    nobody.post(f"{path}/pin", {"pin": "4711"})
    with clock.at(NOW + timedelta(hours=13)):
        assert "Enter the PIN" in nobody.get(path).content.decode()


def test_the_doors_need_a_csrf_token(shared):
    strict = Client(enforce_csrf_checks=True)
    _, path = shared(pin="4711", only_email="boss@firm.example")
    for door in ("pin", "send-code", "code"):
        assert strict.post(f"{path}/{door}", {"pin": "4711"}).status_code == 403
        assert strict.get(f"{path}/{door}").status_code == 405


# -- one address -------------------------------------------------------------------------------


def test_only_who_reads_that_mail_gets_in(nobody, shared):
    _, path = shared(only_email="boss@firm.example")
    text = nobody.get(path).content.decode()
    assert "Is this meant for you?" in text
    assert "boss" not in text
    assert "Soil" not in text
    nobody.post(f"{path}/send-code")
    mail = OutboxMail.everywhere.get(kind="share_code")
    assert mail.to == "boss@firm.example"
    assert "wrong or too old" in nobody.post(f"{path}/code", {"code": "000000"}).content.decode()
    nobody.post(f"{path}/code", {"code": last_code()})
    assert "Soil sampling" in nobody.get(path).content.decode()
    assert "Is this meant for you?" in Client().get(path).content.decode()


def test_a_code_works_once_and_ten_minutes(shared):
    share, _ = shared(only_email="boss@firm.example")
    sharing.send_code(share)
    code = last_code()
    with clock.at(NOW + timedelta(minutes=11)):
        assert sharing.try_code(share, code) == Answer.WRONG
    assert sharing.try_code(share, code) == Answer.RIGHT
    assert sharing.try_code(share, code) == Answer.WRONG


def test_a_code_is_not_guessed(shared):
    share, _ = shared(only_email="boss@firm.example")
    sharing.send_code(share)
    code = last_code()
    other = "111111" if code != "111111" else "222222"
    assert [sharing.try_code(share, other) for _ in range(5)] == ["wrong"] * 5
    assert sharing.try_code(share, code) == Answer.PAUSED


def test_codes_are_not_sent_without_end(nobody, shared):
    share, path = shared(only_email="boss@firm.example")
    nobody.post(f"{path}/send-code")
    nobody.post(f"{path}/send-code")
    assert share.codes.count() == 1
    for minute in range(1, 30):
        with clock.at(NOW + timedelta(minutes=minute)):
            nobody.post(f"{path}/send-code")
    assert share.codes.count() == sharing.CODES_AN_HOUR


def test_both_locks_want_both(nobody, shared):
    _, path = shared(pin="4711", only_email="boss@firm.example")
    nobody.post(f"{path}/send-code")
    assert not OutboxMail.everywhere.filter(kind="share_code").exists()
    nobody.post(f"{path}/pin", {"pin": "4711"})
    assert "Is this meant for you?" in nobody.get(path).content.decode()
    nobody.post(f"{path}/send-code")
    nobody.post(f"{path}/code", {"code": last_code()})
    assert "Soil sampling" in nobody.get(path).content.decode()


def test_the_link_goes_by_mail_when_asked(signed_in, ada, held):
    one = held()
    signed_in(ada).post(
        "/passport/shares/new",
        {
            "holdings": [one.pk],
            "ends": "30",
            "only_email": "boss@firm.example",
            "send": "on",
            "title": "Hello\nBcc: everybody@evil.example",
        },
    )
    mail = OutboxMail.everywhere.get(kind="shared")
    assert mail.to == "boss@firm.example"
    assert queries.share_url(Share.objects.get(kind="link")) in mail.text
    assert "\n" not in mail.subject


# -- visits ------------------------------------------------------------------------------------


def test_visits_are_counted_by_day_and_nothing_else(nobody, signed_in, ada, shared):
    share, path = shared()
    for _ in range(3):
        nobody.get(path)
    nobody.head(path)
    with clock.at(NOW + timedelta(days=1)):
        nobody.get(path)
    signed_in(ada).get(path)
    assert [(row.day.isoformat(), row.visits) for row in ShareDay.objects.order_by("day")] == [
        ("2026-06-01", 3),
        ("2026-06-02", 1),
    ]
    assert {field.name for field in ShareDay._meta.fields} == {"id", "share", "day", "visits"}
    page = signed_in(ada).get(f"/passport/shares/{share.pk}").content.decode()
    assert "Opened 4 times" in page


def test_a_locked_door_is_no_visit(nobody, shared):
    _, path = shared(pin="4711")
    nobody.get(path)
    assert not ShareDay.objects.exists()


def test_the_maker_sees_it_as_others_do(signed_in, ada, shared):
    _, path = shared(pin="4711")
    text = signed_in(ada).get(path).content.decode()
    assert "This is how others see it." in text


# -- making ------------------------------------------------------------------------------------


def test_the_form_makes_what_it_says(signed_in, ada, held):
    one = held()
    browser = signed_in(ada)
    answer = browser.post(
        "/passport/shares/new",
        {"holdings": [one.pk], "title": "Job", "ends": "7", "pin": "ab12", "purpose": "To apply"},
    )
    share = Share.objects.get(kind="link")
    assert answer.url == f"/passport/shares/{share.pk}"
    assert (share.title, share.purpose, share.downloads) == ("Job", "To apply", False)
    assert share.expires_at == NOW + timedelta(days=7)
    assert share.pin_hash
    page = browser.get(answer.url).content.decode()
    assert queries.share_url(share) in page
    assert queries.share_url(share) in browser.get("/passport/shares").content.decode()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"holdings": []}, "This field is required."),
        ({"ends": "on"}, "Choose the day."),
        ({"ends": "on", "ends_on": "2026-05-01"}, "This day is over."),
        ({"pin": "12"}, "at least 4 characters"),
        ({"send": "on"}, "Give the address it should be sent to."),
        ({"only_email": "nobody"}, "Enter a valid email address."),
    ],
)
def test_what_the_form_refuses(signed_in, ada, held, given, why):
    data = {"holdings": [held().pk], "ends": "30"} | given
    answer = signed_in(ada).post("/passport/shares/new", data)
    assert answer.status_code == 400
    assert why in answer.content.decode()
    assert not Share.objects.filter(kind="link").exists()


def test_nobody_shares_what_is_not_theirs(signed_in, held, person):
    mallory = person("mallory")
    answer = signed_in(mallory).post("/passport/shares/new", {"holdings": [held().pk], "ends": "7"})
    assert answer.status_code == 400
    assert not Share.objects.filter(kind="link").exists()


def test_a_stranger_neither_sees_nor_withdraws_a_link(stranger, shared):
    share, path = shared()
    assert stranger.get(f"/passport/shares/{share.pk}").status_code == 404
    assert stranger.post(f"/passport/shares/{share.pk}/withdraw").status_code == 404
    assert stranger.get(path).status_code == 200


def test_the_token_is_kept_as_a_hash_and_sealed(shared):
    share, path = shared()
    token = path.rsplit("/", 1)[1]
    stored = " ".join(
        str(value) for value in Share.objects.filter(pk=share.pk).values()[0].values()
    )
    assert token not in stored
    assert len(token) >= 43


def test_too_many_letters_are_refused(ada, held, monkeypatch):
    monkeypatch.setattr(sharing, "LETTERS_A_DAY", 2)
    one = held()
    for number in range(2):
        actions.make_share(ada, [one], only_email=f"p{number}@x.example", send=True)
    with pytest.raises(ValidationError, match="send this one yourself"):
        actions.make_share(ada, [one], only_email="p3@x.example", send=True)


def test_the_short_link_to_linkedin(nobody, shared):
    _, path = shared()
    answer = nobody.get(f"{path}/linkedin")
    assert answer.status_code == 302
    assert answer.url.startswith(
        "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME"
    )
    assert len(path) < 100


def test_checking_an_imported_one_asks_its_issuer(nobody, ada, issuer, web, shared):
    data = issuer.sign(issuer.badge(credentialStatus=issuer.status()))
    one = actions.import_credential(ada, data, "b.json")
    _, path = shared(one)
    web.asked.clear()
    nobody.get(path)
    assert not web.asked
    issuer.set_status()
    nobody.post(f"{path}/{one.pk}/check")
    assert web.asked
    assert "revoked" in nobody.get(path).content.decode().lower()


def test_where_a_file_came_from_is_for_its_holder_only(nobody, signed_in, ada, issuer, shared):
    one = actions.import_credential(ada, issuer.sign(), "my private folder/badge.json")
    _, path = shared(one)
    assert "my private folder" not in nobody.get(path).content.decode()
    assert "my private folder" in signed_in(ada).get(f"/passport/{one.pk}").content.decode()
