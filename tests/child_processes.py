"""List the processes that a test has started."""

import psutil


def list_child_processes() -> list[psutil.Process]:
    """Return all processes below this one, except the emulators, which serve the whole run of tests."""
    processes = []
    for process in psutil.Process().children(recursive=True):
        try:
            name = process.name()
            if process.status() != psutil.STATUS_ZOMBIE and name != "java" and not name.startswith("fake-gcs-server"):
                processes.append(process)
        except psutil.NoSuchProcess:
            continue  # it ended in between
    return processes
