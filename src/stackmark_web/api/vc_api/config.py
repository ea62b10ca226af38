"""What the W3C and CCG suites want to be told: a ready ``localConfig.cjs``."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from stackmark.issuing.securing import BBS, SD, VC_JWT
from stackmark_web.api.vc_api.issuers import DEFAULT, ISSUERS, Issuer

_CHECKED = ("eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019", "ecdsa-jcs-2019", SD, BBS)


def base() -> str:
    """The address of the VC API, without a slash at its end."""
    return f"{settings.PUBLIC_URL}/vc-api"


def local_config() -> dict[str, Any]:
    """The object of ``localConfig.cjs``: every issuer with its own address and DID."""
    did = ISSUERS[DEFAULT].key.did
    tags = ["vc2.0", "vc-api", "EnvelopingProof", "JWT", "BitstringStatusList", *_CHECKED]
    checker = {"id": did, "supports": {"vc": ["1.1", "2.0"]}, "tags": tags}
    curves = {"supportedEcdsaKeyTypes": ["P-256", "P-384"]}
    return {
        "settings": {"enableInteropTests": False, "testAllImplementations": False},
        "implementations": [
            {
                "name": "Stackmark",
                "implementation": "Stackmark",
                "issuers": [_issuer(one) for one in ISSUERS.values()],
                "verifiers": [{**checker, **curves, "endpoint": f"{base()}/credentials/verify"}],
                "vpVerifiers": [{**checker, "endpoint": f"{base()}/presentations/verify"}],
                "vcHolders": [
                    {
                        "id": did,
                        "endpoint": f"{base()}/credentials/derive",
                        "tags": ["vcHolder", SD, BBS],  # what the suites look for
                        "supportedEcdsaKeyTypes": ["P-256"],
                    }
                ],
                "didResolvers": [
                    {"id": did, "endpoint": f"{base()}/identifiers", "tags": ["did-key"]}
                ],
            }
        ],
    }


def _issuer(one: Issuer) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": one.key.did,
        "endpoint": f"{base()}/{one.word}/credentials/issue",
        "tags": one.tags,
        "supports": {"vc": ["2.0"] if one.suite == VC_JWT else ["1.1", "2.0"]},
    }
    if one.suite.startswith("ecdsa"):
        made["supportedEcdsaKeyTypes"] = [one.algorithm]
        made["supports"]["keyTypes"] = [one.algorithm]
    return made


def as_module() -> str:
    """The text of ``localConfig.cjs``, an address a line. With a token each carries its header."""
    config = local_config()
    (one,) = config["implementations"]
    lines = [f"module.exports = {{settings: {json.dumps(config['settings'])}, implementations: [{{"]
    for name, value in one.items():
        if isinstance(value, list):
            lines += [f"  {json.dumps(name)}: [", *(_line(entry) for entry in value), "  ],"]
        else:
            lines.append(f"  {json.dumps(name)}: {json.dumps(value)},")
    return "\n".join([*lines, "}]};", ""])


def _line(entry: dict[str, Any]) -> str:
    if settings.VC_API_TOKEN:
        entry = {**entry, "headers": {"Authorization": "Bearer <STACKMARK_VC_API_TOKEN>"}}
    return f"    {json.dumps(entry)},"


def greeting() -> list[str]:
    """What is said at the start of the server."""
    dids = dict.fromkeys((one.algorithm, one.key.did) for one in ISSUERS.values())
    return [
        f"The VC API is at {base()}/ and signs as",
        *(f"  {algorithm:9} {did}" for algorithm, did in dids),
        f"For the W3C suites, save this as localConfig.cjs (again: {_again()}):",
        *as_module().splitlines(),
    ]


def _again() -> str:
    """The command that prints the same addresses; the environment it reads itself."""
    words = ["stackmark-web vc_api_config"]
    if settings.DEV_TLS:
        words.append("--dev-tls")
        port = urlsplit(settings.PUBLIC_URL).port
        words += [] if port in (None, 8443) else [f"--port {port}"]
    return " ".join(words)
