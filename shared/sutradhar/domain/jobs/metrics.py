"""Every metric of `GET /metrics/prometheus`: its name, its meaning and its labels."""

from typing import Literal, NamedTuple

from sutradhar.domain.jobs.tallies import JOB_BUCKETS, STEP_BUCKETS

HTTP_BUCKETS = (0.05, 0.1, 0.15, 0.3, 0.5, 1, 2, 5, 10)
"""Upper limits in seconds of the buckets of http_request_duration_seconds: the objectives of the calls and more."""


class Metric(NamedTuple):
    """One metric. ``labels``: the names of its labels, in the order of the labels of its tallies."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


METRICS = (
    Metric("jobs_started_total", "counter", "Jobs that were requested"),
    Metric("jobs_succeeded_total", "counter", "Jobs whose video was finished"),
    Metric("jobs_failed_total", "counter", "Failures of jobs; a retried job may fail again", ("error", "cause")),
    Metric("jobs_canceled_total", "counter", "Jobs that were canceled"),
    Metric("job_timeouts_total", "counter", "Failures of jobs whose work was started again and again and never ended"),
    Metric(
        "job_duration_seconds",
        "histogram",
        "Seconds of work until a video was finished, by its requested length",
        ("length", "mode"),
        JOB_BUCKETS,
    ),
    Metric("step_duration_seconds", "histogram", "Seconds of one step of a job", ("step",), STEP_BUCKETS),
    Metric("renders_total", "counter", "Finished videos by the encoder that made them", ("encoder",)),
    Metric(
        "publications_due_total",
        "counter",
        "Publications whose time has come, by whether the video could be seen in time",
        ("destination", "outcome", "reason"),
    ),
    Metric("publish_ticks_total", "counter", "Searches for publications that are due"),
    Metric("active_jobs", "gauge", "Jobs that are worked on"),
    Metric("queue_depth", "gauge", "Jobs that wait for their plan"),
    Metric("oldest_waiting_seconds", "gauge", "Seconds that the first waiting job has waited"),
    Metric("provider_errors_total", "counter", "Failed calls of providers", ("provider", "code")),
    Metric("provider_paused", "gauge", "1 while the provider is not called, because it failed", ("provider",)),
    Metric("rate_limit_hits_total", "counter", "Requests that a rate limit refused"),
    Metric("quota_violations_total", "counter", "Requests that a quota or a budget refused"),
    Metric("http_requests_total", "counter", "Requests", ("endpoint", "method", "status")),
    Metric(
        "http_request_duration_seconds",
        "histogram",
        "Seconds until a request was answered",
        ("endpoint", "method"),
        HTTP_BUCKETS,
    ),
    Metric("disk_free_gb", "gauge", "Free space of the disk that holds jobs and videos, in 10^9 bytes"),
)
