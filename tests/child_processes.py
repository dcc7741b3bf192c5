"""The processes that a test has started."""

import psutil


def offspring() -> list[psutil.Process]:
    """All that live below this process, but for the emulators, which serve the whole run of tests."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            name = process.name()
            if process.status() != psutil.STATUS_ZOMBIE and name != "java" and not name.startswith("fake-gcs-server"):
                found.append(process)
        except psutil.NoSuchProcess:
            continue  # it ended while we looked
    return found
