"""Any choice of pointers verifies; any change after it does not."""

from hypothesis import given
from hypothesis import strategies as st

from sd_badges import (
    BADGE,
    KEY,
    POINTERS,
    changed,
    expected_reason,
    issued,
    leaves,
    other,
    refusal,
    shown,
)
from stackmark.canonical.emitter import to_quads
from stackmark.canonical.rdfc import canonicalize_quads
from stackmark.proofs.ecdsa_sd import verify_derived


@given(
    mandatory=st.lists(st.sampled_from(POINTERS[1:]), max_size=3),
    chosen=st.lists(st.sampled_from(POINTERS), min_size=1, max_size=6),
    data=st.data(),
)
def test_any_choice_verifies_and_any_change_does_not(mandatory, chosen, data):
    document, proof = shown(chosen, issued(mandatory=mandatory))
    verify_derived(document, proof, KEY)
    quads = set(canonicalize_quads(to_quads(document)).lines)
    named = {line for line in quads if "_:" not in line}
    assert named <= set(canonicalize_quads(to_quads(BADGE)).lines)
    path = data.draw(st.sampled_from(list(leaves(document))))

    def change(place, step):
        place[step] = other(place[step])

    assert refusal(changed(document, path, change), proof) == expected_reason(path)
