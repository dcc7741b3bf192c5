"""Send spans to an OpenTelemetry collector, if OTEL_EXPORTER_OTLP_ENDPOINT is set."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sutradhar import telemetry
from sutradhar.domain.core.errors import NotInstalled

_TRACE_CHARS = 32


def start_tracing(endpoint: str) -> Any:
    """Send the spans of this process to ``endpoint`` (OTLP over HTTP) from now on; return the provider of tracers.

    Raises:
        NotInstalled: a package is missing.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as exc:
        advice = "pip install 'sutradhar[tracing]', or unset OTEL_EXPORTER_OTLP_ENDPOINT"
        raise NotInstalled("the exporter of OpenTelemetry", advice=advice) from exc
    provider = TracerProvider(resource=Resource.create({"service.name": "sutradhar"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    telemetry.set_spans(_SpanFactory(provider.get_tracer("sutradhar")))
    return provider


class _SpanFactory:
    """Opens spans. The outermost span of a process continues the trace in the fields of the log, and binds a new one if
    there is none, so that lines, messages and spans share it."""

    def __init__(self, tracer: Any) -> None:
        self._tracer = tracer

    @contextmanager
    def __call__(self, name: str, attributes: dict[str, str]) -> Iterator[None]:
        from opentelemetry import trace

        context = None
        known = telemetry.read_carried_fields().get("trace", "")
        if not trace.get_current_span().get_span_context().is_valid and len(known) == _TRACE_CHARS:
            flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
            caller = trace.SpanContext(int(known, 16), random.getrandbits(64) | 1, is_remote=True, trace_flags=flags)
            context = trace.set_span_in_context(trace.NonRecordingSpan(caller))
        with (
            self._tracer.start_as_current_span(name, context=context, attributes=attributes) as span,
            telemetry.bind_fields(trace=f"{span.get_span_context().trace_id:032x}"),
        ):
            yield
