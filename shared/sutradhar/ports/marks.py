"""The port of the signers of the marks in finished files."""

from datetime import datetime
from typing import Protocol


class MarkSigner(Protocol):
    """Signs with one certificate, whose key may be a file of this machine or stay inside Cloud KMS."""

    @property
    def chain_pem(self) -> str:
        """The certificates from the signer's own to the one below its root, as PEM."""
        ...

    @property
    def fingerprint(self) -> str:
        """The sha256 of the signer's own certificate: files that another certificate signed are not reused."""
        ...

    @property
    def valid_until(self) -> datetime: ...

    def sign(self, data: bytes) -> bytes:
        """Return the ECDSA signature of ``data`` on the curve P-256 with SHA-256: r and s, 32 bytes each.

        Raises:
            MarkError: the certificate has expired, belongs to another key, or the key cannot be reached.
        """
        ...
