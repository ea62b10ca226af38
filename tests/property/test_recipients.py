"""Properties of the bulk file reader."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.dates import earlier, read_when
from stackmark.issuing.recipients import BadRow, Row, neutralise, read_rows, restore

plain = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=30).map(
    lambda text: text.strip(" \t\u00a0")
)
names = plain.filter(lambda text: text and not set(text) & set("\u2028\u2029"))
separators = st.sampled_from(",;\t")
ends = st.sampled_from(["\n", "\r\n", "\r"])
signs = st.text('ab@.,;"\n\r\t\0 =é👩', max_size=60)


def outcome(chunks):
    try:
        return list(read_rows(chunks))
    except UsageError as error:
        return (error.reason, error.detail)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


@given(st.lists(st.tuples(names, plain), min_size=1, max_size=8), separators, ends, st.booleans())
def test_what_is_written_is_read(people, separator, end, quote_all):
    buffer = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(buffer, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(["recipient_email", "recipient_name", "narrative", "custom.x"])
    for number, (name, text) in enumerate(people):
        writer.writerow([f"p{number}@example.org", name, text, text])
    rows = outcome([buffer.getvalue().encode()])
    assert [(r.recipient_name, r.narrative, r.custom) for r in rows] == [
        (name, text or None, {"x": text} if text else {}) for name, text in people
    ]


@given(signs, st.lists(st.integers(0, 400), max_size=5))
def test_chunks_do_not_matter(text, cuts):
    data = ("email,name\n" + text).encode()
    assert outcome(pieces(data, cuts)) == outcome([data])


@given(st.binary(max_size=200), st.lists(st.integers(0, 400), max_size=5))
def test_any_bytes_are_read_or_refused(data, cuts):
    whole = outcome([data])
    assert whole == outcome(pieces(data, cuts))
    assert isinstance(whole, list) or whole[0].startswith("usage.csv-")


@given(signs)
def test_a_row_is_good_or_bad_and_good_ones_hold_one_plain_address(text):
    rows = outcome([b"email,name\n" + text.encode()])
    for row in rows if isinstance(rows, list) else []:
        assert isinstance(row, (Row, BadRow))
        if isinstance(row, Row):
            assert row.recipient_email.count("@") == 1
            assert not set(row.recipient_email) & set('\r\n\t ,;"\0')
            assert row.recipient_name


@given(st.lists(st.sampled_from(["a@b.org", "A@b.org", "c@d.org", "nope", "e@f.org"]), max_size=12))
def test_nobody_comes_out_twice(emails):
    rows = outcome([("email,x\n" + "".join(f"{email},1\n" for email in emails)).encode()])
    if not emails:
        assert rows[0] == "usage.csv-empty"
        return
    assert len(rows) == len(emails)
    found = [row.recipient_email.casefold() for row in rows if isinstance(row, Row)]
    assert sorted(found) == sorted({email.casefold() for email in emails if email != "nope"})


@given(st.text(max_size=60) | signs | st.text("='\"+-@,;\t\r\n|x＝", max_size=20))
def test_neutralised_cells_come_back_and_never_begin_a_formula(cell):
    safe = neutralise(cell)
    assert restore(safe) == cell
    for separator in ",;\t|\n\r":
        for part in safe.split(separator):
            assert part[:1] not in set("=+-@＝＋－＠")
    assert neutralise(restore(safe)) == safe


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused(text):
    try:
        instant = read_when(text)
    except CheckFailed:
        return
    assert read_when(instant) == instant


@given(st.datetimes(), st.datetimes())
def test_dates_keep_their_order(first, second):
    if min(first, second).year < 1900:
        return
    a, b = read_when(first.isoformat() + "Z"), read_when(second.isoformat() + "Z")
    assert earlier(a, b) == (first < second)


@given(st.dates())
def test_day_and_month_are_never_swapped_silently(day):
    text = f"{day.day:02}/{day.month:02}/{day.year:04}"
    try:
        assert read_when(text) == f"{day.isoformat()}T00:00:00Z"
    except CheckFailed:
        assert day.year < 1900 or (day.day <= 12 and day.day != day.month)
