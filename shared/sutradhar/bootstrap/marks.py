"""Make the signer of the marks in finished files, as the settings name it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sutradhar.domain.core.errors import MarkError

if TYPE_CHECKING:
    from pathlib import Path

    from sutradhar.config import Settings
    from sutradhar.marks.certificates import CertificateChain
    from sutradhar.ports.clock import Clock
    from sutradhar.ports.marks import MarkSigner

_MAX_PEM_BYTES = 100_000


def marks_folder(settings: Settings) -> Path:
    """Return the folder into which `sutradhar marks setup` writes."""
    return settings.home / "marks"


def make_signer(settings: Settings, clock: Clock) -> MarkSigner | None:
    """Return the signer; None: this installation has no certificate, so its files get no content credentials.

    Raises:
        MarkError: the certificate has expired, belongs to another key, cannot be read, or the key is missing.
    """
    chain = read_certificate(settings)
    if chain is None:
        return None
    if settings.marks.kms_key:
        from sutradhar.marks.kms_signer import KmsSigner, make_client

        chain.check_dates(clock.now())
        return KmsSigner(chain, settings.marks.kms_key, make_client(), clock)
    from sutradhar.marks.certificates import KEY_FILE, read_key
    from sutradhar.marks.local_signer import LocalSigner

    path = marks_folder(settings) / KEY_FILE
    text, source = _read(settings.marks.key, "MARKS_KEY", path)
    if not text:
        raise MarkError(
            f"there is a certificate for the marks, but no key at {path}: set MARKS_KEY or MARKS_KMS_KEY, or run"
            " `sutradhar marks setup --renew`"
        )
    return LocalSigner(chain, read_key(text, source), clock)


def read_certificate(settings: Settings) -> CertificateChain | None:
    """Return the certificates that sign; None: there are none.

    Raises:
        MarkError: they cannot be read or cannot sign, or a key is set without them.
    """
    from sutradhar.marks.certificates import CERTIFICATE_FILE, read_chain

    text, source = _read(settings.marks.certificate, "MARKS_CERTIFICATE", marks_folder(settings) / CERTIFICATE_FILE)
    if text:
        return read_chain(text, source)
    if settings.marks.kms_key or settings.marks.key:
        name = "MARKS_KMS_KEY" if settings.marks.kms_key else "MARKS_KEY"
        raise MarkError(f"{name} is set without a certificate: set MARKS_CERTIFICATE, or run `sutradhar marks setup`")
    return None


def read_anchors(settings: Settings) -> str:
    """Return the root of this installation as PEM, by which readers trust its files; empty: it has none of its own.

    Raises:
        MarkError: its file is damaged.
    """
    from sutradhar.marks.certificates import ROOT_FILE, read_roots

    text, source = _read("", "", marks_folder(settings) / ROOT_FILE)
    return read_roots(text, source) if text else ""


def _read(setting: str, name: str, path: Path) -> tuple[str, str]:
    """Return the text that a setting holds or names, or else that of the file ``path``, and where it is from.

    The text is empty if there is neither.

    Raises:
        MarkError: the file that the setting names cannot be read.
    """
    if "-----BEGIN" in setting:
        return setting.replace("\\n", "\n"), name
    from pathlib import Path

    chosen = Path(setting).expanduser() if setting else path
    try:
        with chosen.open("rb") as file:
            data = file.read(_MAX_PEM_BYTES + 1)
    except FileNotFoundError:
        if not setting:
            return "", ""
        raise MarkError(f"{name} names {chosen}, which does not exist") from None
    except OSError as exc:
        raise MarkError(f"{chosen} cannot be read: {exc.strerror or type(exc).__name__}") from exc
    if len(data) > _MAX_PEM_BYTES:
        raise MarkError(f"{chosen} is too large for a PEM file ({_MAX_PEM_BYTES:,} bytes at most)")
    return data.decode("ascii", "replace"), str(chosen)
