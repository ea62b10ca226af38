"""Signing in with an institution by SAML 2.0: the good way and every bad one."""

from __future__ import annotations

import copy
import html
import random
import re

import pytest
from django.core.cache import cache
from django.test import Client
from lxml import etree

from simulators import saml_idp
from stackmark_web import clock
from stackmark_web.accounts import providers
from stackmark_web.accounts.models import Identity, SpentAnswer, User

GOES = re.compile(r'content="0;url=([^"]+)"')
BASE = "http://127.0.0.1:8000/account/from/westfield"
NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion"}


@pytest.fixture
def wren(db, settings, tmp_path, person):
    pem = tmp_path / "idp.pem"
    pem.write_bytes(saml_idp.key_and_certificate(0)[1])
    path = tmp_path / "saml.toml"
    path.write_text(
        f'[[provider]]\nname = "westfield"\ntitle = "Westfield"\nentity_id = "{saml_idp.ENTITY}"\n'
        f'sso_url = "{saml_idp.SSO}"\ncertificates = ["{pem}"]\n'
        'mail_domains = ["westfield.example"]\n'
    )
    settings.SAML_FILE = str(path)
    cache.clear()
    made = person("wren")
    Identity.objects.create(
        user=made,
        provider="westfield",
        issuer=saml_idp.ENTITY,
        subject="w-0042",
        added_at=clock.now(),
    )
    yield made
    cache.clear()
    providers._read.cache_clear()


def begin(client, **form):
    answer = client.post("/account/with/westfield", form)
    url = html.unescape(GOES.search(answer.content.decode())[1])
    assert url.startswith(saml_idp.SSO + "?")
    asked, acs = saml_idp.question(url)
    return {"asked": asked, "acs": acs, "audience": f"{BASE}/metadata"}


def post(xml, **more):
    """The provider's page posts it: from another site, so without our cookies."""
    sent = saml_idp.posted(xml) | more
    return Client(enforce_csrf_checks=True).post("/account/from/westfield/acs", sent)


def who(client):
    return client.session.get("_auth_user_id")


def reasons(caplog):
    told = [one.getMessage() for one in caplog.records if "institution_views" in one.name]
    return [one.partition("refused: ")[2] for one in told]


def test_who_is_connected_is_let_in(client, wren):
    asked = begin(client, next="/recognition")
    assert asked["acs"] == f"{BASE}/acs"
    over = post(saml_idp.answer(**asked))
    assert "wren" not in over["Location"]
    answer = client.get(over["Location"])
    assert answer["Location"] == "/recognition"
    assert who(client) == str(wren.pk)


def test_a_newcomer_makes_an_account(client, wren):
    Identity.objects.all().delete()
    over = post(saml_idp.answer(**begin(client)))
    assert client.get(over["Location"])["Location"] == "/account/newcomer"
    client.post("/account/newcomer", {"name": "Wren", "age": "grown"})
    made = User.objects.get(email="wren@westfield.example")
    assert who(client) == str(made.pk)
    assert made.identities.get().subject == "w-0042"


def test_metadata_names_our_addresses(client, wren):
    tree = etree.fromstring(client.get("/account/from/westfield/metadata").content)
    assert tree.get("entityID") == f"{BASE}/metadata"
    assert f"{BASE}/acs" in [one.get("Location") for one in tree.iter() if one.get("Location")]


def test_an_answer_works_once(client, wren, caplog):
    xml = saml_idp.answer(**begin(client))
    client.get(post(xml)["Location"])
    again = Client()
    begin(again)
    assert post(xml)["Location"] == "/account/from/westfield/refused"
    assert reasons(caplog) == ["replay"]
    assert SpentAnswer.objects.count() == 1


def test_only_the_browser_that_asked_is_let_in(client, wren, caplog):
    over = post(saml_idp.answer(**begin(client)))
    stranger = Client()
    begin(stranger)
    assert stranger.get(over["Location"]).status_code == 400
    assert reasons(caplog) == ["another question"]
    assert client.get(over["Location"]).status_code == 400, "it was taken up already"
    assert who(stranger) is None
    assert who(client) is None


WRONG = {
    "audience": {"audience": "https://elsewhere.example/metadata"},
    "Invalid issuer": {"issuer": "https://idp.elsewhere.example"},
    "confirmation$": {"recipient": f"{BASE}/acs/../evil"},
    "not allowed|expired|timestamp": {"life": -400},
    "another place": {"acs": "https://elsewhere.example/acs"},
    "Signature validation failed": {"signer": 1},
    "not signed|unsigned|No Signature": {"sign": False},
    "subject": {"format": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"},
    "not asked for|confirmation": {"asked": ""},
}


@pytest.mark.parametrize("word", WRONG)
def test_a_wrong_answer_is_refused(client, wren, caplog, word):
    over = post(saml_idp.answer(**begin(client) | WRONG[word]))
    assert over["Location"] == "/account/from/westfield/refused"
    assert client.get(over["Location"]).status_code == 400
    (told, *_rest) = reasons(caplog)
    words = "received at" if word == "another place" else word
    assert re.search(words, told, re.IGNORECASE), told
    assert who(client) is None
    assert not SpentAnswer.objects.exists(), "what is refused uses nothing up"


def wrapped(xml, way):
    """XML signature wrapping: a forged assertion beside, around or before the signed one."""
    tree = etree.fromstring(xml)
    signed = tree.find("saml:Assertion", NS)
    evil = copy.deepcopy(signed)
    evil.set("ID", "_evil")
    evil.find(".//saml:NameID", NS).text = "admin"
    signature = evil.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    evil.remove(signature)
    if way == "before":
        tree.insert(tree.index(signed), evil)
    elif way == "after":
        tree.append(evil)
    elif way == "around":
        tree.replace(signed, evil)
        evil.append(signed)
    elif way == "in the signature":
        tree.replace(signed, evil)
        evil.insert(1, signature)
        holder = etree.SubElement(signature, "{http://www.w3.org/2000/09/xmldsig#}Object")
        holder.append(signed)
    elif way == "same id":
        evil.set("ID", signed.get("ID"))
        tree.insert(tree.index(signed), evil)
    elif way == "changed":
        signed.find(".//saml:NameID", NS).text = "admin"
    return etree.tostring(tree)


@pytest.mark.parametrize(
    "way", ["before", "after", "around", "in the signature", "same id", "changed"]
)
def test_signature_wrapping_is_refused(client, wren, way):
    User.objects.create_user("root@people.example", None, is_operator=True)
    over = post(wrapped(saml_idp.answer(**begin(client)), way))
    assert over["Location"] == "/account/from/westfield/refused"
    assert who(client) is None


@pytest.mark.parametrize(
    ("xml", "word"),
    [
        (b"", "size"),
        (b"<", "xml"),
        (b"<a/>", "."),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype"),
        (b"<samlp:Response/>", "xml"),
        (b"<a>" + b"b" * 300_000 + b"</a>", "size"),
    ],
    ids=["nothing", "a sign", "another document", "doctype", "no namespace", "too much"],
)
def test_what_is_no_answer_is_refused(client, wren, caplog, xml, word):
    begin(client)
    assert post(xml)["Location"] == "/account/from/westfield/refused"
    assert re.search(word, reasons(caplog)[0])


def test_a_comment_in_a_name_is_refused(client, wren, caplog):
    """Some readers take only what stands before a comment: admin<!---->.evil is not admin."""
    xml = saml_idp.answer(**begin(client)).replace(b">w-0042<", b">w-<!---->0042<")
    post(xml)
    assert reasons(caplog) == ["comment"]


def test_where_the_answer_leads_is_not_said_by_the_provider(client, wren):
    over = post(saml_idp.answer(**begin(client)), RelayState="https://evil.example/")
    assert client.get(over["Location"])["Location"] == "/passport"


def test_an_address_outside_its_domains_is_not_vouched_for(client, wren):
    Identity.objects.all().delete()
    over = post(saml_idp.answer(**begin(client), mail="root@people.example"))
    client.get(over["Location"])
    assert 'name="age"' not in client.get("/account/newcomer").content.decode()


def test_an_answer_handed_over_waits_two_minutes_at_most(client, wren, monkeypatch):
    from stackmark_web.accounts import saml

    monkeypatch.setattr(saml, "HANDED_OVER", -1)
    over = post(saml_idp.answer(**begin(client)))
    assert client.get(over["Location"]).status_code == 400


def said_twice(asked, first, second, name="urn:oid:0.9.2342.19200300.100.1.3"):
    """An answer in which an attribute stands twice, signed by the provider as it is."""
    tree = etree.fromstring(saml_idp.answer(**asked, sign=False))
    one = tree.find(".//saml:Attribute", NS)
    one.set("Name", name)
    other = copy.deepcopy(one)
    one[0].text, other[0].text = first, second
    one.getparent().append(other)
    return etree.tostring(saml_idp.signed(tree))


def test_an_attribute_said_twice_that_we_do_not_use_is_no_trouble(client, wren):
    """Affiliations come so from many."""
    over = post(said_twice(begin(client), "student", "staff", "urn:oid:1.3.6.1.4.1.5923.1.1.1.1"))
    client.get(over["Location"])
    assert who(client) == str(wren.pk)


def test_two_values_of_what_names_a_person_are_refused_by_name(client, wren, caplog):
    over = post(said_twice(begin(client), "wren@westfield.example", "root@westfield.example"))
    assert over["Location"] == "/account/from/westfield/refused"
    assert reasons(caplog) == [
        "attribute: urn:oid:0.9.2342.19200300.100.1.3 has 2 values, and one is wanted"
    ]
    assert who(client) is None


JUNK = [
    b"\x00",
    b"<",
    b">",
    b"&",
    b"&x;",
    b"]]>",
    b"\xff",
    b"\xed\xa0\x80",
    b'"',
    b"",
    b"7",
    b"Z",
    b"=",
]


def junk(xml, chance):
    """One change anywhere: a byte replaced, a piece cut out, doubled or moved."""
    at = chance.randrange(len(xml))
    end = min(len(xml), at + chance.choice([1, 1, 1, 4, 40, 400]))
    how = chance.randrange(4)
    if how == 0:
        return xml[:at] + chance.choice(JUNK) + xml[at + 1 :]
    if how == 1:
        return xml[:at] + xml[end:]
    if how == 2:
        return xml[:end] + xml[at:]
    to = chance.randrange(len(xml))
    rest = xml[:at] + xml[end:]
    return rest[:to] + xml[at:end] + rest[to:]


def said(xml):
    """What the signature is about: the assertion without it, in canonical form."""
    try:
        found = etree.fromstring(xml).find("saml:Assertion", NS)
    except etree.XMLSyntaxError:
        return None
    if found is None:
        return None
    for one in found.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        found.remove(one)
    return etree.tostring(found, method="c14n", exclusive=True)


def test_200_junk_changes_break_nothing_and_let_nobody_in(client, wren):
    """Never an error of ours, and only who is named in exactly what was signed comes in."""
    chance = random.Random(20261129)
    refused = 0
    for number in range(200):
        cache.clear()
        browser = Client(raise_request_exception=False)
        good = saml_idp.answer(**begin(browser), number=number)
        bad = junk(good, chance)
        over = post(bad)
        assert over.status_code == 302, (number, over.status_code)
        assert browser.get(over["Location"]).status_code in (302, 400), number
        if who(browser) is None:
            refused += 1
        else:  # the change was outside of what is signed, or says the same
            assert (who(browser), said(bad)) == (str(wren.pk), said(good)), number
    assert refused > 150
