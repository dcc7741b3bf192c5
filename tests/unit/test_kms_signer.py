"""The signer with a key in Cloud KMS, against a stub over a real socket."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sutradhar.bootstrap.marks import make_signer
from sutradhar.config import Settings
from sutradhar.domain.core.errors import MarkError
from sutradhar.marks import kms_signer
from sutradhar.marks.certificates import make_authority, make_key
from sutradhar.marks.kms_signer import KmsSigner
from sutradhar.ports.clock import SystemClock
from tests.kms_stub import KEY_VERSION, KmsStub

NOW = datetime.now(UTC)


@pytest.fixture
def kms() -> Iterator[KmsStub]:
    with KmsStub() as stub:
        yield stub


def make_kms_signer(kms: KmsStub, name: str = KEY_VERSION) -> KmsSigner:
    chain = make_authority("A", NOW).issue(kms.key.public_key(), "A", NOW, 30)
    return KmsSigner(chain, name, kms.make_client(), SystemClock())


def test_it_signs_the_hash_alone_and_the_certificate_proves_it(kms: KmsStub) -> None:
    signer = make_kms_signer(kms)
    signature = signer.sign(b"claim")
    assert kms.signed == [hashlib.sha256(b"claim").digest()]
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    kms.key.public_key().verify(encode_dss_signature(r, s), b"claim", ec.ECDSA(hashes.SHA256()))


def test_a_certificate_of_another_key_is_refused_before_anything_is_signed(kms: KmsStub) -> None:
    chain = make_authority("A", NOW).issue(make_key().public_key(), "A", NOW, 30)
    with pytest.raises(MarkError, match="belongs to another key"):
        KmsSigner(chain, KEY_VERSION, kms.make_client(), SystemClock())
    expired = make_authority("A", NOW).issue(kms.key.public_key(), "A", NOW - timedelta(days=9), 8)
    with pytest.raises(MarkError, match="expired"):
        KmsSigner(expired, KEY_VERSION, kms.make_client(), SystemClock())
    assert kms.signed == []


@pytest.mark.parametrize(
    ("refusal", "is_passing"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, False),
        (grpc.StatusCode.FAILED_PRECONDITION, False),
        (grpc.StatusCode.UNAVAILABLE, True),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, True),
    ],
)
def test_a_refusal_says_what_to_check(
    kms: KmsStub, refusal: grpc.StatusCode, is_passing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kms_signer, "_RETRY", None)
    signer = make_kms_signer(kms)
    kms.refusal = refusal
    with pytest.raises(MarkError, match=r"did not let this process use projects/p/.*roles/cloudkms\.signer") as caught:
        signer.sign(b"claim")
    assert caught.value.retryable == is_passing


def test_a_missing_key_is_named(kms: KmsStub) -> None:
    with pytest.raises(MarkError, match=r"cryptoKeyVersions/2 not found.*check that MARKS_KMS_KEY names"):
        make_kms_signer(kms, KEY_VERSION[:-1] + "2")


def test_a_damaged_signature_is_not_used(kms: KmsStub) -> None:
    signer, kms.damages = make_kms_signer(kms), True
    with pytest.raises(MarkError, match="damaged on its way") as caught:
        signer.sign(b"claim")
    assert caught.value.retryable


def test_a_key_of_another_curve_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    with KmsStub(other) as stub, pytest.raises(MarkError, match="EC_SIGN_P256_SHA256"):
        kms_signer.fetch_public_key(stub.make_client(), KEY_VERSION)


def test_settings_choose_it(kms: KmsStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kms_signer, "make_client", kms.make_client)
    chain = make_authority("A", NOW).issue(kms.key.public_key(), "A", NOW, 30)
    env = {"SUTRADHAR_HOME": str(tmp_path), "MARKS_KMS_KEY": KEY_VERSION}
    with pytest.raises(MarkError, match="MARKS_KMS_KEY is set without a certificate"):
        make_signer(Settings.from_env(env), SystemClock())
    signer = make_signer(Settings.from_env({**env, "MARKS_CERTIFICATE": chain.pem}), SystemClock())
    assert isinstance(signer, KmsSigner)
