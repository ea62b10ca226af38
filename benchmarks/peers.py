"""The peers that the figures are ratios to; each from its registry, none part of the product."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import jsonld

from stackmark.canonical import contexts
from stackmark.keys.multibase import b58decode, b58encode

HERE = Path(__file__).resolve().parent
NODE = HERE.parent / "tests" / "conformance" / "node_modules"


def _loader(url, _options=None):
    return {"contextUrl": None, "documentUrl": url, "document": contexts.load(url)}


def _canonical(tree):
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _loader}
    return hashlib.sha256(jsonld.normalize(tree, options).encode()).digest()


class PyLD:
    """Issue and verify the plain way: PyLD canonicalises, cryptography signs."""

    def __init__(self, seed, method):
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self.key.public_key()
        self.method = method

    def hash(self, tree, options):
        return _canonical({**options, "@context": tree["@context"]}) + _canonical(tree)

    def issue(self, tree):
        options = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": "2026-05-04T08:00:00Z",
            "verificationMethod": self.method,
            "proofPurpose": "assertionMethod",
        }
        signature = self.key.sign(self.hash(tree, options))
        value = "z" + b58encode(signature)
        return json.dumps({**tree, "proof": {**options, "proofValue": value}}).encode()

    def verify(self, data):
        tree = json.loads(data)
        options = tree.pop("proof")
        value = options.pop("proofValue")
        self.public.verify(b58decode(value[1:]), self.hash(tree, options))


def node(script, *arguments):
    """The JSON line a Node peer prints, or None when it is not installed (make interop)."""
    program = HERE / "node" / script
    if not NODE.is_dir() or not program.is_file() or shutil.which("node") is None:
        return None
    done = subprocess.run(
        ["node", str(program), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else None
