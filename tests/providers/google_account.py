"""A service account of Google's whose tokens come from a stub, for clients in processes of their own."""

import json
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.providers.server import KEY, Answer, RecordedCall


def answer(_request: RecordedCall) -> Answer:
    """Answer as the token endpoint (RFC 6749, 5.1)."""
    token = Answer.json({"access_token": KEY, "expires_in": 3600, "token_type": "Bearer"})
    return Answer(token.status, token.body, token.headers, billed=False)


def environment(token_uri: str, folder: Path) -> dict[str, str]:
    """Return the variables that make Vertex AI's clients use that account in the project ``p``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "account.json"
    account = {
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "1",
        "private_key": _private_key(),
        "client_email": "sutradhar@p.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": token_uri,
    }
    path.write_text(json.dumps(account))
    return {"GOOGLE_APPLICATION_CREDENTIALS": str(path), "GEMINI_PROJECT": "p", "GEMINI_LOCATION": "l"}


@cache
def _private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(pem, form, serialization.NoEncryption()).decode()
