"""Make examples/foreign anew: five credentials by other people's software.

python tools/make_foreign_examples.py      (needs `make interop` once, for the Node packages)

Each run draws new keys, so the files change; what they show does not. See
examples/foreign/README.md for what each is.
"""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from openbadgeslib.ob2.models import Assertion, CryptographicKey, IdentityObject, Verification
from openbadgeslib.ob2.signer import OB2Signer
from openbadgeslib.ob3 import Achievement, Issuer, OB3LdpSigner, OpenBadgeCredential

from stackmark.keys import PrivateKey, default_identity, new_document
from stackmark.rendering.art import default_image

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "examples" / "foreign"
NODE = ROOT / "tests" / "conformance" / "node"
NOW = "2026-11-02T09:00:00Z"


def node(program: str, job: dict) -> dict:
    """One answer of a program in tests/conformance/node, which runs the npm packages."""
    done = subprocess.run(
        ["node", NODE / f"{program}.mjs"],
        input=json.dumps([job]).encode(),
        capture_output=True,
        check=True,
    )
    (answer,) = json.loads(done.stdout)
    if not answer["ok"]:
        raise SystemExit(f"{program}: {answer['errors']}")
    return answer


def baked_by_openbadgeslib() -> None:
    key = PrivateKey.generate("ed25519")
    credential = OpenBadgeCredential(
        issuer=Issuer(id=default_identity(key.public_key)[0], name="Clay and Kiln Workshop"),
        recipient_id="mailto:marek@example.org",
        achievement=Achievement(
            id="https://clay.example/badges/glaze",
            name="Glaze Mixing",
            description="Mixes three glazes from the raw materials, safely and to the recipe.",
            criteria_narrative="Three test tiles, fired and judged by two potters.",
        ),
        issuance_date=datetime(2026, 5, 4, 9, tzinfo=UTC),
    )
    made = OB3LdpSigner(key.to_pem()).sign_into_png(credential, default_image("png"))
    (OUT / "1-openbadgeslib.png").write_bytes(made)


def older_badge_by_openbadgeslib(documents: dict) -> None:
    key = PrivateKey.generate("rsa3072")
    home = "https://choir.example/badges"
    public = key.public_key.to_pem().decode()
    documents[f"{home}/key"] = CryptographicKey(f"{home}/key", f"{home}/issuer", public).to_dict()
    context = "https://w3id.org/openbadges/v2"
    documents[f"{home}/issuer"] = {
        "@context": context,
        "type": "Issuer",
        "id": f"{home}/issuer",
        "name": "Harbour Street Choir",
        "url": "https://choir.example/",
        "email": "desk@choir.example",
        "publicKey": f"{home}/key",
    }
    documents[f"{home}/class/sight"] = {
        "@context": context,
        "type": "BadgeClass",
        "id": f"{home}/class/sight",
        "name": "Sight Singing",
        "description": "Sings an unknown line of sixteen bars at the first try.",
        "image": "https://choir.example/sight.svg",
        "criteria": {"narrative": "Heard by the conductor and one guest."},
        "issuer": f"{home}/issuer",
    }
    assertion = Assertion(
        recipient=IdentityObject.create("ines@example.org", salt="5e1f3a90c2b84d17"),
        badge=f"{home}/class/sight",
        verification=Verification("SignedBadge", f"{home}/key"),
        issued_on=datetime(2019, 6, 1, tzinfo=UTC),
    )
    made = OB2Signer(key.to_pem()).sign_into_svg(assertion, default_image("svg"))
    (OUT / "2-openbadges-2.svg").write_bytes(made)


def badge(issuer: dict, name: str, text: str, recipient: str) -> dict:
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:7c9e6679-7425-40de-944b-{name.encode().hex()[:12]}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": name,
        "issuer": issuer,
        "validFrom": NOW,
        "credentialSubject": {
            "id": recipient,
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://badges.example.net/" + name.lower().replace(" ", "-"),
                "type": ["Achievement"],
                "name": name,
                "description": text,
                "criteria": {"narrative": "Shown in practice to a member of staff."},
            },
        },
    }


def by_digitalbazaar() -> dict:
    key = PrivateKey.generate("ed25519")
    issuer = {
        "id": default_identity(key.public_key)[0],
        "type": ["Profile"],
        "name": "Meadow Lane Library",
    }
    credential = badge(
        issuer,
        "Book Binding",
        "Sews and covers a notebook of six signatures.",
        "did:example:reader",
    )
    pair = {
        "secretKeyMultibase": key.to_multikey(),
        "publicKeyMultibase": key.public_key.to_multikey(),
    }
    job = {
        "op": "issue",
        "credential": credential,
        "suite": "eddsa-rdfc-2022",
        "key": pair,
        "date": NOW,
        "now": NOW,
    }
    made = node("data_integrity", job)["credential"]
    (OUT / "3-digitalbazaar.json").write_text(json.dumps(made, indent=2) + "\n")
    return made


def by_jose(documents: dict) -> None:
    key = PrivateKey.generate("p256")
    did, method = "did:web:guild.example", "did:web:guild.example#badges"
    documents["https://guild.example/.well-known/did.json"] = new_document(
        did, method, key.public_key
    )
    issuer = {"id": did, "type": ["Profile"], "name": "Guild of Cartographers"}
    credential = badge(
        issuer,
        "Contour Reading",
        "Finds a way over a ridge by the map alone.",
        "did:example:walker",
    )
    claims = {
        "iss": did,
        "jti": credential["id"],
        "sub": "did:example:walker",
        "nbf": int(datetime.fromisoformat(NOW).timestamp()),
    }
    header = {"alg": "ES256", "typ": "JWT", "kid": method}
    job = {"op": "sign", "payload": credential | claims, "header": header, "jwk": key.to_jwk()}
    (OUT / "4-jose.jwt").write_text(node("tokens", job)["token"] + "\n")


def tampered(made: dict) -> None:
    made["credentialSubject"]["achievement"]["name"] = "Master of Book Binding"
    made["name"] = "Master of Book Binding"
    (OUT / "5-tampered.json").write_text(json.dumps(made, indent=2) + "\n")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    documents: dict = {}
    baked_by_openbadgeslib()
    older_badge_by_openbadgeslib(documents)
    made = by_digitalbazaar()
    by_jose(documents)
    tampered(made)
    (OUT / "documents.json").write_text(json.dumps(documents, indent=2) + "\n")


if __name__ == "__main__":
    main()
