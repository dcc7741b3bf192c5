"""Read the marks of stored files, as any other program would, and compare them with what they should say."""

from pathlib import Path

from gpu_renderer.core.mark_errors import wrap_mark_errors
from sutradhar.domain.assets.marks import MarkFacts
from sutradhar.domain.video.file_facts import CheckedMarks
from sutradhar.marks.read import read_marks, read_xmp_alone


def check_marks(path: Path, facts: MarkFacts | None, *, is_signed: bool) -> CheckedMarks:
    """Return what the marks of the stored file ``path`` say.

    Args:
        facts: what they should say; None: only that they are there is asked, and that they belong to the file.
        is_signed: False: the file was not signed, so it has XMP alone.

    Raises:
        RenderError: the file cannot be read.
    """
    with wrap_mark_errors():
        read = read_marks(path) if is_signed else read_xmp_alone(path)
    is_valid = read.state in ("valid", "trusted")
    return CheckedMarks(
        has_xmp=read.says_in_short(facts) if facts else bool(read.xmp and read.xmp.source_type),
        credentials="none" if read.state == "none" else "valid" if is_valid else "invalid",
        problems=read.problems,
        signer=read.issuer or read.signer,
        states_facts=read.says(facts) if facts else is_valid,
    )
