"""BBS signatures: the draft's own vectors, every choice of messages, and whatever does not fit.

Vectors: draft-irtf-cfrg-bbs-signatures-08 section 8.4 (BLS12-381-SHA-256), RFC 9380 K.1.
"""

import itertools
import sys

import pytest

from sample_keys import key
from stackmark.errors import CheckFailed, CouldNotTell, UsageError
from stackmark.keys import _bls, bbs
from stackmark.keys.multibase import b58encode
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PUBLIC_CODES, PublicKey
from stackmark.proofs.jose import sign_compact

SECRET = int("60e55110f76883a13d030b2f6bd11883422d5abde717569fc0731f51237169fc", 16)
PUBLIC = bytes.fromhex(
    "a820f230f6ae38503b86c70dc50b61c58a77e45c39ab25c0652bbaa8fa136f2851bd4781c9dcde39fc9d1d52c9e60268"
    "061e7d7632171d91aa8d460acee0e96f1e7c4cfb12d3ff9ab5d5dc91c277db75c845d649ef3c4f63aebc364cd55ded0c"
)
HEADER = bytes.fromhex("11223344556677889900aabbccddeeff")
PRESENTED = bytes.fromhex("bed231d880675ed101ead304512e043ade9958dd0241ea70b4b3957fba941501")
MESSAGES = [
    bytes.fromhex(text)
    for text in (
        "9872ad089e452c7b6e283dfac2a80d58e8d0ff71cc4d5e310a1debdda4a45f02",
        "c344136d9ab02da4dd5908bbba913ae6f58c2cc844b802a6f811f5fb075f9b80",
        "7372e9daa5ed31e6cd5c825eac1b855e84476a1d94932aa348e07b73",
        "77fe97eb97a1ebe2e81e4e3597a3ee740a66e9ef2412472c",
        "496694774c5604ab1b2544eababcf0f53278ff50",
        "515ae153e22aae04ad16f759e07237b4",
        "d183ddc6e2665aa4e2f088af",
        "ac55fb33a75909ed",
        "96012096",
        "",
    )
]
OF_ONE = bytes.fromhex(
    "84773160b824e194073a57493dac1a20b667af70cd2352d8af241c77658da525"
    "3aa8458317cca0eae615690d55b1f27164657dcafee1d5c1973947aa70e2cfbb"
    "4c892340be5969920d0916067b4565a0"
)
OF_TEN = bytes.fromhex(
    "8339b285a4acd89dec7777c09543a43e3cc60684b0a6f8ab335da4825c96e146"
    "3e28f8c5f4fd0641d19cec5920d3a8ff4bedb6c9691454597bbd298288abed36"
    "32078557b2ace7d44caed846e1a0a1e8"
)
SOME = [0, 2, 4, 6]
SCALARS = [
    int(text, 16)
    for text in (
        "44679831fe60eca50938ef0e812e2a9284ad7971b6932a38c7303538b712e457",
        "6481692f89086cce11779e847ff884db8eebb85a13e81b2d0c79d6c1062069d8",
        "721ce4c4c148a1d5826f326af6fd6ac2844f29533ba4127c3a43d222d51b7081",
        "1ecfaf5a079b0504b00a1f0d6fe8857291dd798291d7ad7454b398114393f37f",
        "0a4b3d59b34707bb9999bc6e2a6d382a2d2e214bff36ecd88639a14124b1622e",
        "7217411a9e329c7a5705e8db552274646e2949d62c288d7537dd62bc284715e4",
        "67d4d43660746759f598caac106a2b5f58ccd1c3eefaec31841a4f77d2548870",
        "715d965b1c3912d20505b381470ff1a528700b673e50ba89fd287e13171cc137",
        "4d3281a149674e58c9040fc7a10dd92cb9c7f76f6f0815a1afc3b09d74b92fe4",
        "438feebaa5894ca0da49992df2c97d872bf153eab07e08ff73b28131c46ff415",
        "602b723c8bbaec1b057d70f18269ae5e6de6197a5884967b03b933fa80006121",
    )
]
PROOF_OF_SOME = bytes.fromhex(
    "a2ed608e8e12ed21abc2bf154e462d744a367c7f1f969bdbf784a2a134c7db2d"
    "340394223a5397a3011b1c340ebc415199462ba6f31106d8a6da8b513b37a47a"
    "fe93c9b3474d0d7a354b2edc1b88818b063332df774c141f7a07c48fe50d452f"
    "897739228c88afc797916dca01e8f03bd9c5375c7a7c59996e514bb952a436af"
    "d24457658acbaba5ddac2e693ac481356918cd38025d86b28650e909defe9604"
    "a7259f44386b861608be742af7775a2e71a6070e5836f5f54dc43c60096834a5"
    "b6da295bf8f081f72b7cdf7f3b4347fb3ff19edaa9e74055c8ba46dbcb7594fb"
    "2b06633bb5324192eb9be91be0d33e453b4d3127459de59a5e2193c900816f04"
    "9a02cb9127dac894418105fa1641d5a206ec9c42177af9316f43341744147827"
    "6ca0303da8f941bf2e0222a43251cf5c2bf6eac1961890aa740534e519c1767e"
    "1223392a3a286b0f4d91f7f25217a7862b8fcc1810cdcfddde2a01c80fcc90b6"
    "32585fec12dc4ae8fea1918e9ddeb9414623a457e88f53f545841f9d5dcb1f8e"
    "160d1560770aa79d65e2eca8edeaecb73fb7e995608b820c4a64de6313a370ba"
    "05dc25ed7c1d185192084963652f2870341bdaa4b1a37f8c06348f38a4f80c5a"
    "2650a21d59f09e8305dcd3fc3ac30e2a"
)


def shown(places, messages=MESSAGES):
    return {place: messages[place] for place in places}


def fits(proof=PROOF_OF_SOME, told=None, header=HEADER, presented=PRESENTED, public=PUBLIC):
    return bbs.proof_fits(public, proof, header, presented, shown(SOME) if told is None else told)


def prove(places, messages=MESSAGES[:3], seed=bytes(32)):
    signature = bbs.sign(SECRET, PUBLIC, HEADER, messages)
    scalars = bbs.random_scalars(seed, bbs.FIXED_SCALARS + len(messages) - len(places))
    return bbs.prove(PUBLIC, signature, HEADER, b"", messages, places, scalars)


def test_expand_message():
    kind = b"QUUX-V01-CS02-with-expander-SHA256-128"
    found = [bbs.expand(text, kind, 32).hex() for text in (b"", b"abc")]
    assert found == [
        "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235",
        "d8ccab23b5985ccea865c6c97b6e5b8350e794e603b4b97902f53a8a0d605615",
    ]
    assert bbs.expand(b"abc", kind, 128).hex().startswith("abba86a6129e366fc877aab32fc4ffc7")


def test_public_key_of_the_draft():
    assert _bls.BlsSecret(SECRET).public_bytes() == PUBLIC


@pytest.mark.parametrize(("count", "signature"), [(1, OF_ONE), (10, OF_TEN)])
def test_signatures_of_the_draft(count, signature):
    assert bbs.sign(SECRET, PUBLIC, HEADER, MESSAGES[:count]) == signature
    assert bbs.fits(PUBLIC, signature, HEADER, MESSAGES[:count])


def test_proof_of_the_draft():
    made = bbs.prove(PUBLIC, OF_TEN, HEADER, PRESENTED, MESSAGES, SOME, SCALARS)
    assert made == PROOF_OF_SOME
    assert fits()


def test_a_signature_fits_nothing_else():
    other = key("bls12381").public_key.raw
    assert not bbs.fits(other, OF_TEN, HEADER, MESSAGES)
    assert not bbs.fits(PUBLIC, OF_TEN, b"", MESSAGES)
    assert not bbs.fits(PUBLIC, OF_TEN, HEADER, MESSAGES[:9])
    assert not bbs.fits(PUBLIC, OF_TEN, HEADER, [*MESSAGES, b""])
    assert not bbs.fits(PUBLIC, OF_TEN, HEADER, MESSAGES[::-1])
    assert not bbs.fits(PUBLIC, OF_TEN[:-1], HEADER, MESSAGES)
    for place in (0, 47, 48, 79):
        spoiled = bytearray(OF_TEN)
        spoiled[place] ^= 1
        assert not bbs.fits(PUBLIC, bytes(spoiled), HEADER, MESSAGES), place


def test_every_choice_of_three_messages_can_be_shown():
    for count in range(4):
        for places in itertools.combinations(range(3), count):
            proof = prove(places)
            assert bbs.hidden_count(proof) == 3 - count
            assert fits(proof, shown(places), presented=b""), places
            for wrong in set(range(3)) - set(places):
                more = shown([*places, wrong])
                assert not fits(proof, more, presented=b""), (places, wrong)


def test_no_message_at_all_can_be_proved():
    proof = prove((), messages=[])
    assert fits(proof, {}, presented=b"")
    assert not fits(proof, {0: b""}, presented=b"")


def test_two_proofs_of_the_same_share_nothing():
    one, other = (prove([0], seed=bytes([number]) * 32) for number in (1, 2))
    starts = range(0, len(one), 16)
    assert all(one[at : at + 16] != other[at : at + 16] for at in starts)


def test_every_byte_of_a_proof_counts():
    for place in range(len(PROOF_OF_SOME)):
        spoiled = bytearray(PROOF_OF_SOME)
        spoiled[place] ^= 1
        assert not fits(bytes(spoiled)), place


def test_a_proof_fits_nothing_else():
    assert not fits(header=b"")
    assert not fits(presented=b"")
    assert not fits(public=key("bls12381").public_key.raw)
    assert not fits(told=shown([0, 2, 4, 5]))
    assert not fits(told=shown([0, 2, 4]))
    assert not fits(told={**shown([0, 2, 4]), 99: MESSAGES[6]})
    assert not fits(told={**shown([0, 2, 4]), -1: MESSAGES[6]})
    assert not fits(told={**shown(SOME), 2: b"another"})
    assert not fits(told={0: MESSAGES[2], 2: MESSAGES[0], 4: MESSAGES[4], 6: MESSAGES[6]})


@pytest.mark.parametrize("cut", [0, 1, 47, 143, 144, 240, 271])
def test_a_proof_of_another_length(cut):
    assert not fits(PROOF_OF_SOME[:cut], {})


def test_numbers_out_of_range_and_points_at_infinity():
    order = bbs.ORDER.to_bytes(32, "big")
    infinity = bytes([0xC0]) + bytes(47)
    body = len(PROOF_OF_SOME)
    for at in range(144, body, 32):
        for number in (bytes(32), order, b"\xff" * 32):
            assert not fits(PROOF_OF_SOME[:at] + number + PROOF_OF_SOME[at + 32 :]), at
    for at in (0, 48, 96):
        assert not fits(PROOF_OF_SOME[:at] + infinity + PROOF_OF_SOME[at + 48 :]), at
    assert not bbs.fits(PUBLIC, infinity + OF_TEN[48:], HEADER, MESSAGES)


def test_a_base_proof_whose_signature_is_none():
    with pytest.raises(CheckFailed) as caught:
        bbs.prove(PUBLIC, bytes(80), HEADER, b"", MESSAGES[:1], [0], SCALARS[:5])
    assert caught.value.reason == "proof.signature"


def test_random_scalars_are_many_and_different():
    numbers = bbs.random_scalars(b"s" * 32, 400)
    assert len(set(numbers)) == 400
    assert all(0 < number < bbs.ORDER for number in numbers)
    assert numbers[:5] == bbs.random_scalars(b"s" * 32, 5)
    assert set(numbers).isdisjoint(bbs.random_scalars(b"t" * 32, 400))


def reason(raw):
    with pytest.raises(CheckFailed) as caught:
        PublicKey.from_multikey("z" + b58encode(PUBLIC_CODES["BLS12-381"] + raw))
    return caught.value.reason


def test_public_keys_that_are_none():
    assert reason(PUBLIC[:-1]) == "issuer-key.malformed"
    assert reason(bytes(96)) == "issuer-key.malformed"
    assert reason(PUBLIC[:-1] + b"\x00") == "issuer-key.malformed"
    assert reason(bytes([0xC0]) + bytes(95)) == "issuer-key.weak"
    # On the curve, and not in the group of prime order.
    assert reason(bytes([0x80]) + bytes(94) + b"\x02") == "issuer-key.malformed"


def test_a_key_in_all_its_forms():
    made = PrivateKey.generate("bls12381")
    again = PrivateKey.from_multikey(made.to_multikey())
    assert again.public_key == made.public_key
    assert PrivateKey.from_bytes(made.to_bytes()).public_key == made.public_key
    assert PublicKey.from_multikey(made.public_key.to_multikey()) == made.public_key
    assert made.public_key.to_multikey().startswith("zUC7")
    assert made.to_bytes().hex() not in repr(made) + repr(made._key)
    assert str(made._key.number) not in repr(made) + repr(made._key)
    signature = made.sign_messages(HEADER, MESSAGES)
    assert bbs.fits(made.public_key.raw, signature, HEADER, MESSAGES)
    assert made.public_key != PrivateKey.generate("bls12381").public_key


def test_a_key_does_not_do_what_others_do():
    made = key("bls12381")
    for use in (made.to_pem, made.to_pkcs8, made.public_key.to_pem):
        assert refused(use) == "usage.pem"
    assert refused(made.to_jwk) == refused(made.public_key.to_jwk) == "usage.jwk"
    assert refused(lambda: made.sign(b"x")) == "usage.suite"
    assert refused(lambda: sign_compact(b"{}", signer=made, typ="JWT", kid=None)) == "usage.suite"
    assert refused(lambda: key("p256").sign_messages(b"", [])) == "usage.suite"
    assert not made.public_key.verify(bytes(80), b"x")


@pytest.mark.parametrize("secret", [bytes(32), bbs.ORDER.to_bytes(32, "big"), b"\x01" * 31])
def test_secrets_that_are_none(secret):
    text = "z" + b58encode(b"\x8a\x26" + secret)
    assert refused(lambda: PrivateKey.from_multikey(text)) == "usage.key"


def refused(use):
    with pytest.raises(UsageError) as caught:
        use()
    return caught.value.reason


def test_without_the_library_nothing_is_judged(monkeypatch):
    text = PrivateKey.generate("bls12381").public_key.to_multikey()
    monkeypatch.setitem(sys.modules, "py_arkworks_bls12381", None)
    for use in (lambda: PublicKey.from_multikey(text), lambda: PrivateKey.generate("bls12381")):
        with pytest.raises(CouldNotTell, match=r"stackmark\[bbs\]") as caught:
            use()
        assert caught.value.reason == "issuer-key.no-library"
