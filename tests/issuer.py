"""An OIDC issuer on loopback, which signs real tokens."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

SigningKey = RSAPrivateKey | EllipticCurvePrivateKey
AUDIENCE = "sutradhar-test"


@cache
def make_rsa_key(number: int = 0, bits: int = 2048) -> RSAPrivateKey:
    """Return the RSA key with this number; it is the same in all tests, because making one takes 100 ms."""
    return generate_rsa_key(public_exponent=65537, key_size=bits)


@cache
def make_ec_key(number: int = 0) -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def describe_key(key: SigningKey, key_id: str, **changes: Any) -> dict[str, Any]:
    """Return the public key as the issuer publishes it."""
    if isinstance(key, RSAPrivateKey):
        text, algorithm = RSAAlgorithm.to_jwk(key.public_key()), "RS256"
    else:
        text, algorithm = ECAlgorithm.to_jwk(key.public_key()), "ES256"
    return {**json.loads(text), "key_ops": None, "kid": key_id, "use": "sig", "alg": algorithm, **changes}


@dataclass
class Issuer:
    """A running issuer. Tests change its keys and its answers."""

    url: str
    keys: list[dict[str, Any]] = field(default_factory=lambda: [describe_key(make_rsa_key(), "key-1")])
    document: dict[str, Any] = field(default_factory=dict)
    """Fields that differ in its discovery document."""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Status and body of paths that answer otherwise."""
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""
    arrived: threading.Event = field(default_factory=threading.Event)
    gate: threading.Event | None = None
    """The answers wait until it is set."""

    def sign(
        self,
        key: SigningKey | None = None,
        algorithm: str = "RS256",
        header: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """Return a token that is valid for ten minutes. A claim or a header with the value None is left out."""
        now = int(time())
        usual = {"iss": self.url, "aud": AUDIENCE, "sub": "asha", "iat": now, "exp": now + 600}
        known = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        headers = {"kid": "key-1", **(header or {})}
        return jwt.encode(
            known,
            key or make_rsa_key(),
            algorithm,
            headers={name: value for name, value in headers.items() if value is not None},
        )


@contextmanager
def run_issuer() -> Iterator[Issuer]:
    """Serve on a free port of loopback while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            issuer.arrived.set()
            if issuer.gate:
                issuer.gate.wait(30)
            document = {"issuer": issuer.url, "jwks_uri": f"{issuer.url}/keys", **issuer.document}
            bodies = {"/.well-known/openid-configuration": document, "/keys": {"keys": issuer.keys}}
            usual = (200, json.dumps(bodies[self.path]).encode()) if self.path in bodies else (404, b"")
            status, body = issuer.answers.get(self.path, usual)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Write no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
