"""Structure-aware changes of signed credentials, and what may count as no change at all."""

from __future__ import annotations

import copy
import json

LISTS = {"allowedValue"}  # ordered by the Open Badges context; all other lists are sets

WORDS = [
    "x",
    "",
    "https://x.example/1",
    "urn:uuid:1",
    "did:web:evil.example",
    "2099-01-01T00:00:00Z",
    "0",
    "true",
    "\u0000",
    "Zoë",
]
VALUES = [
    *WORDS,
    0,
    1,
    3,
    3.0,
    4.5,
    -1,
    True,
    False,
    None,
    [],
    {},
    ["a"],
    {"id": "https://x.example/2"},
    {"@value": "x"},
    {"@value": "x", "@language": "en"},
]
NAMES = [
    "name",
    "id",
    "@id",
    "type",
    "@type",
    "description",
    "validUntil",
    "validFrom",
    "credentialStatus",
    "evidence",
    "criteria",
    "Criteria",
    "image",
    "Image",
    "@context",
    "@graph",
    "@included",
    "@reverse",
    "@set",
    "@list",
    "proof",
    "issuer",
    "narrative",
    "tag",
    "extra",
    "https://schema.org/name",
    "expirationDate",
    "endorsement",
    "creator",
    "relatedResource",
    "_:b0",
]


def places(tree, path=()):
    """Every (container path, key) of a document."""
    found = []
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        found.append((path, key))
        if isinstance(value, (dict, list)):
            found += places(value, (*path, key))
    return found


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def objects(tree):
    return [
        (),
        *((*path, key) for path, key in places(tree) if isinstance(at(tree, (*path, key)), dict)),
    ]


def mutate(rng, original):
    """One to three changes of a copy; it may turn out equal."""
    tree = copy.deepcopy(original)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        try:
            rng.choice(CHANGES)(rng, tree)
        except (KeyError, IndexError, TypeError):
            continue
    return tree


def pick(rng, tree):
    path, key = rng.choice(places(tree))
    return at(tree, path), key


def change_value(rng, tree):
    box, key = pick(rng, tree)
    box[key] = copy.deepcopy(rng.choice(VALUES))


def twist_value(rng, tree):
    """A value close to the old one."""
    box, key = pick(rng, tree)
    value = box[key]
    if isinstance(value, str):
        box[key] = rng.choice(
            [
                value + " ",
                value.upper(),
                value[::-1],
                value[:-1],
                "https:" + value,
                [value],
                {"@value": value},
                {"id": value},
                value + "/",
                [value, value],
            ]
        )
    elif isinstance(value, bool):
        box[key] = rng.choice([not value, str(value).lower(), int(value)])
    elif isinstance(value, (int, float)):
        box[key] = rng.choice([value + 1, float(value), str(value), -value, [value]])
    elif isinstance(value, list):
        box[key] = rng.choice(
            [
                value[::-1],
                value + value[:1],
                value[:-1],
                [value],
                value[0],
                {"@set": value},
                {"@list": value},
            ]
        )
    else:
        box[key] = rng.choice([[value], {"@graph": value}, {"@set": [value]}, json.dumps(value)])


def delete(rng, tree):
    box, key = pick(rng, tree)
    del box[key]


def rename(rng, tree):
    box, key = pick(rng, tree)
    if isinstance(box, dict):
        box[rng.choice([*NAMES, key.upper(), key + "s", "@" + key, key.capitalize()])] = box.pop(
            key
        )


def add(rng, tree):
    box = at(tree, rng.choice(objects(tree)))
    box[rng.choice(NAMES)] = copy.deepcopy(rng.choice(VALUES))


def move(rng, tree):
    """A member to another object: trap 23."""
    box, key = pick(rng, tree)
    value = copy.deepcopy(box.pop(key))
    target = at(tree, rng.choice(objects(tree)))
    target[key if isinstance(key, str) else rng.choice(NAMES)] = value


def move_with_id(rng, tree):
    """A member into an object that is given the id of the member's old owner."""
    boxes = [at(tree, path) for path in objects(tree)]
    owner = rng.choice([box for box in boxes if "id" in box])
    target = rng.choice(boxes)
    key = rng.choice([name for name in owner if name not in ("id", "type", "@context", "proof")])
    target["id"] = copy.deepcopy(owner["id"])
    target[key] = copy.deepcopy(owner.pop(key))


def copy_part(rng, tree):
    box, key = pick(rng, tree)
    target, other = pick(rng, tree)
    target[other] = copy.deepcopy(box[key])


def swap(rng, tree):
    box, key = pick(rng, tree)
    other_box, other = pick(rng, tree)
    mine, theirs = copy.deepcopy(box[key]), copy.deepcopy(other_box[other])
    box[key] = theirs
    other_box[other] = mine


CHANGES = [change_value, twist_value, delete, rename, add, move, move_with_id, copy_part, swap]


def meaning(value, name=""):
    """What a document says to a reader of JSON, order and spelling aside.

    Sets have no order and no repetition, a set of one is its member, 3.0 is 3, and a value
    object or reference with nothing else says what the plain value says.
    """
    if isinstance(value, bool) or value is None:
        return ("bool", value)
    if isinstance(value, (int, float)):
        return ("number", float(value))
    if isinstance(value, str):
        return ("text", value)
    if isinstance(value, list):
        items = [meaning(one, name) for one in value]
        if name in LISTS:
            return ("list", tuple(items))
        unique = frozenset(items)
        return next(iter(unique)) if len(unique) == 1 and items else ("set", unique)
    if set(value) == {"id"} or set(value) == {"@value"}:
        return meaning(next(iter(value.values())))
    if name in LISTS:
        return ("list", (meaning(value),))
    return ("object", frozenset((key, meaning(one, key)) for key, one in value.items()))
