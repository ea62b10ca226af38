"""Keys: how they are written, how strong they are, who controls them, and signing with them.

::

    PublicKey.from_multikey / from_jwk / from_pem    → verify(signature, data)
    PrivateKey.generate / from_pem / from_jwk / …    → sign(data), a ports.Signer
    resolve_method(url, fetcher)                     → the key, bound to its controller
    did_key, did_jwk, did_web                        → identifiers
    seal, open_keyfile                               → key files at rest
"""

from stackmark.keys.controller import (
    VerificationMethod,
    document_for,
    fetch_jwk,
    find_method,
    resolve_method,
)
from stackmark.keys.did import (
    DidUrl,
    default_identity,
    did_jwk,
    did_key,
    did_key_method_id,
    did_web,
    did_web_url,
)
from stackmark.keys.did_document import new_document, revoke, rotate
from stackmark.keys.keyfile import KeyFile, open_keyfile, seal
from stackmark.keys.multibase import (
    MultibaseError,
    b58decode,
    b58decode64,
    b58encode,
    b58encode64,
    b64url_decode,
    b64url_encode,
    multibase_decode,
)
from stackmark.keys.private import PrivateKey
from stackmark.keys.public import PublicKey
from stackmark.keys.strength import refuse_weak

__all__ = [
    "DidUrl",
    "KeyFile",
    "MultibaseError",
    "PrivateKey",
    "PublicKey",
    "VerificationMethod",
    "b58decode",
    "b58decode64",
    "b58encode",
    "b58encode64",
    "b64url_decode",
    "b64url_encode",
    "default_identity",
    "did_jwk",
    "did_key",
    "did_key_method_id",
    "did_web",
    "did_web_url",
    "document_for",
    "fetch_jwk",
    "find_method",
    "multibase_decode",
    "new_document",
    "open_keyfile",
    "refuse_weak",
    "resolve_method",
    "revoke",
    "rotate",
    "seal",
]
