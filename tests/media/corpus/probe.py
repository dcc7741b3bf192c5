"""Probe one file in a separate process, as the upload worker does, and print the peak of its memory in MB."""

import contextlib
import re
import sys
from pathlib import Path

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.providers.media.upload_reader import MediaFiles

if __name__ == "__main__":
    with Path(sys.argv[1]).open("rb") as file, contextlib.suppress(InvalidRequest):
        MediaFiles().probe(file)
    # getrusage would be wrong: a child process begins with the peak of its parent
    peak = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert peak
    print(int(peak[1]) // 1024)
