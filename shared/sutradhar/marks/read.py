"""Read the marks of a file with c2pa's own reader, which knows nothing of how we wrote them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

from sutradhar.domain.assets.marks import MarkedPart, MarkFacts
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import MarkError
from sutradhar.marks import containers
from sutradhar.marks.manifest import find_assertion, read_parts
from sutradhar.marks.xmp import XmpFacts, read_xmp, summarize

MarkState = Literal["trusted", "valid", "invalid", "none"]
_SETTINGS = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
"""Nothing is asked of other servers."""
_UNTRUSTED = "signingCredential.untrusted"


class MarkAction(Frozen):
    """One action that a manifest states."""

    name: str
    source_type: str = ""
    """The last part of the URL of IPTC's term; empty: the action states none."""
    description: str = ""


class ReadMarks(Frozen):
    """The marks of one file."""

    state: MarkState
    """``trusted``: the content credentials belong to this file, and one of the anchors vouches for the signer;
    ``valid``: they belong to this file; ``invalid``: the file or the credentials were changed; ``none``: there are
    none."""
    problems: tuple[str, ...] = ()
    """The codes of C2PA for what is wrong."""
    signer: str = ""
    issuer: str = ""
    title: str = ""
    source_type: str = ""
    """The last part of the URL of IPTC's term for the whole file."""
    actions: tuple[MarkAction, ...] = ()
    parts: tuple[MarkedPart, ...] = ()
    """The list of our own assertion; empty for files of other programs."""
    xmp: XmpFacts | None = None

    @property
    def has_marks(self) -> bool:
        return self.state != "none" or (self.xmp is not None and bool(self.xmp.source_type))

    def says(self, facts: MarkFacts) -> bool:
        """Return whether the content credentials state ``facts``."""
        return self.source_type == facts.source_type and self.parts == facts.parts

    def says_in_short(self, facts: MarkFacts) -> bool:
        """Return whether the XMP states ``facts``."""
        return self.xmp == summarize(facts)


def read_marks(path: Path, anchors_pem: str | None = None) -> ReadMarks:
    """Return the marks of the MP4, PNG or JPEG file ``path``.

    Args:
        anchors_pem: the root certificates that are trusted; None: whom the signer is trusted by is not asked.

    Raises:
        MarkError: it is another kind of file, or cannot be read.
    """
    with _open_media(path) as (file, media_type):
        xmp = _read_packet(file, media_type)
        file.seek(0)
        return _read_credentials(file, media_type, anchors_pem).evolve(xmp=xmp)


def read_xmp_alone(path: Path) -> ReadMarks:
    """Return the XMP of the MP4, PNG or JPEG file ``path``; its content credentials are not looked for.

    Raises:
        MarkError: as ``read_marks``.
    """
    with _open_media(path) as (file, media_type):
        return ReadMarks(state="none", xmp=_read_packet(file, media_type))


@contextmanager
def _open_media(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    """Yield the open file and its media type."""
    try:
        with path.open("rb") as file:
            yield file, containers.detect_type(file)
    except OSError as exc:
        raise MarkError(f"{path} cannot be read: {exc.strerror or type(exc).__name__}") from exc


def _read_packet(file: BinaryIO, media_type: str) -> XmpFacts | None:
    packet = containers.find_packet(file, media_type)
    return read_xmp(packet) if packet else None


def _read_credentials(file: BinaryIO, media_type: str, anchors_pem: str | None) -> ReadMarks:
    import c2pa

    trust = {"trust": {"user_anchors": anchors_pem}} if anchors_pem else {}
    try:
        with (
            c2pa.Context.from_dict({**_SETTINGS, **trust}) as context,
            c2pa.Reader(media_type, file, context=context) as reader,
        ):
            manifest = reader.get_active_manifest() or {}
            results = reader.get_validation_results() or {}
            state = str(reader.get_validation_state()).lower()
    except c2pa.C2paError.ManifestNotFound:
        return ReadMarks(state="none")
    except (c2pa.C2paError, KeyError) as exc:  # KeyError: no manifest of the file can be decoded
        # damage inside the credentials themselves stops the reader
        return ReadMarks(state="invalid", problems=(f"unreadable: {exc}",))
    signature: Mapping[str, Any] = manifest.get("signature_info") or {}
    actions = tuple(_list_actions(manifest))
    return ReadMarks(
        state=state if state in ("trusted", "valid") else "invalid",
        problems=tuple(code for code in _list_problems(results) if anchors_pem or code != _UNTRUSTED),
        signer=str(signature.get("common_name", "")),
        issuer=str(signature.get("issuer", "")),
        title=str(manifest.get("title", "")),
        source_type=next((action.source_type for action in actions if action.name == "c2pa.created"), ""),
        actions=actions,
        parts=read_parts(manifest),
    )


def _list_actions(manifest: Mapping[str, Any]) -> Iterator[MarkAction]:
    for action in find_assertion(manifest, "c2pa.actions").get("actions", ()):
        yield MarkAction(
            name=str(action.get("action", "")),
            source_type=str(action.get("digitalSourceType", "")).rpartition("/")[2],
            description=str(action.get("description", "")),
        )


def _list_problems(results: Mapping[str, Any]) -> Iterator[str]:
    """Yield the code of each failure, each once."""
    groups = [results.get("activeManifest") or {}]
    groups += [delta.get("validationDeltas") or {} for delta in results.get("ingredientDeltas") or ()]
    yield from dict.fromkeys(str(failure.get("code", "")) for group in groups for failure in group.get("failure", ()))
