"""What Prometheus may read, on a port of its own. Labels are few and bounded; no organisation, no person."""

import atexit
import os
import shutil
import tempfile
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS: Final = Histogram(
    "http_server_request_duration_seconds",
    "Time from a request's first byte to its answer's last.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
)
DUE_ACTS: Final = Counter("nodus_due_acts", "What the due-lists did.", ["due", "outcome"])
OPEN_GAPS: Final = Gauge(
    "nodus_open_gaps", "Gaps of the coming fourteen days, by line.", ["line"], multiprocess_mode="mostrecent"
)

OVERDUE_CALLBACKS: Final = Gauge(
    "nodus_overdue_callbacks", "People who should have been rung back by now.", multiprocess_mode="mostrecent"
)

BROKEN_INVARIANTS: Final = Gauge(
    "nodus_broken_invariants",
    "Open cases of which something does not hold; must be 0.",
    ["fault"],
    multiprocess_mode="mostrecent",
)
LEFT_LYING: Final = Gauge("nodus_left_lying", "Open cases on which nobody acts.", multiprocess_mode="mostrecent")
SILENCES: Final = Gauge("nodus_silences", "Silences of the last 24 hours, by kind.", ["kind"], multiprocess_mode="mostrecent")
LAST_AUDIT: Final = Gauge(
    "nodus_last_audit_timestamp_seconds", "When the auditor last looked, as others see it.", multiprocess_mode="mostrecent"
)
AUDITOR_SILENT: Final = Gauge("nodus_auditor_silent", "1: the auditor does not look any more.", multiprocess_mode="mostrecent")


def serve(port: int) -> None:
    """Answer `/metrics` on `port` of the loopback and every other address; 0 means don't."""
    if port:
        start_http_server(port)


def serve_for_all(port: int) -> None:
    """The same for several server processes: call it in their parent before they start; each adds to files in one folder."""
    if port:
        folder = tempfile.mkdtemp(prefix="nodus-metrics-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # inherited; the library looks for it when a process imports it
        registry = CollectorRegistry()
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]  # the library's constructor has no types
        start_http_server(port, registry=registry)
