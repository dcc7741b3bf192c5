"""Print certificates and the marks of files for people."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from functions.cli.console import print_line
from functions.cli.output import add_row, make_table, print_table

if TYPE_CHECKING:
    from sutradhar.marks.certificates import CertificateChain
    from sutradhar.marks.read import ReadMarks

_STYLES = {"trusted": "green", "valid": "yellow", "invalid": "red", "none": "red"}
_VERDICTS = {
    "trusted": "genuine, signed by {signer}, whom this installation trusts",
    "valid": "unchanged since {signer} signed it; this installation does not know the signer (--root FILE)",
    "invalid": "changed after it was signed, or the signature does not hold",
    "none": "no content credentials; a copy without encoding, such as ffmpeg -c copy, removes them",
}
_EXPIRED = "unchanged since {signer} signed it, but the certificate has expired since then, so readers refuse it"
_OF_EXPIRED = {"signingCredential.expired", "signingCredential.untrusted"}


def describe_certificate(chain: "CertificateChain") -> dict[str, Any]:
    return {**chain.names, "valid_until": chain.valid_until.isoformat(), "fingerprint": chain.fingerprint}


def print_certificate(facts: Mapping[str, Any]) -> None:
    if not facts["signs"]:
        print_line(("–", "yellow"), " ", facts["problem"])
        return
    print_line(("✓", "green"), f" finished files are signed by {facts['subject']} until {facts['valid_until'][:10]}")
    for name in ("issuer", "fingerprint", "key"):
        print_line(f"  {name}: {facts[name]}")


def print_verdict(file: Path, marks: "ReadMarks") -> None:
    """Print one line about a file, and one for each problem."""
    is_expired = marks.state == "invalid" and set(marks.problems) <= _OF_EXPIRED
    verdict = (_EXPIRED if is_expired else _VERDICTS[marks.state]).format(
        signer=marks.issuer or marks.signer or "an unnamed signer"
    )
    print_line((marks.state, _STYLES[marks.state]), f" {file}: {verdict}")
    if marks.state == "none" and marks.xmp and marks.xmp.source_type:
        print_line(f"  its XMP says {marks.xmp.source_type}, which is unsigned")
    if marks.state == "invalid" and not is_expired:
        for problem in marks.problems:
            print_line(f"  {problem}")


def print_marks(file: Path, marks: "ReadMarks") -> None:
    """Print all that the marks of a file say."""
    print_verdict(file, marks)
    for name, value in (("title", marks.title), ("made as", marks.source_type)):
        if value:
            print_line(f"  {name}: {value}")
    table = make_table("part", "made by", "model", "kind of source", "licence")
    for part in marks.parts:
        provider = "your own file" if part.is_own else part.provider
        add_row(table, str(part.slot), provider, part.model or part.voice, part.source_type or "unknown", part.licence)
    if marks.parts:
        print_table(table, "")
