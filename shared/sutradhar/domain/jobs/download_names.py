"""Name the files that a caller downloads, so that a person finds them again: by the title of the video."""

from sutradhar.domain.core.file_names import RESERVED
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.library import make_entry

_MAX_CHARS, _MAX_BYTES = 80, 200
"""Most file systems take names of 255 bytes."""


def name_download(job: Job, part: str, suffix: str) -> str:
    """Return a file's name, such as ``The fox.hi.srt`` for the part ``hi`` and the suffix ``.srt``.

    Args:
        part: what tells the file from others of the video; empty for the video itself.
        suffix: with its dot.
    """
    title = " ".join(RESERVED.sub(" ", make_entry(job).title).split())[:_MAX_CHARS]
    title = title.encode()[:_MAX_BYTES].decode(errors="ignore").strip(" .")
    return f"{title or job.id}{f'.{part}' if part else ''}{suffix}"
