"""Sign with a key inside Cloud KMS, which never leaves it. Only the renderer may use the key (terraform/marks.tf)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import google_crc32c
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.api_core.exceptions import (
    DeadlineExceeded,
    GoogleAPICallError,
    InternalServerError,
    RetryError,
    ServiceUnavailable,
    TooManyRequests,
)
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError
from google.cloud import kms_v1

from sutradhar.domain.core.errors import MarkError
from sutradhar.marks.certificates import flatten_signature
from sutradhar.marks.chain_signer import ChainSigner

if TYPE_CHECKING:
    from collections.abc import Callable

    from sutradhar.marks.certificates import CertificateChain
    from sutradhar.ports.clock import Clock

_TIMEOUT_SEC = 20.0
_RETRY = Retry(if_exception_type(DeadlineExceeded, ServiceUnavailable), initial=0.2, maximum=5.0, timeout=40.0)
_PASSING = (DeadlineExceeded, InternalServerError, RetryError, ServiceUnavailable, TooManyRequests)
"""Errors after which the next try may succeed."""


@dataclass(frozen=True)
class KmsSigner(ChainSigner):
    """A MarkSigner."""

    chain: CertificateChain
    key_version: str
    """``projects/…/locations/…/keyRings/…/cryptoKeys/…/cryptoKeyVersions/1``."""
    client: Any
    """A ``KeyManagementServiceClient``."""
    clock: Clock

    def __post_init__(self) -> None:
        """Raise MarkError if the certificate cannot be used with this key now."""
        self.chain.check_dates(self.clock.now())
        self.chain.check_key(fetch_public_key(self.client, self.key_version))

    def sign(self, data: bytes) -> bytes:
        self.chain.check_dates(self.clock.now())
        digest = hashlib.sha256(data).digest()
        request = {
            "name": self.key_version,
            "digest": {"sha256": digest},
            "digest_crc32c": google_crc32c.value(digest),
        }
        answer = _call(
            lambda: self.client.asymmetric_sign(request=request, retry=_RETRY, timeout=_TIMEOUT_SEC), self.key_version
        )
        signature = bytes(answer.signature)
        if not answer.verified_digest_crc32c or google_crc32c.value(signature) != answer.signature_crc32c:
            error = MarkError("the signature of Cloud KMS was damaged on its way: retry the job")
            error.retryable = True
            raise error
        return flatten_signature(signature)


def make_client() -> Any:
    """Return a client of Cloud KMS with the credentials of this process. Raise MarkError without any."""
    try:
        return kms_v1.KeyManagementServiceClient()
    except GoogleAuthError as exc:
        raise MarkError(
            "Google Cloud knows no credentials for Cloud KMS: run `gcloud auth application-default login`"
        ) from exc


def fetch_public_key(client: Any, key_version: str) -> ec.EllipticCurvePublicKey:
    """Return the public half of the key.

    Raises:
        MarkError: there is no such key, this process may not read it, or it is of another curve than P-256.
    """
    answer = _call(
        lambda: client.get_public_key(request={"name": key_version}, retry=_RETRY, timeout=_TIMEOUT_SEC),
        key_version,
    )
    key = serialization.load_pem_public_key(answer.pem.encode())
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise MarkError(f"{key_version} must be a key of the algorithm EC_SIGN_P256_SHA256")
    return key


def _call(ask: Callable[[], Any], key_version: str) -> Any:
    try:
        return ask()
    except (GoogleAPICallError, RetryError, GoogleAuthError) as exc:
        reason = getattr(exc, "message", "") or type(exc).__name__
        error = MarkError(
            f"Cloud KMS did not let this process use {key_version} ({reason}): check that MARKS_KMS_KEY names an"
            " enabled key version, and that the renderer's account has the role roles/cloudkms.signerVerifier for it"
        )
        error.retryable = isinstance(exc, _PASSING)
        raise error from exc
