"""Figures for Prometheus. Every application has its own registry.

No label has values that a user can make up: routes are patterns, problems and works are constants of this program.
"""

from collections import Counter as Counts
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from corpus.errors import DafuError
from search_api.snapshots import Snapshots
from search_api.web.middleware.concurrency import ConcurrencyLimit

CONTENT_TYPE = CONTENT_TYPE_LATEST

_ALARMS = ("clash", "kept")
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds; a search takes some 10 ms
_WORK_BUCKETS = (*_BUCKETS, 30.0, 60.0)  # seconds; a match may take a minute


class Metrics:
    """Counts what an application is asked, and shows what it answers from."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._registry = own = CollectorRegistry()
        self._requests = Counter("dafu_http_requests", "Requests answered", ["method", "route", "status"], registry=own)
        self._seconds = Histogram(
            "dafu_http_request_seconds", "Time to answer", ["route"], registry=own, buckets=_BUCKETS
        )
        self._in_flight = Gauge("dafu_http_requests_in_flight", "Requests not yet answered", registry=own)
        self._problems = Counter("dafu_problems", "Requests answered with a problem", ["kind"], registry=own)
        self._audit_failures = Counter("dafu_audit_failures", "Audit lines that could not be written", registry=own)
        self._work_seconds = Histogram(
            "dafu_work_seconds", "Time in the queue and at work", ["work", "phase"], registry=own, buckets=_WORK_BUCKETS
        )
        self._running = Gauge("dafu_work_running", "Pieces of work in hand", ["work"], registry=own)
        self._waiting = Gauge("dafu_work_waiting", "Pieces of work in the queue", ["work"], registry=own)
        self._slots = Gauge("dafu_work_places", "Pieces of work that may be in hand at once", ["work"], registry=own)
        self._ready = Gauge("dafu_index_ready", "1 while an index is open", registry=own)
        self._kept_old = Gauge(
            "dafu_index_generation_broken", "1 while a newer generation cannot be opened", registry=own
        )
        self._generation = Gauge("dafu_index_generation", "Number of the live generation", registry=own)
        self._created = Gauge(
            "dafu_index_created_timestamp_seconds", "When the live generation was built, Unix time", registry=own
        )
        self._documents = Gauge("dafu_index_documents", "Documents in the live generation", registry=own)
        self._passages = Gauge("dafu_index_passages", "Passages in the live generation", registry=own)
        self._alarms = Gauge("dafu_index_alarms", "Documents whose scope or identity to check", ["kind"], registry=own)
        self._outgrown = Gauge("dafu_encoder_outgrown", "1 where the encoder is to be trained again", registry=own)
        ProcessCollector(registry=own)
        GCCollector(registry=own)

    def watch(self, limits: Sequence[ConcurrencyLimit]) -> None:
        """Shows how full these are from now on."""
        for limit in limits:
            self._slots.labels(limit.work).set(limit.slots)
            self._running.labels(limit.work).set_function(partial(getattr, limit, "running"))
            self._waiting.labels(limit.work).set_function(partial(getattr, limit, "waiting"))

    def began(self) -> None:
        """A request has come."""
        self._in_flight.inc()

    def ended(self, method: str, route: str, status: int, seconds: float, problem: str | None) -> None:
        """A request that came is answered; `problem` is its kind, if it is one."""
        self._in_flight.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        if problem:
            self._problems.labels(problem).inc()

    def worked(self, work: str, phase: str, seconds: float) -> None:
        """A piece of work has left a phase: see ConcurrencyLimit."""
        self._work_seconds.labels(work, phase).observe(seconds)

    def audit_failed(self) -> None:
        """A line of the audit could not be written."""
        self._audit_failures.inc()

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format, with the index as it is now."""
        self._look_at_index()
        return generate_latest(self._registry)

    def _look_at_index(self) -> None:
        gauges = (self._generation, self._created, self._documents, self._passages, self._outgrown, self._kept_old)
        try:
            snapshot = self._snapshots.seen_by(None)
            manifest = snapshot.manifest
        except DafuError:
            self._ready.set(0)
            for gauge in gauges:
                gauge.set(0)
            return
        self._ready.set(1)
        kinds: Counts[str] = Counts(alarm.kind for alarm in snapshot.alarms())
        for kind in _ALARMS:
            self._alarms.labels(kind).set(kinds[kind])
        created = datetime.fromisoformat(manifest.created_at).timestamp()
        facts = (manifest.generation, created, manifest.documents, manifest.passages)
        for gauge, value in zip(gauges, (*facts, bool(manifest.outgrown), bool(self._snapshots.fault)), strict=True):
            gauge.set(value)
