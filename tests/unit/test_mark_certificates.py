"""The certificates and keys of the marks: what is accepted, and what each wrong one is told."""

import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.bootstrap.marks import make_signer, read_anchors, read_certificate
from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidSettings, MarkError
from sutradhar.marks import certificates
from sutradhar.marks.certificates import make_authority, make_key, read_chain, read_key, write_key
from sutradhar.ports.clock import SystemClock
from tests import mark_certificates
from tests.fakes import FakeClock

NOW = datetime.now(UTC)
DER, KEY = serialization.Encoding.DER, make_key()
KEY_DER = KEY.private_bytes(DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
OWN_DER = make_authority("A", NOW).issue(KEY.public_key(), "A", NOW, 30).own.public_bytes(DER)


def read_settings(home: Path, **variables: str) -> Settings:
    return Settings.from_env({"SUTRADHAR_HOME": str(home), **variables})


def test_a_home_without_a_certificate_has_no_signer(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert make_signer(settings, SystemClock()) is None
    assert read_certificate(settings) is None
    assert read_anchors(settings) == ""


def test_a_made_certificate_signs_and_its_root_issued_it(tmp_path: Path) -> None:
    root = x509.load_pem_x509_certificate(mark_certificates.make_folder(tmp_path).encode())
    signer = make_signer(read_settings(tmp_path), SystemClock())
    assert signer is not None
    signature = signer.sign(b"claim")
    assert len(signature) == 64
    own = x509.load_pem_x509_certificate(signer.chain_pem.encode())
    own.verify_directly_issued_by(root)
    key = own.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key.verify(encode_dss_signature(r, s), b"claim", ec.ECDSA(hashes.SHA256()))
    assert signer.sign(b"claim") == signature, "equal data get equal signatures"
    assert signer.fingerprint == own.fingerprint(hashes.SHA256()).hex()
    assert (tmp_path / "marks" / "key.pem").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in signer.chain_pem + repr(signer)


def test_settings_may_hold_the_text_of_both_files(tmp_path: Path) -> None:
    mark_certificates.make_folder(tmp_path)
    texts = {name: (tmp_path / "marks" / f"{name}.pem").read_text() for name in ("certificate", "key")}
    one_line = {f"MARKS_{name.upper()}": text.replace("\n", "\\n") for name, text in texts.items()}
    signer = make_signer(read_settings(tmp_path / "other", **one_line), SystemClock())
    assert signer is not None
    assert signer.chain_pem == texts["certificate"]


def test_an_expired_certificate_says_how_to_renew_it(tmp_path: Path) -> None:
    mark_certificates.make_folder(tmp_path, days=10, age_days=11)
    with pytest.raises(MarkError, match=r"expired at .* UTC: run `sutradhar marks setup --renew`"):
        make_signer(read_settings(tmp_path), SystemClock())


def test_a_certificate_may_expire_while_a_process_runs(tmp_path: Path) -> None:
    mark_certificates.make_folder(tmp_path)
    clock, now = FakeClock(), datetime.now(UTC)  # this module may have been read long ago
    clock.at = now
    signer = make_signer(read_settings(tmp_path), clock)
    assert signer is not None
    clock.at = now + timedelta(days=31)
    with pytest.raises(MarkError, match="expired"):
        signer.sign(b"claim")
    clock.at = now - timedelta(days=1)
    with pytest.raises(MarkError, match="is valid from"):
        signer.sign(b"claim")


def test_a_certificate_of_another_key_is_refused(tmp_path: Path) -> None:
    mark_certificates.make_folder(tmp_path)
    (tmp_path / "marks" / "key.pem").write_text(write_key(make_key()))
    with pytest.raises(MarkError, match="belongs to another key"):
        make_signer(read_settings(tmp_path), SystemClock())
    (tmp_path / "marks" / "key.pem").unlink()
    with pytest.raises(MarkError, match=r"no key at .*key\.pem: set MARKS_KEY or MARKS_KMS_KEY"):
        make_signer(read_settings(tmp_path), SystemClock())


def test_settings_that_do_not_fit_together_are_named(tmp_path: Path) -> None:
    with pytest.raises(MarkError, match="MARKS_KEY is set without a certificate"):
        make_signer(read_settings(tmp_path, MARKS_KEY="/none.pem"), SystemClock())
    with pytest.raises(MarkError, match=r"MARKS_CERTIFICATE names /none\.pem, which does not exist"):
        make_signer(read_settings(tmp_path, MARKS_CERTIFICATE="/none.pem"), SystemClock())
    with pytest.raises(MarkError, match="cannot be read"):
        make_signer(read_settings(tmp_path, MARKS_CERTIFICATE=str(tmp_path)), SystemClock())
    with pytest.raises(InvalidSettings, match="MARKS_KMS_KEY: must name a version of a key"):
        read_settings(tmp_path, MARKS_KMS_KEY="projects/p/locations/l/keyRings/r/cryptoKeys/k")


@pytest.mark.parametrize("text", ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_and_no_key_is_refused(text: str) -> None:
    with pytest.raises(MarkError, match="the file has no certificate in PEM"):
        read_chain(text, "the file")
    with pytest.raises(MarkError, match="the file has no private key in PEM"):
        read_key(text, "the file")


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "large.pem").write_bytes(b"x" * 200_000)
    with pytest.raises(MarkError, match="too large for a PEM file"):
        read_certificate(read_settings(tmp_path, MARKS_CERTIFICATE=str(tmp_path / "large.pem")))


def test_keys_of_other_kinds_and_with_a_password_are_refused() -> None:
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(pem, pkcs8, serialization.NoEncryption())
    with pytest.raises(MarkError, match="P-256"):
        read_key(other.decode(), "it")
    rsa_key = rsa.generate_private_key(65537, 2048).private_bytes(pem, pkcs8, serialization.NoEncryption())
    with pytest.raises(MarkError, match="P-256"):
        read_key(rsa_key.decode(), "it")
    locked = make_key().private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(b"secret"))
    with pytest.raises(MarkError, match="a key with a password"):
        read_key(locked.decode(), "it")


def test_chains_are_checked_and_lose_their_root() -> None:
    authority, key = make_authority("A", NOW), make_key()
    own = authority.issue(key.public_key(), "A", NOW, 30)
    root = certificates.write_certificate(authority.certificate)
    assert read_chain(own.pem + root, "it").pem == own.pem
    with pytest.raises(MarkError, match="issued itself, which C2PA refuses"):
        read_chain(root, "it")
    stranger = make_authority("A", NOW).issue(key.public_key(), "A", NOW, 30)
    with pytest.raises(MarkError, match="did not issue each other"):
        read_chain(own.pem + stranger.pem, "it")
    assert own.names == {"subject": "A", "issuer": "A"}


def test_a_certificate_never_outlives_its_root() -> None:
    authority = make_authority("A", NOW)
    chain = authority.issue(make_key().public_key(), "A", NOW, 100_000)
    assert chain.valid_until == authority.certificate.not_valid_after_utc


def test_a_certificate_of_a_web_server_is_refused() -> None:
    authority, key = make_authority("A", NOW), make_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(authority.certificate.subject)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    bare = builder.sign(authority.key, hashes.SHA256())
    with pytest.raises(MarkError, match="without the key usages"):
        read_chain(certificates.write_certificate(bare), "it")
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    with pytest.raises(MarkError, match="for another purpose"):
        read_chain(certificates.write_certificate(builder.sign(authority.key, hashes.SHA256())), "it")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_certificates_and_keys_end_in_a_clear_error_or_work(data: st.DataObject) -> None:
    for whole, label, read in ((OWN_DER, "CERTIFICATE", read_chain), (KEY_DER, "PRIVATE KEY", read_key)):
        damaged = bytearray(whole)
        places = data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4))
        for place in places:
            damaged[place] = data.draw(st.integers(0, 255))
        text = base64.encodebytes(bytes(damaged[: data.draw(st.integers(len(whole) // 2, len(whole)))])).decode()
        with suppress(MarkError):
            read(f"-----BEGIN {label}-----\n{text}-----END {label}-----\n", "it")
