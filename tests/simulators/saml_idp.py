"""A SAML 2.0 identity provider in memory; what it signs is signed by xmlsec."""

from __future__ import annotations

import base64
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from lxml import etree

from stackmark.adapters.clock import SystemClock

ENTITY = "https://idp.westfield.example/saml"
SSO = "https://idp.westfield.example/sso"
_TEXT = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{response}" Version="2.0"
 IssueInstant="{now}" Destination="{acs}"{asked}>
<saml:Issuer>{issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="{assertion}" Version="2.0" IssueInstant="{now}">
<saml:Issuer>{issuer}</saml:Issuer>
<saml:Subject><saml:NameID Format="{format}">{subject}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{end}" Recipient="{recipient}"{asked}/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{begin}" NotOnOrAfter="{end}"><saml:AudienceRestriction>
<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}"><saml:AuthnContext><saml:AuthnContextClassRef>
urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>
</saml:AuthnStatement>
<saml:AttributeStatement>
<saml:Attribute Name="urn:oid:0.9.2342.19200300.100.1.3"><saml:AttributeValue>{mail}</saml:AttributeValue></saml:Attribute>
<saml:Attribute Name="urn:oid:2.16.840.1.113730.3.1.241"><saml:AttributeValue>{name}</saml:AttributeValue></saml:Attribute>
</saml:AttributeStatement>
</saml:Assertion></samlp:Response>"""
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@cache
def key_and_certificate(number):
    """A key of its own a number, in PEM with its certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"idp {number}")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(number + 1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem, made.public_bytes(Encoding.PEM)


def question(url):
    """The AuthnRequest of a redirect: its id and where it wants the answer."""
    packed = parse_qs(urlsplit(url).query)["SAMLRequest"][0]
    tree = etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))
    return tree.get("ID"), tree.get("AssertionConsumerServiceURL")


def stamp(moment):
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(*, asked, acs, audience, number=1, now=None, sign=True, signer=0, life=300, **more):
    """A response, as bytes of XML. ``more`` replaces words of it."""
    now = now or SystemClock().now()
    words = {
        "response": f"_r{number}",
        "assertion": f"_a{number}",
        "now": stamp(now),
        "begin": stamp(now - timedelta(seconds=60)),
        "end": stamp(now + timedelta(seconds=life)),
        "acs": acs,
        "recipient": acs,
        "asked": f' InResponseTo="{asked}"' if asked else "",
        "issuer": ENTITY,
        "audience": audience,
        "format": PERSISTENT,
        "subject": "w-0042",
        "mail": "wren@westfield.example",
        "name": "Wren West",
    } | more
    tree = etree.fromstring(_TEXT.format(**words).encode())
    return etree.tostring(signed(tree, signer)) if sign else etree.tostring(tree)


def signed(tree, signer=0):
    """The response with a signature over its assertion."""
    pem, certificate = key_and_certificate(signer)
    assertion = tree.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
    node = xmlsec.template.create(
        assertion, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256, ns="ds"
    )
    assertion.insert(1, node)
    reference = xmlsec.template.add_reference(
        node, xmlsec.Transform.SHA256, uri=f"#{assertion.get('ID')}"
    )
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    xmlsec.tree.add_ids(tree, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM, None)
    context.key.load_cert_from_memory(certificate, xmlsec.KeyFormat.PEM)
    context.sign(node)
    return tree


def posted(xml):
    return {"SAMLResponse": base64.b64encode(xml).decode(), "RelayState": ""}
