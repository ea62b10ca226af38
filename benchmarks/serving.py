"""The web server under load: one granian worker on a prepared data folder, the load from a second process.

    python benchmarks/serving.py [--seconds 8] [--connections 16] [--threads 2] [--only verify] [--json FILE]

Verify endpoint (50 credentials of 6 KB of an institution here in turn, the same with other bytes
each time, and of a foreign issuer with a ``did:key``), public credential page, its JSON, the status list; for comparison the same pages on
Django's own path. On the verify endpoint every answer is read once and must say "verified".
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import load
import product

HERE = Path(__file__).resolve().parent
GOALS = {
    "verify, issuer known here, no two alike": (1_500, 50),
    "verify, issuer known here": (1_500, 50),
    "verify, foreign issuer": (None, None),
    "public credential page": (500, 50),
    "status list": (2_000, None),
    "status list, 304": (2_000, None),
}
CREDENTIALS = 50
ALIKE = 200  # so many spaces at the end at most: 10,000 requests, five seconds and more
START = 300  # seconds a server may take on a busy machine


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def http(method, path, host, *, body=b"", **headers):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def foreign(count):
    """Credentials of 6 KB of a ``did:key``: the one of the benchmarks, without its status."""
    import orjson

    from stackmark.keys.did import did_key, did_key_method_id
    from stackmark.keys.private import PrivateKey
    from stackmark.proofs.data_integrity import make_proof
    from stackmark.proofs.suites import Canonicals

    key = PrivateKey.from_seed(bytes(range(32)))
    found = []
    for number in range(count):
        tree = json.loads((HERE / "credential.json").read_bytes())
        tree.pop("credentialStatus")
        tree["id"] = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
        tree["issuer"]["id"] = did_key(key.public_key)
        proof = make_proof(
            Canonicals(tree),
            suite="eddsa-rdfc-2022",
            signer=key,
            method=did_key_method_id(key.public_key),
            created="2026-05-04T08:00:00Z",
        )
        found.append(orjson.dumps({**tree, "proof": proof}))
    return found


def prepare(folder):
    """Requests by name."""
    product.start(folder)
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    owner, organisation = product.institution()
    version = product.achievement(organisation, owner)
    own = product.published(version, owner, CREDENTIALS)
    from stackmark_web.awarding.models import StatusList

    return own, foreign(CREDENTIALS), str(StatusList.everywhere.get().pk)


def requests_of(host, own, others, list_id):
    vc = {"Content_Type": "application/vc", "Accept": "application/json"}
    html = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "Accept_Language": "en"}
    lists = f"/status/{list_id}/revocation"
    return {
        # Other bytes each time, so that the server, which keeps a verdict for its second, has none.
        "verify, issuer known here, no two alike": [
            http("POST", "/api/v1/verify", host, body=data + b" " * number, **vc)
            for number in range(ALIKE)
            for _, data in own
        ],
        "verify, issuer known here": [
            http("POST", "/api/v1/verify", host, body=data, **vc) for _, data in own
        ],
        "verify, foreign issuer": [
            http("POST", "/api/v1/verify", host, body=data, **vc) for data in others
        ],
        "public credential page": [
            http("GET", f"/credentials/{pk}", host, **html) for pk, _ in own
        ],
        "public credential page, by Django": [
            http("GET", f"/credentials/{pk}", host, Cookie="a=b", **html) for pk, _ in own
        ],
        "public credential, its JSON": [
            http("GET", f"/credentials/{pk}.json", host, Accept="application/vc") for pk, _ in own
        ],
        "status list": [http("GET", lists, host, Accept="application/vc")],
        "status list, by Django": [http("GET", lists, host, Accept="application/vc", Cookie="a=b")],
    }


def once(host, port, request):
    """Status, headers and body of one request."""
    line = load.Line((host, port), [request], 0)
    line.send()
    while line.read() is None:
        pass
    head, _, body = line.buffer.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


class Server:
    """One worker, as ``stackmark-web serve`` starts it."""

    def __init__(self, port, threads):
        words = [sys.executable, "-m", "granian", "stackmark_web.wsgi:application"]
        words += ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        words += ["--workers", "1", "--blocking-threads", str(threads), "--backlog", "1024"]
        words += ["--no-ws", "--log-level", "warning"]
        path = os.pathsep.join([str(product.ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            words, env={**os.environ, "PYTHONPATH": path}, start_new_session=True
        )
        last = time.monotonic() + START
        while time.monotonic() < last and self.process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            time.sleep(0.1)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        raise SystemExit(f"the server did not start within {START} s")

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)

    def tree(self):
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return [self.process.pid, *map(int, found.stdout.split())]


def measure(port, name, requests, options):
    with tempfile.NamedTemporaryFile() as file:
        file.write(load.pack(requests))
        file.flush()
        words = [sys.executable, str(HERE / "load.py"), "127.0.0.1", str(port)]
        tail = [str(options.connections), file.name]
        subprocess.run([*words, "1", *tail], capture_output=True, check=True)  # to warm up
        done = subprocess.run(
            [*words, str(options.seconds), *tail], capture_output=True, text=True, check=True
        )
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path, help="a folder to use again")
    options = parser.parse_args()
    rows = []

    def keep(what, found):
        rows.append((what, found))
        print(line(what, found), flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = options.data or Path(name)
        port = free_port()
        os.environ["STACKMARK_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        os.environ["STACKMARK_VERIFY_PER_MINUTE"] = "0"
        made = prepare(folder)
        host = f"127.0.0.1:{port}"
        server = Server(port, options.threads)
        try:
            for what, requests in requests_of(host, *made).items():
                if options.only not in what:
                    continue
                head, body = once("127.0.0.1", port, requests[0])
                if what.startswith("verify"):
                    assert json.loads(body)["verdict"] == "verified", (head, body[:500])
                for request in requests[:CREDENTIALS]:  # known ones: each was asked for before
                    once("127.0.0.1", port, request)
                before = sum(map(product.cpu, server.tree()))
                found = measure(port, what, requests, options)
                used = sum(map(product.cpu, server.tree())) - before
                found["cpu_us"] = round(used / max(1, sum(found["answers"].values())) * 1e6)
                keep(what, found)
                if what == "status list":
                    tag = next(one for one in head.split("\r\n") if one.lower().startswith("etag"))
                    tag = tag.partition(":")[2].strip()
                    again = [
                        http(
                            "GET",
                            requests[0].decode().split()[1],
                            host,
                            If_None_Match=tag,
                            Accept="application/vc",
                        )
                    ]
                    keep("status list, 304", measure(port, "status list, 304", again, options))
        finally:
            server.stop()
    if options.json:
        options.json.write_text(json.dumps([{"what": what, **found} for what, found in rows]))


def line(what, found):
    goal, p99 = GOALS.get(what, (None, None))
    if found["p50"] is None:
        return f"{what:40}no answer in time, {found['errors']} errors"
    met = ""
    if goal:
        good = found["per_second"] >= goal and (p99 is None or found["p99"] < p99)
        met = f"goal ≥ {goal:,}/s{f', p99 < {p99} ms' if p99 else ''}: {'yes' if good else 'NO'}"
    wrong = {key: n for key, n in found["answers"].items() if str(key) not in ("200", "304")}
    more = f"  errors {found['errors']} {wrong}" if found["errors"] or wrong else ""
    return (
        f"{what:40}{found['per_second']:9,.0f}/s  p50 {found['p50']:7.2f} ms  p99 {found['p99']:7.2f} ms"
        f"  CPU {found.get('cpu_us', 0):6,} µs  {met}{more}"
    )


if __name__ == "__main__":
    main()
