from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from badge_design import LIST, NOW, SECRETS, award, issuance
from stackmark.batch.packing import CHUNK, pack, to_award, unpack
from stackmark.errors import CheckFailed
from stackmark.issuing.builder import build_credential
from stackmark.issuing.bulk import Mint
from stackmark.issuing.lint import lint
from stackmark.issuing.rows import Evidence, Row
from stackmark.issuing.securing import secure
from stackmark.verification.verifier import Verifier

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.sampled_from(['"', "\\", "\t", "a\nb", "\x7f", "😀", "{0}", "\u2028", "\x00", "\ufffe"]),
)
urls = st.one_of(
    st.builds("https://x.example/{}".format, st.text('ab1é %<"', max_size=5)),
    st.sampled_from(["https://uni.example/achievements/soil", "did:example:ana", "urn:x:y", "x"]),
)
days = st.sampled_from(["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-06-01T12:00:00.5Z"])
pieces = st.builds(Evidence, st.none() | urls, st.none() | texts, st.none() | texts)
members = st.fixed_dictionaries(
    {"valid_from": days},
    optional={
        "valid_until": days,
        "recipient_id": urls,
        "recipient_name": texts,
        "name_identity": st.sampled_from(["plain", "hashed"]),
        "status": st.sampled_from(["revocation", "suspension"]),
        "id": urls,
        "narrative": texts,
        "evidence": st.lists(pieces, min_size=1, max_size=2).map(tuple),
    },
)


def listed(more, number):
    """The members of an award with an index of its own when it is to have a status."""
    rest = {name: value for name, value in more.items() if name != "status"}
    if "status" not in more:
        return rest
    return rest | {"status_list": LIST, "status_index": number, "status_purpose": more["status"]}


def outcome(make):
    try:
        return make()
    except CheckFailed as error:
        return error.code


@given(
    st.sampled_from(["eddsa-rdfc-2022", "eddsa-jcs-2022", "jwt", "vc+jwt"]),
    st.lists(members, min_size=2, max_size=8),
)
def test_molds_give_what_the_general_way_gives(suite, many):
    """The same bytes, or a refusal by the same check; whatever comes out verifies."""
    one = issuance(suite)
    mint = Mint(one)

    def general(given_):
        unsecured = build_credential(one.design, given_)
        lint(unsecured)
        return secure(
            unsecured, suite=suite, signer=one.signer, method=one.method, created=one.created
        )

    for number, more in enumerate(many * 2):
        given_ = award(number, **listed(more, number))
        wanted = outcome(lambda: general(given_))  # noqa: B023
        made = outcome(lambda: mint.sign(given_))  # noqa: B023
        assert made == wanted
        if isinstance(made, bytes):
            report = Verifier(now=NOW).verify(made)
            assert (
                report.check("proof").outcome == "passed"
                or report.check("validity").outcome == "failed"
            )


rows = st.builds(
    Row,
    line=st.integers(1, 10**6),
    recipient_email=st.none() | st.just("ana@example.org"),
    recipient_name=st.none() | texts,
    recipient_id=st.none() | urls,
    template_id=st.none(),
    issued_on=st.none() | days,
    expires_on=st.none() | days,
    external_id=st.none() | texts,
    narrative=st.none() | texts,
    evidence=st.lists(pieces, max_size=2).map(tuple),
    country=st.none(),
    region=st.none(),
    locale=st.none(),
    group_tag=st.none(),
    custom=st.just({"colour": "blue"}),
)


@given(st.lists(rows, max_size=2 * CHUNK + 1))
def test_rows_travel_unharmed(many):
    packed = list(pack(iter(many)))
    assert [len(unpack(one)) for one in packed[:-1]] == [CHUNK] * (len(packed) - 1)
    come = [members for one in packed for members in unpack(one)]
    assert len(come) == len(many)
    for number, (row, one) in enumerate(zip(many, come, strict=True)):
        made = to_award(
            one, SECRETS.of(number), valid_from="from", valid_until="until", status=("list", number)
        )
        assert one[0] == row.line
        assert one[1] == row.external_id
        assert made.valid_from == (row.issued_on or "from")
        assert made.valid_until == (row.expires_on or "until")
        assert (made.recipient_name, made.recipient_id) == (row.recipient_name, row.recipient_id)
        assert made.narrative == (
            row.narrative and row.narrative.replace("\r\n", "\n").replace("\r", "\n")
        )
        assert [e.url for e in made.evidence] == [e.url for e in row.evidence]
        assert (made.status_list, made.status_index) == ("list", number)
    assert b"blue" not in b"".join(packed)
