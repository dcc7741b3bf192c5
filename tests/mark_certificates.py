"""Certificates for tests, as `sutradhar marks setup` makes them, and wrong ones."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sutradhar.marks import certificates
from sutradhar.marks.certificates import Authority, make_authority, make_key
from sutradhar.marks.local_signer import LocalSigner
from sutradhar.ports.clock import SystemClock


def make_signer(name: str = "Test studio", authority: Authority | None = None) -> LocalSigner:
    """Return a signer with a certificate that is valid now."""
    now, key = datetime.now(UTC), make_key()
    issuer = authority or make_authority(name, now)
    return LocalSigner(issuer.issue(key.public_key(), name, now, 30), key, SystemClock())


def make_folder(home: Path, *, days: int = 30, age_days: int = 0) -> str:
    """Write a certificate, its key and its root into ``home``/marks, and return the root as PEM.

    Args:
        days: the days for which the certificate is valid, from when it was made.
        age_days: how long ago it was made; more than ``days``: it has expired.
    """
    start, key = datetime.now(UTC) - timedelta(days=age_days), make_key()
    authority = make_authority("Test studio", start)
    folder = home / "marks"
    folder.mkdir(parents=True, exist_ok=True)
    chain = authority.issue(key.public_key(), "Test studio", start, days)
    root = certificates.write_certificate(authority.certificate)
    (folder / certificates.CERTIFICATE_FILE).write_text(chain.pem)
    (folder / certificates.ROOT_FILE).write_text(root)
    certificates.write_private(folder / certificates.KEY_FILE, certificates.write_key(key))
    return root
