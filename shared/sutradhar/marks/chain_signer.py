"""Tell what every signer of marks tells from its chain of certificates."""

from datetime import datetime

from sutradhar.marks.certificates import CertificateChain


class ChainSigner:
    """The part of a MarkSigner that its chain of certificates answers."""

    chain: CertificateChain

    @property
    def chain_pem(self) -> str:
        return self.chain.pem

    @property
    def fingerprint(self) -> str:
        return self.chain.fingerprint

    @property
    def valid_until(self) -> datetime:
        return self.chain.valid_until
