#!/usr/bin/env bash
# c2pa-python 0.38.1: one damaged byte in an assertion of an own label (the text in it is no UTF-8 any more).
# Expected before the run: either the constructor of Reader raises a C2paError, as it does for damage inside
# `c2pa.actions`, or the reader opens the file, calls it Invalid and shows its manifest.
# Seen: the reader opens the file, calls it Invalid, names an active manifest in its JSON, and has no manifests there at
# all: get_active_manifest raises a KeyError, which is no C2paError. shared/sutradhar/marks/read.py takes both for damage.
# Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check c2pa-python==0.38.1 pillow==12.2.0
"$folder/venv/bin/python" - <<'PYTHON'
import io
import json
import sys
from datetime import datetime, timedelta, timezone

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

now = datetime.now(timezone.utc)


def issue(name, key, issuer_name, issuer_key, is_root):
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, one)]) for one in (name, issuer_name))
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    usage = x509.KeyUsage(not is_root, False, False, False, False, is_root, is_root, False, False)
    for extension, critical in (
        (x509.BasicConstraints(is_root, None), True),
        (usage, True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
    ):
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
own = issue("signer", key, "root", root_key, False).public_bytes(serialization.Encoding.PEM)


def sign(data):
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


actions = [{"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/composite"}]
manifest = {
    "title": "t",
    "format": "image/png",
    "claim_generator_info": [{"name": "finding"}],
    "assertions": [
        {"label": "c2pa.actions.v2", "data": {"actions": actions}},
        {"label": "org.example.facts", "data": {"remark_of_ours": True}},
    ],
}
plain, signed = io.BytesIO(), io.BytesIO()
Image.new("RGB", (64, 64), "teal").save(plain, "PNG")
plain.seek(0)
with c2pa.Signer.from_callback(sign, c2pa.C2paSigningAlg.ES256, own.decode(), None) as signer:
    c2pa.Builder(manifest).sign(signer, "image/png", plain, signed)
data = signed.getvalue()


def read(word):
    at = data.index(word)
    try:
        reader = c2pa.Reader("image/png", io.BytesIO(data[:at] + b"\xef" + data[at + 1 :]))
    except c2pa.C2paError as exc:
        return f"the constructor raises C2paError ({str(exc)[:40]} ...)", None
    state, kept = reader.get_validation_state(), json.loads(reader.json())
    try:
        reader.get_active_manifest()
    except Exception as exc:
        raised = type(exc)
    else:
        raised = None
    return f"opens, {state}, active_manifest {bool(kept.get('active_manifest'))}, manifests {len(kept['manifests'])}", raised


first, second = read(b"digitalSourceType"), read(b"remark_of_ours")
print(f"damage in c2pa.actions: {first[0]}")
print(f"damage in our own assertion: {second[0]}; get_active_manifest raises {second[1] and second[1].__name__}")
if first[1] is not None or second[1] is not KeyError or issubclass(KeyError, c2pa.C2paError):
    sys.exit("this has changed: expected a C2paError of the constructor, and a KeyError of get_active_manifest")
PYTHON
