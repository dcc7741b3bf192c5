"""A stub of Google's sign-in over a socket: the page that a browser opens, the tokens, and the way to take them back.

Source: developers.google.com/identity/protocols/oauth2/native-app.
"""

import base64
import hashlib
import json
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.youtube_answers import Answer, make_json
from tests.youtube_server import YouTubeServer
from tests.youtube_stub import YouTubeStub

CLIENT_ID, CLIENT_SECRET = "123.apps.googleusercontent.com", "GOCSPX-the-secret-of-the-client"


class GoogleStub(YouTubeServer):
    """YouTube with the sign-in of Google, for one user."""

    def __init__(self, stub: YouTubeStub) -> None:
        super().__init__(stub)
        self.allows = True
        """False: the user clicks on Cancel."""
        self.is_broken = False
        """True: a gateway in front of the sign-in answers with a page of its own."""
        self.more: dict[str, Any] = {}
        """More fields in the answer to a new sign-in."""
        self.asked: dict[str, str] = {}
        """The parameters of the page that was opened last."""
        self.refresh_tokens: set[str] = set()
        """The refresh tokens that Google takes now."""
        self.secrets: set[str] = {CLIENT_SECRET}
        """All secrets that were sent or received; none may be in a log."""

    def write_client(self, path: Path, kind: str = "installed") -> Path:
        """Write the JSON file that Google's console makes for a client of this kind."""
        fields = {
            "client_id": CLIENT_ID,
            "project_id": "tea",
            "auth_uri": f"{self.address}/auth",
            "token_uri": f"{self.address}/token",
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_secret": CLIENT_SECRET,
            "redirect_uris": ["http://localhost"],
        }
        path.write_text(json.dumps({kind: fields}))
        return path

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        if parts.path not in ("/auth", "/token", "/revoke"):
            super().take(handler)
            return
        form = handler.rfile.read(int(handler.headers.get("Content-Length", 0))).decode()
        fields = {name: texts[0] for name, texts in parse_qs(form or parts.query).items()}
        if (basic := handler.headers.get("Authorization", "")).startswith("Basic "):
            # RFC 6749, section 2.3.1: a client may name itself so
            names = base64.b64decode(basic.removeprefix("Basic ")).decode().partition(":")
            fields |= {"client_id": names[0], "client_secret": names[2]}
        answers = {"/auth": self._show_page, "/token": self._answer_token, "/revoke": self._revoke}
        with self._lock:
            answer = answers[parts.path](fields)
        status, headers, content = (502, {"Content-Type": "text/html"}, b"<html>") if self.is_broken else answer
        handler.send_response(status)
        for name, text in {**headers, "Content-Length": str(len(content))}.items():
            handler.send_header(name, text)
        handler.end_headers()
        handler.wfile.write(content)

    def _show_page(self, fields: dict[str, str]) -> Answer:
        self.asked = fields
        answer = {"code": "4/0-code-of-the-browser"} if self.allows else {"error": "access_denied"}
        self.secrets.add("4/0-code-of-the-browser")
        back = f"{fields['redirect_uri']}?{urlencode({**answer, 'state': fields['state']})}"
        return 302, {"Location": back}, b""

    def _answer_token(self, fields: dict[str, str]) -> Answer:
        self.secrets.update(fields.get(name, CLIENT_SECRET) for name in ("code_verifier", "refresh_token"))
        if (fields["client_id"], fields["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return _refuse("invalid_client")
        if fields["grant_type"] == "refresh_token":
            if fields["refresh_token"] not in self.refresh_tokens:
                return _refuse("invalid_grant")
            return self._give_access({})
        digest = hashlib.sha256(fields["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (challenge, fields["redirect_uri"]) != (self.asked["code_challenge"], self.asked["redirect_uri"]):
            return _refuse("invalid_grant")
        refresh_token = f"1//0-refresh-{len(self.refresh_tokens)}-{self.tokens_given}"
        self.refresh_tokens.add(refresh_token)
        self.secrets.add(refresh_token)
        return self._give_access({"refresh_token": refresh_token, "scope": self.asked["scope"], **self.more})

    def _give_access(self, more: dict[str, Any]) -> Answer:
        self.tokens_given += 1
        token = f"ya29.access-{self.tokens_given}"
        self.access_tokens.add(token)
        self.secrets.add(token)
        return make_json({"access_token": token, "expires_in": 3599, "token_type": "Bearer", **more})

    def _revoke(self, fields: dict[str, str]) -> Answer:
        if fields["token"] not in self.refresh_tokens:
            return _refuse("invalid_token")
        self.refresh_tokens.remove(fields["token"])
        self.access_tokens.clear()
        return make_json({})


def _refuse(word: str) -> Answer:
    return 400, {"content-type": "application/json"}, json.dumps({"error": word, "error_description": "No."}).encode()


def visit(url: str) -> None:
    """Open ``url`` as a browser does, which follows Google back to this machine."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            answer.read()
    except urllib.error.URLError as exc:
        raise AssertionError(f"the browser ended at {exc}") from exc
