"""Figures for Prometheus. Each application has its own registry."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from corpus.errors import DafuError
from search_api.web.live import LiveIndex

CONTENT_TYPE = CONTENT_TYPE_LATEST

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds; a search takes some 10 ms


class Metrics:
    """What has been asked of an application, and what it answers from."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "dafu_http_requests", "Requests answered", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "dafu_http_request_seconds", "Time to answer", ["route"], registry=self._registry, buckets=_BUCKETS
        )
        self._ready = Gauge("dafu_index_ready", "1 while an index is open", registry=self._registry)
        self._generation = Gauge("dafu_index_generation", "Number of the live generation", registry=self._registry)
        self._documents = Gauge("dafu_index_documents", "Letters in the live generation", registry=self._registry)
        self._passages = Gauge("dafu_index_passages", "Passages in the live generation", registry=self._registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format, the index looked at now."""
        try:
            manifest = self._live.generation().manifest
        except DafuError:
            facts = (0, 0, 0, 0)
        else:
            facts = (1, manifest.generation, manifest.documents, manifest.passages)
        for gauge, value in zip((self._ready, self._generation, self._documents, self._passages), facts, strict=True):
            gauge.set(value)
        return generate_latest(self._registry)
