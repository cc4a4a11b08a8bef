"""A receiver of Nodus' webhooks: `WEBHOOK_SECRET=whsec_… python receiver.py [PORT] [FILE]`, after `pip install standardwebhooks`.

It verifies, keeps each event once, and answers; what you do with them, do afterwards, from the file. TLS is your proxy's.
"""

import os
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])  # while secrets rotate Nodus signs with both: the old or the new one will do
ORIGIN = os.environ.get("WEBHOOK_ORIGIN", "")  # of your Nodus, such as https://nodus.example; empty: whoever asks
PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
FILE = sys.argv[2] if len(sys.argv) > 2 else "received.sqlite"
LARGEST = 65_536


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # seconds that a connection may be silent

    def do_OPTIONS(self):
        """The handshake: we want events from this origin, at most so many a minute."""
        origin = self.headers.get("WebHook-Request-Origin", "")
        if not origin or origin != (ORIGIN or origin):
            return self.answer(403)
        return self.answer(200, {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "600", "Allow": "POST, OPTIONS"})

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST:
            self.close_connection = True  # its body is not read
            return self.answer(413)
        body = self.rfile.read(int(length))
        try:
            event = WEBHOOK.verify(body, {name.lower(): value for name, value in self.headers.items()})
        except WebhookVerificationError:
            return self.answer(401)
        with sqlite3.connect(FILE, timeout=10) as kept:  # on disk before we say that we have it; a repeat changes nothing
            kept.execute("INSERT OR IGNORE INTO event (id, type, body) VALUES (?, ?, ?)", (event["id"], event["type"], body))
        return self.answer(204)

    def answer(self, status, headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    with sqlite3.connect(FILE) as kept:
        kept.execute("CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, type TEXT, body BLOB, done INTEGER DEFAULT 0)")
    ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
