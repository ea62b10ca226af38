"""The JSON reader's two paths: what is written plainly needs no second look, all else gets one."""

import json

import orjson
import pytest

from stackmark.errors import ReadError
from stackmark.model import strict_json
from stackmark.model.strict_json import parse_json

TREE = {"a": [1, 2.5, "ü"], "b": {"c": None, "d": True}, "e": [], "f": {}}
PLAIN = orjson.dumps(TREE)
INDENTED = orjson.dumps(TREE, option=orjson.OPT_INDENT_2)
BY_OTHERS = json.dumps(TREE, indent=2, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN + b"\n",
        b" \t\r\n" + PLAIN + b"  ",
        INDENTED,
        INDENTED + b"\n",
        BY_OTHERS,
        b"5\n",
    ],
)
def test_plain_text_is_read_once(monkeypatch, text):
    monkeypatch.setattr(strict_json, "_second_look", lambda data: pytest.fail("looked again"))
    assert parse_json(text) == json.loads(text)


@pytest.mark.parametrize(
    "text", [b'{ "a": 1}', b'{"a":1.50}', b'{"a":"\\u0041"}', b'{\n "a": 1\n}', b'{\n  "a": 1e2\n}']
)
def test_everything_else_is_looked_at_again(monkeypatch, text):
    looked = []
    monkeypatch.setattr(strict_json, "_second_look", looked.append)
    assert parse_json(text) == json.loads(text)
    assert looked == [text]


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":1}\n',
        b'{\n  "a": 1,\n  "a": 1\n}',
        b'{\n  "a": 1,\n  "a": 1\n}\n',
        b'  {"a":{"b":1,"b":2}}  ',
    ],
)
def test_a_member_twice_is_found_however_it_is_written(text):
    with pytest.raises(ReadError) as caught:
        parse_json(text)
    assert caught.value.reason == "read.duplicate-member"


@pytest.mark.parametrize("space", ["\u00a0", "\u2028", "\v", "\f", "\x00"])
def test_other_space_is_not_json(space):
    with pytest.raises(ReadError) as caught:
        parse_json(PLAIN + space.encode())
    assert caught.value.reason == "read.not-json"
