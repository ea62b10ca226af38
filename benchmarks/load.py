"""A load generator over raw sockets: keep-alive connections, one request after another on each.

    python benchmarks/load.py HOST PORT SECONDS CONNECTIONS FILE

``FILE`` holds ready HTTP/1.1 requests, each with its length before it; they are sent in turn. Prints
one line of JSON: requests a second, quantiles of the time to the whole answer in ms, answers by
status, errors, the most bytes of one answer.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import Counter
from pathlib import Path

PATIENCE = 60  # seconds more, for a first answer


class Line:
    """One connection."""

    def __init__(self, address, requests, start):
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests, self.turn = requests, start
        self.buffer = b""
        self.wanted = None

    def send(self):
        self.begun = time.perf_counter()
        self.buffer, self.wanted = b"", None
        self.socket.sendall(self.requests[self.turn % len(self.requests)])
        self.turn += 1

    def read(self):
        """Status when the answer is whole, None while it is not; raises when the line is dead."""
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("closed")
        self.buffer += data
        if self.wanted is None:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = self.buffer[:end].lower()
            length = 0
            for line in head.split(b"\r\n")[1:]:
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
            self.wanted = end + 4 + length
        return int(self.buffer[9:12]) if len(self.buffer) >= self.wanted else None


def run(host, port, seconds, connections, requests):
    selector = selectors.DefaultSelector()
    step = max(7, len(requests) // connections)  # as far from each other as there are requests
    lines = [Line((host, port), requests, place * step) for place in range(connections)]
    for line in lines:
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.send()
    begun = time.perf_counter()
    last = begun + seconds
    times, answers, errors, most = [], Counter(), 0, 0
    # On a busy machine not one slow answer may come in time: wait for the first of each line.
    while (now := time.perf_counter()) < last or (
        len(times) < connections - errors and now < last + PATIENCE
    ):
        for key, _ in selector.select(0.2):
            line = key.data
            try:
                status = line.read()
            except OSError:
                errors += 1
                selector.unregister(line.socket)
                line.socket.close()
                continue
            if status is not None:
                times.append(time.perf_counter() - line.begun)
                answers[status] += 1
                most = max(most, line.wanted)
                line.send()
    spent = now - begun
    times.sort()
    at = lambda share: round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 2)  # noqa: E731
    return {
        "per_second": round(len(times) / spent, 1),
        "p50": at(0.5) if times else None,
        "p99": at(0.99) if times else None,
        "max": at(1) if times else None,
        "answers": dict(answers),
        "errors": errors,
        "bytes": most,
    }


def pack(requests):
    return b"".join(len(one).to_bytes(4, "big") + one for one in requests)


def unpack(data):
    found, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        found.append(data[place + 4 : place + 4 + size])
        place += 4 + size
    return found


if __name__ == "__main__":
    host, port, seconds, connections, file = sys.argv[1:]
    requests = unpack(Path(file).read_bytes())
    print(json.dumps(run(host, int(port), float(seconds), int(connections), requests)))
