"""Mark the finished video and describe its marks: the last step before it is stored."""

from collections.abc import Collection
from pathlib import Path

from gpu_renderer.core.mark_errors import wrap_mark_errors
from gpu_renderer.core.task import RenderContext
from sutradhar.domain.assets.build_marks import select_parts
from sutradhar.domain.assets.marks import MarkFacts
from sutradhar.domain.video.file_facts import CheckedMarks
from sutradhar.domain.video.render_request import MarksSummary


def mark_video(context: RenderContext, path: Path) -> Path:
    """Return the joined video ``path`` with its marks; ``path`` itself if the request has no facts for them.

    The packets of the video are not changed.

    Raises:
        RenderError: it cannot be signed.
    """
    facts = context.request.marks
    if facts is None:
        return path
    from sutradhar.marks import write

    with context.measure_time("marks"), wrap_mark_errors():
        return write.mark_video(path, facts, context.signer)


def mark_file(context: RenderContext, path: Path, parts: Collection[str]) -> Path:
    """Return the audio file ``path`` (.m4a) with marks about the assets whose hashes are ``parts``, or ``path`` itself
    if the request has no facts. Raise RenderError: it cannot be signed."""
    facts = context.request.marks
    if facts is None:
        return path
    from sutradhar.marks import write

    with context.measure_time("marks"), wrap_mark_errors():
        return write.mark_video(path, select_parts(facts, parts), context.signer)


def summarize_marks(facts: MarkFacts | None, checked: CheckedMarks | None) -> MarksSummary | None:
    """Return the summary of the marks for ``facts`` that were read from the stored video."""
    if facts is None or checked is None:
        return None
    signed = checked.credentials == "valid"
    return MarksSummary(
        state="signed" if signed else "xmp_only" if checked.has_xmp else "none",
        signer=checked.signer,
        source_type=facts.source_type,
        has_synthetic_media=facts.has_synthetic_media,
        parts=facts.parts,
    )
