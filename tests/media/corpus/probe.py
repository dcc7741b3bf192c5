"""Probe one file in a process of its own, as a worker of the door does, and print the peak of its memory in MB."""

import contextlib
import resource
import sys
from pathlib import Path

from sutradhar.domain.errors import InvalidRequest
from sutradhar.providers.media_file import MediaFiles

if __name__ == "__main__":
    with Path(sys.argv[1]).open("rb") as file, contextlib.suppress(InvalidRequest):
        MediaFiles().probe(file)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
