"""What any service that takes a module's place has to speak: Banyan's protocol between modules.

The protocol is told in docs/guides/foreign-modules.md. This file is all of it that a called service needs, with Python's
standard library alone: a token on every request, calls, events, and a word about health.
"""

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN_LIFETIME_MS = 10_000
CLOCK_SKEW_MS = 5_000
MAX_BODY_BYTES = 16_777_216
MAX_NONCES = 500_000
# Above the callers' own, so that no request goes out on a connection that is just being closed.
KEEP_ALIVE_SECONDS = 60

CALL_PATH = re.compile(r"/calls/(?P<id>(?P<module>[a-z]+)\.[A-Za-z]+)")
EVENT_PATH = re.compile(r"/events/(?P<module>[a-z]+)/(?P<id>[a-z]+\.[A-Za-z]+)")


class Refusal(Exception):
    """A fact about the business: nothing has changed. Callers branch on the code."""

    def __init__(self, code, status, title, **more):
        super().__init__(title)
        self.error = {"code": code, "status": status, "title": title, **more}


def invalid(faults):
    return Refusal("request.invalid", 422, "The request is not valid", faults=faults)


def fault(pointer, code, message):
    return {"pointer": pointer, "code": code, "message": message}


class TokenRefused(Exception):
    pass


class Tokens:
    """Tells a call of the installation from any other, and each from its own repetition."""

    def __init__(self, key):
        self._key = key.encode()
        self._seen = {}
        self._lock = threading.Lock()

    def verify(self, header, callee, operation, body):
        """Who calls. The token is bound to caller, callee, operation, time and body, and good for one time."""
        parts = (header or "").removeprefix("Bearer ").split(".")
        if len(parts) != 5 or parts[0] != "v1" or not parts[2].isdecimal():
            raise TokenRefused("it is none")
        _, caller, issued, nonce, given = parts
        claims = f"v1\n{caller}\n{callee}\n{operation}\n{issued}\n{nonce}\n".encode()
        right = hmac.new(self._key, claims + body, hashlib.sha256).digest()
        if not hmac.compare_digest(base64.urlsafe_b64encode(right).rstrip(b"="), given.encode()):
            raise TokenRefused("it is forged")
        now = time.time() * 1000
        if not -CLOCK_SKEW_MS <= now - int(issued) <= TOKEN_LIFETIME_MS + CLOCK_SKEW_MS:
            raise TokenRefused("it is expired")
        if not self._is_new(nonce, now):
            raise TokenRefused("it was used before")
        return caller

    def _is_new(self, nonce, now):
        with self._lock:
            if len(self._seen) >= MAX_NONCES:
                kept = now - TOKEN_LIFETIME_MS - 2 * CLOCK_SKEW_MS
                self._seen = {each: at for each, at in self._seen.items() if at > kept}
            if nonce in self._seen or len(self._seen) >= MAX_NONCES:
                return False
            self._seen[nonce] = now
            return True


class Service(ThreadingHTTPServer):
    """One module. `operations` answer calls, by name; `hear` gets an event and returns when it is kept for good."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, key, module, operations, heard, hear):
        super().__init__(address, Handler)
        self.tokens = Tokens(key)
        self.module = module
        self.operations = {f"{module}.{name}": run for name, run in operations.items()}
        self.heard = heard
        self.hear = hear


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = KEEP_ALIVE_SECONDS
    disable_nagle_algorithm = True
    # An answer leaves in one piece.
    wbufsize = -1

    def do_GET(self):
        self._send(200, "text/plain", b"well") if self.path == "/health" else self._turn_away(404, "no such page")

    def do_POST(self):
        body = self._read()
        if body is None:
            return
        call, event = CALL_PATH.fullmatch(self.path), EVENT_PATH.fullmatch(self.path)
        asked = call or event
        if asked is None:
            return self._turn_away(404, "no such call")
        try:
            caller = self.server.tokens.verify(self.headers["Authorization"], asked["module"], asked["id"], body)
        except TokenRefused as refused:
            self.log_message("a call was turned away: %s", refused)
            # Whoever sent it hears that it was not taken, and not why.
            return self._turn_away(401, "unauthorised")
        if call:
            self._answer_call(call["id"], caller, body)
        else:
            self._take_event(event["module"], event["id"], body)

    def _answer_call(self, operation, caller, body):
        run = self.server.operations.get(operation)
        if run is None:
            return self._turn_away(404, f"this process does not answer {operation}")
        call = parse(body)
        if not isinstance(call, dict) or call.get("operation") != operation or call.get("caller") != caller:
            return self._turn_away(401, "the body is of another call")
        self._send_json(200, answer(run, call))

    def _take_event(self, module, kind, body):
        if module != self.server.module or kind not in self.server.heard:
            return self._turn_away(404, f"this process does not hear {kind}")
        event = parse(body)
        if not isinstance(event, dict) or event.get("type") != kind:
            return self._turn_away(401, "the body is of another event")
        try:
            # Any 2xx says: kept for good. Until then the bus brings it again, and never the next one of its subject.
            self.server.hear(event)
        except Refusal as refusal:
            return self._send_json(refusal.error["status"], refusal.error)
        except Exception as error:
            self.log_error("%s was not handled: %r", kind, error)
            return self._turn_away(500, f"{type(error).__name__}: {error}")
        self.send_response(204)
        self.end_headers()

    def _read(self):
        length = self.headers["Content-Length"] or ""
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            # What is not read would be taken for the next request.
            self.close_connection = True
            self._turn_away(413 if length.isdecimal() else 411, f"a call has at most {MAX_BODY_BYTES} bytes")
            return None
        return self.rfile.read(int(length))

    def _turn_away(self, status, text):
        self._send(status, "text/plain; charset=utf-8", text.encode())

    def _send_json(self, status, value):
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code="-", size="-"):
        """Every call in the log would be noise; what fails is logged where it fails."""


def parse(body):
    try:
        return json.loads(body)
    except ValueError:
        return None


def answer(run, call):
    """What a call led to: an answer, a refusal (nothing has changed), or a failure (something may have)."""
    if call.get("timeLeftMs", 0) <= 0:
        return {"kind": "failure", "message": "called after its deadline", "mayHaveHappened": False}
    try:
        return {"kind": "answer", "output": run(call["input"], call)}
    except Refusal as refusal:
        return {"kind": "refusal", "error": refusal.error}
    except Exception as error:
        return {"kind": "failure", "message": f"{type(error).__name__}: {error}", "mayHaveHappened": True}
