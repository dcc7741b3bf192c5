"""Read the marks of stored files, as any other program would, and compare them with what they should say."""

from pathlib import Path

from gpu_renderer.core.mark_errors import wrap_mark_errors
from sutradhar.domain.assets.marks import MarkFacts
from sutradhar.domain.video.file_facts import CheckedMarks
from sutradhar.marks.read import read_marks


def check_marks(path: Path, facts: MarkFacts | None) -> CheckedMarks:
    """Return what the marks of the stored file ``path`` say.

    Args:
        facts: what they should say; None: only that they are there is asked, and that they belong to the file.

    Raises:
        RenderError: the file cannot be read.
    """
    with wrap_mark_errors():
        read = read_marks(path)
    is_signed = read.state in ("valid", "trusted")
    return CheckedMarks(
        has_xmp=read.says_in_short(facts) if facts else bool(read.xmp and read.xmp.source_type),
        credentials="none" if read.state == "none" else "valid" if is_signed else "invalid",
        problems=read.problems,
        signer=read.issuer or read.signer,
        states_facts=read.says(facts) if facts else is_signed,
    )
