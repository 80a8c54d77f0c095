"""What the server asks while its contracts are checked: a language model and WeChat, on one port of this machine.

Both are as small as they can be. What matters is that no check reaches beyond this machine, and that answers of every kind happen:
words, a query that works, one that the database refuses, a refusal, a reply that is cut.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

APP_ID = "wx-app-of-tests"
SECRET = "a-secret-of-tests"

QUERY = "SELECT name FROM customers ORDER BY name LIMIT 3"
BAD_QUERY = "SELECT nothing_of_the_kind FROM customers"


class StandIn(BaseHTTPRequestHandler):
    """Answers as OpenAI's Chat Completions and as WeChat's `jscode2session` do."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """WeChat: codes that begin with `good` are somebody's, the others nobody's."""
        asked = urlsplit(self.path)
        if asked.path != "/sns/jscode2session":
            self.answer(404, "application/json", b"{}")
            return
        code = parse_qs(asked.query).get("js_code", [""])[0]
        if code.startswith("good"):
            said = {"session_key": "tiihtNczf5v6AKRyjwEUhQ==", "openid": f"of-{code}"}
        else:
            said = {"errcode": 40029, "errmsg": "invalid code"}
        # It says that its JSON is plain text.
        self.answer(200, "text/plain", json.dumps(said).encode())

    def do_POST(self):
        """The model."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not self.path.endswith("/chat/completions"):
            self.answer(404, "application/json", b'{"error": {"message": "no such path"}}')
            return
        asked = json.loads(body)
        said = "\n".join(str(message.get("content")) for message in asked.get("messages", []))
        last = said[-400:]
        if "model is busy" in last:
            self.answer(429, "application/json", b'{"error": {"message": "busy"}}')
        elif "wrong key" in last:
            self.answer(401, "application/json", b'{"error": {"message": "no"}}')
        elif asked.get("stream"):
            self.stream(last)
        else:
            choice = {"index": 0, "message": {"role": "assistant", "content": "你好"}, "finish_reason": "stop"}
            whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
            whole["usage"] = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
            self.answer(200, "application/json", json.dumps(whole).encode())

    def stream(self, last):
        """A reply in pieces, which fits what was asked."""
        if "customers" in last and "SELECT" not in last:
            query = BAD_QUERY if "badly" in last else QUERY
            pieces = ["```sql\n", query, "\n```"]
        else:
            pieces = ["你好", "，", "世界 📈"]
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        chunks = [{"index": 0, "delta": {"content": piece}, "finish_reason": None} for piece in pieces]
        if "cut short" in last:
            del chunks[1:]
        else:
            chunks.append({"index": 0, "delta": {}, "finish_reason": "stop"})
        for chunk in chunks:
            self.event({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [chunk]})
        if "cut short" not in last:
            usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
            self.event({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [], "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def event(self, value):
        """One event of a stream."""
        self.wfile.write(b"data: " + json.dumps(value).encode() + b"\n\n")

    def answer(self, status, content_type, body):
        """A whole response."""
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        """As usual, but that nothing is said of a server that went away."""
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_):
        """Says nothing."""


def start():
    """Starts them in the background; answers their address, `http://host:port`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"
