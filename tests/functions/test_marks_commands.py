"""`sutradhar marks` makes and renews certificates, and reads the marks of files."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from functions.cli import app
from functions.cli.marks_view import print_verdict
from sutradhar import bootstrap
from sutradhar.domain.assets.marks import MarkFacts
from sutradhar.marks import kms_signer
from sutradhar.marks.read import ReadMarks
from sutradhar.marks.write import mark_image
from tests import mark_certificates
from tests.conftest import forget
from tests.functions.test_audited_acts import list_acts
from tests.kms_stub import KEY_VERSION, KmsStub

pytestmark = pytest.mark.usefixtures("home")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["marks", *words])


def write_image(path: Path, *, is_signed: bool = True) -> Path:
    """Write a PNG with marks by the certificate of this home."""
    image = io.BytesIO()
    Image.new("RGB", (64, 36), "teal").save(image, "PNG")
    facts = MarkFacts(title="Hills", source_type="trainedAlgorithmicMedia", has_synthetic_media=True)
    path.write_bytes(mark_image(image.getvalue(), facts, bootstrap.mark_signer() if is_signed else None))
    return path


def test_a_certificate_is_made_once_and_signs_files_that_verify(home: Path, tmp_path: Path) -> None:
    shown = run("show")
    assert (shown.exit_code, "XMP alone" in shown.stderr) == (1, True)
    done = run("setup", "--name", "Asha films")
    assert done.exit_code == 0, done.output
    assert "signed by Asha films from now on" in done.stderr
    modes = {path.name: path.stat().st_mode & 0o777 for path in (home / "marks").iterdir()}
    assert {modes["key.pem"], modes["root-key.pem"]} == {0o600}
    files = {path.name: path.read_bytes() for path in (home / "marks").iterdir()}
    assert "already" in run("setup").stderr
    assert {path.name: path.read_bytes() for path in (home / "marks").iterdir()} == files
    facts = json.loads(run("show", "--json").stdout)
    assert (facts["signs"], facts["subject"]) == (True, "Asha films")
    assert str(list_acts()).count("set_up_marks") == 1

    signed, bare = write_image(tmp_path / "signed.png"), write_image(tmp_path / "bare.png", is_signed=False)
    verdict = run("verify", str(signed))
    assert (verdict.exit_code, "trusted" in verdict.stderr) == (0, True)
    without = run("verify", str(signed), str(bare))
    assert without.exit_code == 1
    assert "its XMP says trainedAlgorithmicMedia, which is unsigned" in without.stderr
    answer = json.loads(run("verify", str(signed), str(bare), "--json").stdout)
    assert [one["state"] for one in answer["files"]] == ["trusted", "none"]
    described = run("show", str(signed))
    assert "title: Hills" in described.stderr
    assert json.loads(run("show", str(signed), "--json").stdout)["source_type"] == "trainedAlgorithmicMedia"


def test_names_of_any_script_reach_the_reader(tmp_path: Path) -> None:
    assert run("setup", "--name", "आशा फ़िल्म्स & सन्स").exit_code == 0
    facts = json.loads(run("show", str(write_image(tmp_path / "signed.png")), "--json").stdout)
    assert (facts["state"], facts["issuer"], facts["signer"]) == ("trusted", *["आशा फ़िल्म्स & सन्स"] * 2)


def test_a_changed_file_is_found_out(tmp_path: Path) -> None:
    run("setup")
    path = write_image(tmp_path / "signed.png")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"IDAT") + 8
    data[at] ^= 1
    path.write_bytes(data)
    done = run("verify", str(path))
    assert (done.exit_code, "invalid" in done.stderr, "assertion.dataHash.mismatch" in done.stderr) == (1, True, True)


def test_credentials_that_cannot_be_decoded_are_a_changed_file(tmp_path: Path) -> None:
    run("setup")
    path = write_image(tmp_path / "signed.png")
    data = path.read_bytes()
    word = b"has_synthetic_media"
    assert data.index(word) < data.index(b"IDAT")
    path.write_bytes(data.replace(word, b"\xef" + word[1:], 1))  # no UTF-8, so the reader finds no manifest at all
    done = run("verify", str(path))
    assert (done.exit_code, "invalid" in done.stderr) == (1, True), done.output


def test_a_renewed_certificate_keeps_the_root_so_earlier_files_stay_trusted(home: Path, tmp_path: Path) -> None:
    run("setup", "--name", "Asha films")
    root = (home / "marks" / "root.pem").read_bytes()
    earlier = write_image(tmp_path / "earlier.png")
    first = json.loads(run("show", "--json").stdout)
    done = run("setup", "--renew", "--json")
    assert done.exit_code == 0, done.output
    second = json.loads(done.stdout)
    assert (second["subject"], second["is_new"]) == ("Asha films", True)
    assert second["fingerprint"] != first["fingerprint"]
    assert (home / "marks" / "root.pem").read_bytes() == root
    assert run("verify", str(earlier), str(write_image(tmp_path / "later.png"))).exit_code == 0
    (home / "marks" / "root-key.pem").unlink()
    replaced = run("setup", "--renew")
    assert "the root is new too" in replaced.stderr
    state = json.loads(run("verify", str(earlier), "--json").stdout)["files"][0]["state"]
    assert state == "valid", "this installation does not know its own earlier root any more"
    (tmp_path / "root.pem").write_bytes(root)
    trusted = json.loads(run("verify", str(earlier), "--root", str(tmp_path / "root.pem"), "--json").stdout)
    assert trusted["files"][0]["state"] == "trusted"


def test_an_expired_certificate_is_named_and_renewed(home: Path, tmp_path: Path) -> None:
    mark_certificates.make_folder(home, days=5, age_days=6)
    shown = run("show")
    assert (shown.exit_code, "expired at" in shown.stderr, "--renew" in shown.stderr) == (1, True, True)
    refused = run("setup")
    assert (refused.exit_code, "expired at" in refused.stderr) == (1, True)
    assert run("setup", "--renew").exit_code == 0
    assert run("verify", str(write_image(tmp_path / "signed.png"))).exit_code == 0


def test_a_file_whose_certificate_expired_later_is_called_unchanged(capsys: pytest.CaptureFixture[str]) -> None:
    problems = ("signingCredential.untrusted", "signingCredential.expired")
    print_verdict(Path("a.mp4"), ReadMarks(state="invalid", issuer="Asha films", problems=problems))
    assert "unchanged since Asha films signed it, but the certificate has expired" in " ".join(
        capsys.readouterr().err.split()
    )


def test_a_damaged_root_is_named_and_no_file_is_accused(home: Path, tmp_path: Path) -> None:
    run("setup")
    path = write_image(tmp_path / "signed.png")
    bad = tmp_path / "bad.pem"
    bad.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert "bad.pem has no root certificate" in " ".join(run("verify", str(path), "--root", str(bad)).stderr.split())
    (home / "marks" / "root.pem").write_bytes(bytes(range(256)))
    done = run("verify", str(path))
    assert (done.exit_code, "root.pem has no root certificate" in " ".join(done.stderr.split())) == (1, True)


def test_what_is_no_file_with_marks_is_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    for name, words in (("none.mp4", "is not a file"), (".", "is not a file"), ("text.mp4", "MP4, PNG or JPEG")):
        done = run("verify", str(tmp_path / name))
        assert (done.exit_code, words in done.stderr) == (1, True), done.output
    for root in ("none.pem", "text.mp4"):
        done = run("verify", str(tmp_path / "text.mp4"), "--root", str(tmp_path / root))
        assert (done.exit_code, root in done.stderr) == (1, True)
    assert "at most 64 characters" in run("setup", "--name", "x" * 65).stderr


def test_a_key_in_cloud_kms_gets_a_certificate_and_signs(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "must name a version of a key" in run("setup", "--kms", "my-key").stderr
    with KmsStub() as stub:
        monkeypatch.setattr(kms_signer, "make_client", stub.make_client)
        done = run("setup", "--kms", KEY_VERSION, "--name", "Asha films")
        assert done.exit_code == 0, done.output
        assert f"set MARKS_KMS_KEY={KEY_VERSION}" in done.stderr
        assert not (home / "marks" / "key.pem").exists()
        monkeypatch.setenv("MARKS_KMS_KEY", KEY_VERSION)
        bootstrap.backend().close()
        forget()
        path = write_image(tmp_path / "signed.png")
        assert len(stub.signed) == 1
        assert run("verify", str(path)).exit_code == 0
