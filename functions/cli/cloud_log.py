"""Read the log of a deployment from Cloud Logging, by the user's own `gcloud`."""

import json
import shutil
import subprocess

from functions.cli.log_lines import LogLine
from sutradhar.domain.core.errors import BackendError, NotInstalled

_FRESHNESS = "7d"


def make_filter(job_id: str | None, least_severe: str) -> str:
    """Return the filter of Cloud Logging for our lines of one job, or of all jobs.

    Source of the syntax: cloud.google.com/logging/docs/view/logging-query-language.
    """
    parts = ["jsonPayload.event:*", f"severity>={least_severe}"]
    return " AND ".join([*parts, f'jsonPayload.job_id="{job_id}"'] if job_id else parts)


def read_cloud_lines(project: str, job_id: str | None, least_severe: str, limit: int) -> list[LogLine]:
    """Return the newest ``limit`` lines of the last week, oldest first.

    Raises:
        NotInstalled: there is no gcloud on this machine.
        BackendError: gcloud refused to read.
    """
    argv = ["gcloud", "logging", "read", make_filter(job_id, least_severe), f"--project={project}"]
    argv += [f"--limit={limit}", f"--freshness={_FRESHNESS}", "--order=desc", "--format=json"]
    if shutil.which("gcloud") is None:
        raise NotInstalled("gcloud, which reads Cloud Logging,", advice="https://cloud.google.com/sdk/docs/install")
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last_line = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BackendError(f"gcloud could not read the log: {last_line}", retryable=False)
    entries = json.loads(done.stdout or "[]")
    return [
        LogLine({"time": entry.get("timestamp", ""), "severity": entry.get("severity", "INFO"), **_payload(entry)})
        for entry in reversed(entries)
    ]


def _payload(entry: dict[str, object]) -> dict[str, object]:
    payload = entry.get("jsonPayload")
    return payload if isinstance(payload, dict) else {"message": entry.get("textPayload", "")}
