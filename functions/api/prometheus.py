"""Write the metrics in the text format of Prometheus, from what was read from the store."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from sutradhar.domain.jobs import metrics
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.tallies import Tallies
from sutradhar.domain.publishing.promise import list_outcomes
from sutradhar.pipeline.operations import Operations

Samples = Mapping[tuple[str, ...], float]
_COUNTED_STATES = {
    "jobs_started_total": JobState.PLANNING,
    "jobs_succeeded_total": JobState.SUCCEEDED,
    "jobs_canceled_total": JobState.CANCELLED,
}


def write_metrics(operations: Operations, disk_free_gb: float | None) -> bytes:
    """Return the text. ``disk_free_gb``: None where jobs and videos are on no disk."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_StoreCollector(operations, disk_free_gb))
    return generate_latest(registry)


class _StoreCollector(Collector):
    """Yields the metrics of one moment."""

    def __init__(self, operations: Operations, disk_free_gb: float | None) -> None:
        self._operations = operations
        load = operations.load
        gauges = {
            "active_jobs": load.active_jobs,
            "queue_depth": load.queue_depth,
            "oldest_waiting_seconds": load.oldest_waiting_sec or 0.0,
            "disk_free_gb": disk_free_gb,
        }
        self._samples: dict[str, Samples] = {n: {(): value} for n, value in gauges.items() if value is not None}
        self._samples |= {name: {(): operations.counts.get(state, 0)} for name, state in _COUNTED_STATES.items()}
        self._samples["provider_errors_total"] = {
            (one.provider, code): count for one in operations.providers for code, count in one.errors.items()
        }
        self._samples["publications_due_total"] = _count_publications(operations.tallies)
        self._samples["provider_paused"] = {
            (one.provider,): float(one.state == "paused") for one in operations.providers
        }

    def collect(self) -> Iterator[Metric]:
        for metric in metrics.METRICS:
            if metric.kind == "histogram":
                yield self._make_histogram(metric)
                continue
            family_class = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}[metric.kind]
            family = family_class(metric.name, metric.help, labels=metric.labels)
            for labels, value in self._find_samples(metric).items():
                family.add_metric(labels, value)
            yield family

    def _find_samples(self, metric: metrics.Metric) -> Samples:
        if metric.name in self._samples:
            return self._samples[metric.name]
        samples = {t.labels: total for t, total in self._operations.tallies.items() if t.metric == metric.name}
        # an alert can compute a rate only if the counter was there, as 0, before its first event
        return samples or ({(): 0.0} if metric.kind == "counter" and not metric.labels else {})

    def _make_histogram(self, metric: metrics.Metric) -> Metric:
        family = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
        tallies = self._operations.tallies
        sums = {t.labels: total for t, total in tallies.items() if t.metric == f"{metric.name}_sum"}
        for labels, total in sums.items():
            parts = {
                t.labels[-1]: count
                for t, count in tallies.items()
                if t.metric == f"{metric.name}_bucket" and t.labels[:-1] == labels
            }
            family.add_metric(labels, list(_add_up(metric.buckets, parts)), total)
        return family


def _count_publications(tallies: Tallies) -> Samples:
    """Return the counts of publications. A destination has each expected outcome, if need be as 0, since an alert can
    compute a rate only if the counter was there before its first event."""
    counts = {tally.labels: total for tally, total in tallies.items() if tally.metric == "publications_due_total"}
    destinations = sorted({destination for destination, *_ in counts})
    return {(one, *labels): 0.0 for one in destinations for labels in list_outcomes()} | counts


def _add_up(limits: Iterable[float], parts: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield the upper limit and the count of each bucket, with those of the buckets below it. A count whose limit was
    among the buckets of an earlier version goes to the next one above."""
    counts = {float(limit): count for limit, count in parts.items()}
    for upper in (*limits, float("inf")):
        text = "+Inf" if upper == float("inf") else f"{float(upper)}"
        yield text, sum(count for limit, count in counts.items() if limit <= upper)
