"""Run `sutradhar marks`: make the certificate that signs finished files, and read the marks of any file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.console import print_line, print_note, report_errors
from functions.cli.marks_view import describe_certificate, print_certificate, print_marks, print_verdict
from functions.cli.output import AsJson, print_json
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.bootstrap.marks import marks_folder, read_anchors
from sutradhar.domain.core.errors import FieldError, InvalidRequest, MarkError, NotInstalled

app = typer.Typer(help="The marks in finished files, which say how each was made.", no_args_is_help=True)
_MAX_NAME_CHARS = 64
_MAX_ROOT_BYTES = 1_000_000
"""C2PA's own list of trusted roots has less."""

_Root = Annotated[
    Path | None,
    typer.Option("--root", metavar="FILE", help="Also trust the root certificate in this PEM file."),
]


@app.command()
def setup(
    name: Annotated[
        str, typer.Option(help="The organisation that readers show as the signer. Default: Sutradhar.")
    ] = "",
    renew: Annotated[bool, typer.Option("--renew", help="Replace the certificate that there is.")] = False,
    kms: Annotated[
        str,
        typer.Option(
            metavar="KEY_VERSION",
            help="Make the certificate for a key in Cloud KMS: projects/P/locations/L/keyRings/R/cryptoKeys/K/"
            "cryptoKeyVersions/1.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make the certificate and the key that sign finished files. Earlier files stay as they are."""
    from sutradhar.marks.setup import set_up

    with report_errors("Nothing is changed."):
        begin_command()
        if len(name) > _MAX_NAME_CHARS or not name.isprintable():
            message = f"must be one line of at most {_MAX_NAME_CHARS} characters"
            raise InvalidRequest([FieldError("--name", message)])
        settings = bootstrap.settings()
        folder = marks_folder(settings)
        public_key = _fetch_public_key(kms) if kms else None
        now = bootstrap.backend().clock.now()
        done = set_up(folder, now, name=name.strip(), renew=renew, public_key=public_key)
        if done.is_new:
            note_terminal_act("set_up_marks", fingerprint=done.chain.fingerprint)
    shown = {
        **describe_certificate(done.chain),
        "is_new": done.is_new,
        "folder": str(folder),
        "key": kms or str(folder / "key.pem"),
    }
    if as_json:
        print_json(shown)
        return
    until = f"{done.chain.valid_until:%Y-%m-%d}"
    if not done.is_new:
        print_line(f"There is a certificate of {shown['subject']} already, valid until {until}; --renew replaces it.")
        return
    print_line(f"Finished files are signed by {shown['subject']} from now on, until {until}.")
    print_line(
        f"{folder} keeps the certificate. Give {folder / 'root.pem'} to those who shall trust it; keep the keys."
    )
    _print_notes(settings.marks.certificate, kms, is_new_root=done.is_new_root and renew)


def _print_notes(certificate: str, kms: str, *, is_new_root: bool) -> None:
    if is_new_root:
        print_note("the root is new too, so those who trusted the one before need the new one")
    if certificate:
        print_note("MARKS_CERTIFICATE is set and stays in force; remove it to use this certificate")
    if kms and bootstrap.settings().marks.kms_key != kms:
        print_note(f"set MARKS_KMS_KEY={kms}, so that this key signs")


def _fetch_public_key(kms: str) -> Any:
    from sutradhar.config.parts import check_key_version

    try:
        check_key_version(kms)
    except ValueError as exc:
        raise InvalidRequest([FieldError("--kms", str(exc))]) from exc
    try:
        from sutradhar.marks.kms_signer import fetch_public_key, make_client
    except ImportError as exc:
        raise NotInstalled("the client of Cloud KMS", advice="pip install 'sutradhar[gcp]'") from exc
    return fetch_public_key(make_client(), kms)


@app.command()
def show(
    file: Annotated[Path | None, typer.Argument(help="A video or image. Without it: the certificate.")] = None,
    root: _Root = None,
    as_json: AsJson = False,
) -> None:
    """Show all that the marks of a file say, or else the certificate of this installation."""
    with report_errors():
        begin_command()
        if file:
            marks = _read(file, _collect_anchors(root))
            shown = marks.model_dump(mode="json")
        else:
            shown = _describe_signer()
    if as_json:
        print_json(shown)
    elif file:
        print_marks(file, marks)
    else:
        print_certificate(shown)
    if not file and not shown["signs"]:
        raise typer.Exit(1)


@app.command(no_args_is_help=True)
def verify(
    files: Annotated[list[Path], typer.Argument(help="Videos or images, of this installation or any other.")],
    root: _Root = None,
    as_json: AsJson = False,
) -> None:
    """Check the content credentials of files with C2PA's own reader.

    It ends with 1 if a file has none, or if the file or its credentials were changed after the signature.
    """
    with report_errors():
        begin_command()
        anchors = _collect_anchors(root)
        results = [(file, _read(file, anchors)) for file in files]
    if as_json:
        print_json({"files": [{"file": str(file), **marks.model_dump(mode="json")} for file, marks in results]})
    else:
        for file, marks in results:
            print_verdict(file, marks)
    if any(marks.state not in ("trusted", "valid") for _, marks in results):
        raise typer.Exit(1)


def _read(file: Path, anchors: str) -> Any:
    from sutradhar.marks.read import read_marks

    if not file.is_file():
        raise MarkError(f"{file} is not a file: name a video or an image")
    return read_marks(file, anchors or None)


def _collect_anchors(root: Path | None) -> str:
    """Return the root certificates that are trusted: that of this installation, and one that the user names."""
    from sutradhar.marks.certificates import read_roots

    own = read_anchors(bootstrap.settings())
    if root is None:
        return own
    try:
        with root.open("rb") as file:
            text = file.read(_MAX_ROOT_BYTES).decode("ascii", "replace")
    except OSError as exc:
        raise MarkError(f"{root} cannot be read: {exc.strerror or type(exc).__name__}") from exc
    return own + read_roots(text, str(root))


def _describe_signer() -> dict[str, Any]:
    """Return the facts of the certificate, and whether this process can sign with it."""
    from sutradhar.bootstrap.marks import read_certificate

    settings = bootstrap.settings()
    try:
        chain = read_certificate(settings)
        signer = bootstrap.mark_signer()
    except MarkError as exc:
        return {"signs": False, "problem": str(exc)}
    if chain is None or signer is None:
        problem = "there is no certificate: finished files get XMP alone. `sutradhar marks setup` makes one"
        return {"signs": False, "problem": problem}
    key = settings.marks.kms_key or settings.marks.key or str(marks_folder(settings) / "key.pem")
    return {"signs": True, **describe_certificate(chain), "key": "MARKS_KEY" if "-----BEGIN" in key else key}
