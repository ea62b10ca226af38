"""A mail server in a thread that answers as it is told and keeps what it took."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager

SLOW = "slow"


class SmtpHost:
    """``answers`` maps a command word (MAIL, RCPT, DATA, END) to the line it gets.

    ``""`` hangs up; ``SLOW`` says nothing until the other side is tired of waiting.
    """

    def __init__(self, answers=None):
        self.answers = answers or {}
        self.taken = []
        self.calls = 0
        self.port = 0

    def answer(self, word, usual):
        return self.answers.get(word, usual)


def _handler(host):
    class Handler(socketserver.StreamRequestHandler):
        def say(self, line):
            if line == SLOW:
                self.rfile.readline()
                return False
            if not line:
                return False
            self.wfile.write(line.encode() + b"\r\n")
            return True

        def handle(self):
            host.calls += 1
            self.say("220 simulator")
            while raw := self.rfile.readline():
                word = raw.split(b" ")[0].strip().decode().upper()
                if word == "QUIT":
                    self.say("221 bye")
                    return
                usual = {"DATA": "354 go on", "EHLO": "250 simulator"}.get(word, "250 fine")
                line = host.answer(word, usual)
                if not self.say(line):
                    return
                if word == "DATA" and line.startswith("354"):
                    body = b""
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        body += part
                    host.taken.append(body)
                    if not self.say(host.answer("END", "250 taken")):
                        return

    return Handler


@contextmanager
def smtp_host(**answers):
    """A running server; ``host.taken`` are the letters, ``host.port`` where it listens."""
    host = SmtpHost(answers)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(host)) as server:
        server.daemon_threads = True
        host.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()
