"""Make the certificate of an installation, and renew it, in its folder ``marks``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from sutradhar.domain.core.errors import MarkError
from sutradhar.marks.certificates import (
    CERTIFICATE_FILE,
    KEY_FILE,
    MIN_DAYS,
    ROOT_FILE,
    ROOT_KEY_FILE,
    VALID_DAYS,
    Authority,
    CertificateChain,
    make_authority,
    make_key,
    read_chain,
    read_key,
    write_certificate,
    write_key,
    write_private,
)

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

USUAL_NAME = "Sutradhar"


@dataclass(frozen=True)
class SetUp:
    """The certificate of an installation, and whether ``set_up`` made it."""

    chain: CertificateChain
    is_new: bool
    """False: there was a certificate already, and nothing was changed."""
    is_new_root: bool
    """True: readers that trusted the root before must get the new one."""


def set_up(
    folder: Path,
    now: datetime,
    *,
    name: str = "",
    renew: bool = False,
    public_key: EllipticCurvePublicKey | None = None,
) -> SetUp:
    """Make the certificate in ``folder``, with a key and a root.

    Args:
        name: the organisation that readers show; empty: that of the certificate before, or else ``USUAL_NAME``.
        renew: replace a certificate that is there; its root goes on, if it still can.
        public_key: the public half of a key in Cloud KMS, which signs; None: a new key in a file signs.

    Raises:
        MarkError: the folder cannot be written to, or it has a certificate and ``renew`` is False, which cannot be
            used for this.
    """
    try:
        before = _read_certificate(folder)
        if before and not renew:
            if public_key:
                before.check_key(public_key)
            before.check_dates(now)
            return SetUp(before, is_new=False, is_new_root=False)
        name = name or (before.names["subject"] if before else USUAL_NAME)
        authority = _read_authority(folder, now)
        is_new_root = authority is None
        if authority is None:
            authority = make_authority(name, now)
            write_private(folder / ROOT_KEY_FILE, write_key(authority.key))
            (folder / ROOT_FILE).write_text(write_certificate(authority.certificate))
        if public_key:
            (folder / KEY_FILE).unlink(missing_ok=True)
        else:
            own_key = make_key()
            public_key = own_key.public_key()
            write_private(folder / KEY_FILE, write_key(own_key))
        chain = authority.issue(public_key, name, now, VALID_DAYS)
        (folder / CERTIFICATE_FILE).write_text(chain.pem)
    except OSError as exc:
        raise MarkError(f"{folder} cannot be written to: {exc.strerror or type(exc).__name__}") from exc
    return SetUp(chain, is_new=True, is_new_root=is_new_root)


def _read_certificate(folder: Path) -> CertificateChain | None:
    """Return the certificate that is there; None: there is none that can be read, so a new one loses nothing."""
    path = folder / CERTIFICATE_FILE
    try:
        return read_chain(path.read_text(), str(path))
    except (FileNotFoundError, MarkError, UnicodeDecodeError):
        return None


def _read_authority(folder: Path, now: datetime) -> Authority | None:
    """Return the root that is there; None: there is none that can issue another certificate."""
    root, key = folder / ROOT_FILE, folder / ROOT_KEY_FILE
    try:
        authority = Authority(x509.load_pem_x509_certificate(root.read_bytes()), read_key(key.read_text(), str(key)))
        fits = authority.key.public_key() == authority.certificate.public_key()
    except (FileNotFoundError, MarkError, ValueError, UnsupportedAlgorithm):
        return None
    lasts = (authority.certificate.not_valid_after_utc - now).days >= MIN_DAYS
    return authority if fits and lasts else None
