"""Make, read and check the certificates that sign the marks in finished files.

C2PA asks for an X.509 certificate of version 3 whose key may sign (key usage ``digitalSignature``) and is meant for
documents or mail (extended key usage), issued by another certificate, never by itself (C2PA 2.2, section 14.5).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sutradhar.domain.core.errors import MarkError

if TYPE_CHECKING:
    from pathlib import Path

CERTIFICATE_FILE = "certificate.pem"
KEY_FILE = "key.pem"
ROOT_FILE = "root.pem"
ROOT_KEY_FILE = "root-key.pem"
"""The names of the files in the folder ``marks`` of the home."""
VALID_DAYS = 3650
"""Days for which a certificate is made. Without a timestamp of a third party, a file verifies only as long as the
certificate that signed it is valid, so it must outlive the files."""
SOON_DAYS = 30
"""A certificate that ends within so many days should be renewed."""
MIN_DAYS = 365
"""A root that ends earlier issues no further certificate."""
_ROOT_DAYS = 7300
_SETUP = "run `sutradhar marks setup`"
_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""The errors of cryptography for damaged certificates."""
_USES = (
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # documents (RFC 9336)
    x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),  # claims of C2PA
)


@dataclass(frozen=True)
class CertificateChain:
    """The signer's own certificate, and those between it and its root."""

    certificates: tuple[x509.Certificate, ...]

    @property
    def own(self) -> x509.Certificate:
        return self.certificates[0]

    @property
    def pem(self) -> str:
        return "".join(write_certificate(one) for one in self.certificates)

    @property
    def fingerprint(self) -> str:
        """The sha256 of the signer's own certificate."""
        return self.own.fingerprint(hashes.SHA256()).hex()

    @property
    def valid_until(self) -> datetime:
        return min(one.not_valid_after_utc for one in self.certificates)

    @property
    def names(self) -> Mapping[str, str]:
        """The names that readers show: whom the certificate is for, and who issued it."""
        return {"subject": _read_name(self.own.subject), "issuer": _read_name(self.own.issuer)}

    def check_dates(self, now: datetime) -> None:
        """Raise MarkError if the certificates are not valid ``now``."""
        if now >= self.valid_until:
            raise MarkError(
                f"the certificate for the marks expired at {self.valid_until:%Y-%m-%d %H:%M} UTC:"
                " run `sutradhar marks setup --renew`, or set MARKS_CERTIFICATE to a valid one"
            )
        begin = max(one.not_valid_before_utc for one in self.certificates)
        if now < begin:
            raise MarkError(
                f"the certificate for the marks is valid from {begin:%Y-%m-%d %H:%M} UTC only:"
                " wait until then, or correct the clock of this machine"
            )

    def check_key(self, key: ec.EllipticCurvePublicKey) -> None:
        """Raise MarkError if the signer's own certificate belongs to another key than ``key``."""
        own = self.own.public_key()
        if not isinstance(own, ec.EllipticCurvePublicKey) or own.public_numbers() != key.public_numbers():
            raise MarkError(
                "the certificate for the marks belongs to another key: set MARKS_CERTIFICATE and the key"
                f" (MARKS_KEY or MARKS_KMS_KEY) that belong together, or {_SETUP} --renew"
            )


@dataclass(frozen=True)
class Authority:
    """A root of this installation, which issues the certificates that sign."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def issue(self, public_key: ec.EllipticCurvePublicKey, name: str, now: datetime, days: int) -> CertificateChain:
        """Return a certificate for ``public_key`` that may sign marks for ``days``, but not longer than this root."""
        end = min(now + timedelta(days=days), self.certificate.not_valid_after_utc)
        builder = _start(_make_name(name, name), self.certificate.subject, public_key, now, end)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_make_usage(is_root=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        root_id = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id), critical=False
        )
        return CertificateChain((builder.sign(self.key, hashes.SHA256()),))


def make_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def make_authority(name: str, now: datetime) -> Authority:
    """Return a new root of the organisation ``name``."""
    key, subject = make_key(), _make_name(name, "Root of content credentials")
    builder = _start(subject, subject, key.public_key(), now, now + timedelta(days=_ROOT_DAYS))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_make_usage(is_root=True), critical=True)
    return Authority(builder.sign(key, hashes.SHA256()), key)


def read_chain(text: str, source: str) -> CertificateChain:
    """Return the certificates of a PEM text, without a root at its end.

    Args:
        source: the setting or the file that has the text, for messages.

    Raises:
        MarkError: the text has no certificate, or one that cannot sign marks; the message says what is wrong with it.
    """
    try:
        certificates = x509.load_pem_x509_certificates(text.encode())
    except _UNREADABLE as exc:
        raise MarkError(f"{source} has no certificate in PEM: {_SETUP}, or set MARKS_CERTIFICATE") from exc
    try:
        return _check_chain(certificates, source)
    except _UNREADABLE as exc:  # each field is decoded when it is first read
        raise MarkError(f"{source} has a damaged certificate ({exc}): {_SETUP}, or set MARKS_CERTIFICATE") from exc


def read_roots(text: str, source: str) -> str:
    """Return the certificates of a PEM text, by which a reader trusts files, and nothing else that it has.

    Raises:
        MarkError: it has none, or a damaged one, which C2PA's reader would take for a fault of the file.
    """
    try:
        return "".join(write_certificate(one) for one in x509.load_pem_x509_certificates(text.encode()))
    except _UNREADABLE as exc:
        raise MarkError(f"{source} has no root certificate in PEM") from exc


def _check_chain(certificates: list[x509.Certificate], source: str) -> CertificateChain:
    if len(certificates) > 1 and _is_root(certificates[-1]):
        certificates = certificates[:-1]
    _check_profile(certificates[0], source)
    for issued, issuer in itertools.pairwise(certificates):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as exc:
            raise MarkError(
                f"{source} has certificates that did not issue each other: put the signer's own first, and below it"
                " the one that issued it"
            ) from exc
    chain = CertificateChain(tuple(certificates))
    _ = (chain.valid_until, chain.names, chain.pem)  # raises here if one of them is damaged
    return chain


def read_key(text: str, source: str) -> ec.EllipticCurvePrivateKey:
    """Return the private key of a PEM text; ``source`` is as in ``read_chain``.

    Raises:
        MarkError: the text has no key of the curve P-256, or asks for a password.
    """
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except TypeError as exc:
        raise MarkError(f"{source} has a key with a password: give it without (`openssl ec -in KEY -out KEY`)") from exc
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise MarkError(f"{source} has no private key in PEM: {_SETUP}, or set MARKS_KEY") from exc
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise MarkError(f"{source} must have a key of the curve P-256 (ES256)")
    return key


def flatten_signature(der: bytes) -> bytes:
    """Return r and s of a DER signature, 32 bytes each, as COSE has them (RFC 8152, section 8.1)."""
    return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))


def write_certificate(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def write_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def write_private(path: Path, text: str) -> None:
    """Replace the file ``path``; only its owner can read it, at no moment others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _check_profile(own: x509.Certificate, source: str) -> None:
    """Raise MarkError if readers of C2PA would refuse what ``own`` signs."""
    key = own.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise MarkError(f"{source} must have a certificate for a key of the curve P-256 (ES256)")
    if own.issuer == own.subject:
        raise MarkError(f"{source} has a certificate that issued itself, which C2PA refuses: {_SETUP}")
    try:
        usage = own.extensions.get_extension_for_class(x509.KeyUsage).value
        purposes = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError) as exc:
        raise MarkError(f"{source} has a certificate without the key usages that C2PA asks for: {_SETUP}") from exc
    if not usage.digital_signature or not any(purpose in _USES for purpose in purposes):
        raise MarkError(
            f"{source} has a certificate for another purpose: it must allow digital signatures of mail, of documents"
            " or of C2PA claims"
        )


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def _start(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime, end: datetime
) -> x509.CertificateBuilder:
    # one minute earlier: the clock of another machine that reads the first file may be slow
    begin = now.astimezone(UTC) - timedelta(minutes=1)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public_key)
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(end)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)


def _make_name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _read_name(name: x509.Name) -> str:
    """Return the organisation of ``name``, or else all that it says."""
    organisations = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(organisations[0].value) if organisations else name.rfc4514_string()


def _make_usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
