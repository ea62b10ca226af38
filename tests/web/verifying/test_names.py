from __future__ import annotations

import pytest

from stackmark_web.verifying.names import domain_of, has_hidden, is_mixed, marks, visible


@pytest.mark.parametrize(
    "name",
    ["Nоrthfield University", "Gоogle", "ΡayPal", "Ｎorthfield", "Universitу of X"],
)
def test_letters_of_two_alphabets_in_one_word_are_marked(name):
    assert is_mixed(name)
    assert "mixed-scripts" in marks(name)


@pytest.mark.parametrize(
    "name",
    [
        *("Northfield University", "Universität Zürich", "Łódź", "Московский университет"),
        *(
            "東京大学",
            "ひらがなカタカナ漢字",
            "서울대학교",
            "MIT 東京",
            "دانشگاه تهران",
            "Ad’Astra 3D",
        ),
        *("École Polytechnique", "Αθήνα Athens", "हिन्दी विश्वविद्यालय"),
    ],
)
def test_names_as_people_write_them_are_not(name):
    assert marks(name) == []


@pytest.mark.parametrize(
    "name", ["North\u200bfield", "\u202eytisrevinU", "A\u00ad", "Uni\u2066x", "a\u200db"]
)
def test_what_cannot_be_seen_is_written_out(name):
    assert has_hidden(name)
    assert "[U+" in visible(name)


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d🎓 Academy", "❤\ufe0f"])
def test_joiners_that_belong_are_left(name):
    assert not has_hidden(name)


@pytest.mark.parametrize(
    ("identity", "domain"),
    [
        ("did:web:uni.example", "uni.example"),
        ("did:web:uni.example%3A8443:o:x", "uni.example:8443"),
        ("https://user@Uni.example/x", "uni.example"),
        ("did:key:z6Mk", ""),
        ("https://аpple.example/", "xn--pple-43d.example"),
        ("https://[", ""),
        ("", ""),
    ],
)
def test_domains_are_shown_as_ascii(identity, domain):
    assert domain_of(identity) == domain
