"""Sign with a key that is a file of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from sutradhar.marks.certificates import flatten_signature
from sutradhar.marks.chain_signer import ChainSigner

if TYPE_CHECKING:
    from sutradhar.marks.certificates import CertificateChain
    from sutradhar.ports.clock import Clock


@dataclass(frozen=True, repr=False)  # it has a secret
class LocalSigner(ChainSigner):
    """A MarkSigner. Equal data get equal signatures, so equal files stay equal."""

    chain: CertificateChain
    key: ec.EllipticCurvePrivateKey
    clock: Clock

    def __post_init__(self) -> None:
        """Raise MarkError if the certificate cannot be used with this key now."""
        self.chain.check_key(self.key.public_key())
        self.chain.check_dates(self.clock.now())

    def sign(self, data: bytes) -> bytes:
        self.chain.check_dates(self.clock.now())
        try:
            signature = self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        except UnsupportedAlgorithm:  # OpenSSL before 3.2
            signature = self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        return flatten_signature(signature)
