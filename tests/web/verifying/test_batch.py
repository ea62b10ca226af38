"""Many at once: a table for a day at an address nobody can guess."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from simulators.issuer import NOW
from stackmark_web import clock
from stackmark_web.jobs.models import Run
from stackmark_web.jobs.worker import work_once
from stackmark_web.verifying import batches
from stackmark_web.verifying.models import Batch, BatchItem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted():
    cache.clear()


def file(data, name="badge.json"):
    return SimpleUploadedFile(name, data)


def words(response):
    return " ".join(response.content.decode().split())


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def both(badge):
    """A good and a tampered badge."""
    good = badge()
    return good, good.replace(b"Soil Science I", b"Soil Science X")


def test_several_files_become_a_table(client, both):
    good, bad = both
    sent = client.post("/verify", {"files": [file(good, "good.json"), file(bad, "bad.json")]})
    assert sent.status_code == 302
    response = client.get(sent.url)
    page = words(response)
    assert "<h1>2 credentials</h1>" in page
    assert "Unaltered and in force" in page
    assert "Changed after it was signed" in page
    assert "good.json" in page
    assert "Verified 1" in page
    assert "Refused 1" in page
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    detail = words(client.get(f"{sent.url}/1"))
    assert "The signature does not fit" in detail


def test_the_documents_themselves_are_not_kept(client, both):
    client.post("/verify", {"files": [file(one) for one in both], "recipient": "Ada"})
    assert all(item.data is None and item.url == "" for item in BatchItem.objects.all())
    assert Batch.objects.get().recipient == ""


def test_a_zip(client, both):
    good, bad = both
    data = zipped({"a/good.json": good, "b/bad.json": bad, "__MACOSX/a/._good.json": b"x"})
    sent = client.post("/verify", {"files": file(data, "all.zip")})
    page = words(client.get(sent.url))
    assert "<h1>2 credentials</h1>" in page
    assert "all.zip / a/good.json" in page


def test_a_passports_zip_is_its_credentials_only(client, both):
    """What a check would fetch lies beside them and is nothing to refuse."""
    good, bad = both
    entries = {
        "credentials/good.json": good,
        "credentials/bad.json": bad,
        "documents/key.json": b"{}",
        "documents.json": b'{"https://uni.example/did.json": "documents/key.json"}',
        "README.txt": b"Your credentials",
    }
    sent = client.post("/verify", {"files": file(zipped(entries), "passport.zip")})
    page = words(client.get(sent.url))
    assert "<h1>2 credentials</h1>" in page
    assert "README.txt" not in page
    entries["documents.json"] = b'{"https://uni.example/did.json": "credentials/bad.json"}'
    sent = client.post("/verify", {"files": file(zipped(entries), "passport.zip")})
    assert "<h1>5 credentials</h1>" in words(client.get(sent.url))


def test_the_answers_can_be_narrowed(client, both):
    sent = client.post(
        "/verify", {"files": [file(both[0], "good.json"), file(both[1], "bad.json")]}
    )
    page = words(client.get(f"{sent.url}?verdict=refused"))
    assert "bad.json" in page
    assert "good.json" not in page


def test_the_table_as_csv_has_no_formulas(client, issuer):
    hostile = issuer.sign(issuer.badge(name='=HYPERLINK("https://evil.example","x")'))
    sent = client.post("/verify", {"files": [file(hostile, "=cmd.json"), file(b"{}", "b.json")]})
    response = client.get(f"{sent.url}/table.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row["verdict"] for row in rows] == ["verified", "refused"]
    assert rows[0]["credential"].startswith("'=HYPERLINK")
    assert rows[0]["source"] == "'=cmd.json"
    assert rows[0]["issuer_id"] == "did:web:uni.example"
    assert rows[1]["reason"] == "format.type"
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_a_list_of_500_is_done_by_a_worker(client, badge, web):
    for number in range(500):
        web.put(f"https://uni.example/c/{number}", b"")
    good = badge()
    for number in range(0, 500, 2):
        web.documents[f"https://uni.example/c/{number}"] = good
    text = "name,url\n" + "\n".join(f"n,https://uni.example/c/{n}" for n in range(500))
    sent = client.post("/verify", {"files": file(text.encode(), "list.csv")})
    page = words(client.get(sent.url))
    assert "0 of 500" in page
    assert 'data-poll="2"' in page
    assert "Waiting" in page
    while work_once("test"):
        pass
    assert Run.everywhere.get().state == "done"
    page = words(client.get(sent.url))
    assert "Verified 250" in page
    assert "Refused 250" in page
    assert "data-poll" not in page
    assert "Page 1 of 5" in page
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"{sent.url}/table.csv").content.decode("utf-8-sig")))
    )
    assert len(rows) == 500
    assert rows[0]["source"] == "https://uni.example/c/0"
    assert Batch.objects.get().recipient == ""
    assert not BatchItem.objects.exclude(url="").exists()
    # The key document was asked for once a chunk and not once a row.
    assert web.asked.count("https://uni.example/.well-known/did.json") <= 500 // batches.CHUNK


def test_a_chunk_done_twice_changes_nothing(client, badge, web):
    web.put("https://uni.example/c/1", badge())
    client.post("/verify", {"text": "\n".join(["https://uni.example/c/1"] * 30)})
    batch = Batch.objects.get()
    first = batches.judge_rows(str(batch.pk), 0, 20, lambda: None)
    asked = len(web.asked)
    again = batches.judge_rows(str(batch.pk), 0, 20, lambda: None)
    assert (first.done, again.done) == (20, 20)
    assert len(web.asked) == asked


def test_a_deleted_table_is_no_work(client, badge):
    assert batches.judge_rows("00000000-0000-0000-0000-000000000000", 0, 5, lambda: None).done == 0


def test_nobody_finds_a_table_without_its_address(client, both):
    sent = client.post("/verify", {"files": [file(one) for one in both]})
    token = sent.url.rsplit("/", 1)[1]
    assert len(token) == 43  # 256 bits
    assert Batch.objects.get().token_hash != token
    assert client.get(f"/verify/tables/{Batch.objects.get().token_hash}").status_code == 404
    assert client.get("/verify/tables/x").status_code == 404


def test_a_day_later_it_is_gone(client, both):
    sent = client.post("/verify", {"files": [file(one) for one in both]})
    with clock.at(NOW + timedelta(hours=25)):
        assert client.get(sent.url).status_code == 404
        batches.sweep()
    assert not Batch.objects.exists()
    assert not BatchItem.objects.exists()


def test_it_can_be_deleted_at_once(client, badge, web):
    text = "\n".join(f"https://uni.example/c/{n}" for n in range(30))
    sent = client.post("/verify", {"text": text})
    assert client.get(f"{sent.url}/delete").status_code == 405
    assert client.post(f"{sent.url}/delete").url == "/verify"
    assert not Batch.objects.exists()
    assert Run.everywhere.get().state == "cancelled"


def test_one_bad_entry_does_not_spoil_the_others(client, badge):
    files = [file(badge(), "good.json"), file(b"%PDF-1.4", "paper.pdf"), file(b"", "empty.json")]
    sent = client.post("/verify", {"files": files})
    page = words(client.get(sent.url))
    assert "Verified 1" in page
    assert "A PDF without a credential" in page
    assert Batch.objects.get().total in (2, 3)


def test_lists_of_tokens_and_json_lines(issuer):
    from stackmark_web.verifying.intake import gather

    token = issuer.token()
    line = issuer.sign()
    items = gather([("tokens.txt", token + b"\n" + token), ("lines.jsonl", line + b"\n" + line)])
    assert [item.source for item in items] == [
        "tokens.txt, 1",
        "tokens.txt, 2",
        "lines.jsonl, 1",
        "lines.jsonl, 2",
    ]
    assert items[2].data == line


def test_a_pretty_document_is_no_list():
    from stackmark_web.verifying.intake import gather

    items = gather([("a.json", b'{\n  "url": "https://x.example"\n}')])
    assert len(items) == 1
    assert items[0].data is not None
