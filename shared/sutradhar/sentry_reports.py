"""Send errors to Sentry, if SENTRY_DSN is set: each error in the log is an event with the fields of its line.

A job that fails is one event, and not another one for each process that logs its failure.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, get_args

from sutradhar.domain.core.errors import NotInstalled
from sutradhar.domain.jobs.messages import JobStep
from sutradhar.telemetry import LOGGER_NAME, describe_record

_TAGS = ("job_id", "request_id", "component", "render_mode", "encoder", "target_res", "error_stage", "message_type")
"""Fields by which events are searched; the others are the event's context."""
_JOB_STEPS = frozenset(step.model_fields["type"].default for step in get_args(JobStep))
_TOLD_BY_THE_JOB = ("message_failed", "dead_letter")
"""Lines about messages; if the message is a step of a job, its job fails and is logged too."""
_LEVELS = {"WARNING": "warning", "ERROR": "error", "CRITICAL": "fatal"}


def start_sentry(dsn: str, scrub: Callable[[Any], Any]) -> logging.Handler:
    """Report errors to ``dsn`` from now on; ``scrub`` takes the secrets out of an event. Return the handler of the log.

    Raises:
        NotInstalled: the package is missing.
    """
    try:
        import sentry_sdk
        from sentry_sdk.integrations.atexit import AtexitIntegration
    except ImportError as exc:
        raise NotInstalled("sentry-sdk", advice="pip install 'sutradhar[sentry]', or unset SENTRY_DSN") from exc
    sentry_sdk.init(
        dsn,
        default_integrations=False,  # they would report each error a second time, and patch what they find
        auto_enabling_integrations=False,
        integrations=[AtexitIntegration(lambda _pending, _timeout: None)],  # a renderer ends right after its error
        include_local_variables=False,  # variables may hold keys
        before_send=lambda event, _hint: scrub(event),
    )
    handler = _SentryHandler(logging.ERROR)
    logging.getLogger(LOGGER_NAME).addHandler(handler)
    return handler


class _SentryHandler(logging.Handler):
    """Turns a record into an event."""

    def emit(self, record: logging.LogRecord) -> None:
        import sentry_sdk

        fields = describe_record(record)
        if _is_told_by_job(fields):
            return
        with sentry_sdk.new_scope() as scope:
            scope.set_level(_LEVELS.get(record.levelname, "error"))  # type: ignore[arg-type]  # our own table
            for name in _TAGS:
                if fields.get(name) is not None:
                    scope.set_tag(name, str(fields[name]))
            scope.set_context("log", {name: value for name, value in fields.items() if name not in _TAGS})
            scope.fingerprint = [str(fields["event"]), str(fields.get("error_stage", "")), "{{ default }}"]
            if record.exc_info and record.exc_info[1]:
                scope.capture_exception(record.exc_info[1])
            else:
                scope.capture_message(str(fields["event"]))


def _is_told_by_job(fields: Mapping[str, object]) -> bool:
    """Return whether ``job_moved`` reports the same failure."""
    is_step = fields["event"] in _TOLD_BY_THE_JOB and fields.get("message_type") in _JOB_STEPS
    return is_step or fields["event"] == "render_failed"
