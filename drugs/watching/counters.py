"""Requests counted by method, route and status, and how long they took."""

from prometheus_client import Counter, Histogram

_REQUESTS = Counter("site_requests", "Requests answered", ["method", "route", "status"])
_SECONDS = Histogram(
    "site_request_seconds", "Time to answer", ["route"], buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
)
_METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    _REQUESTS.labels(method if method in _METHODS else "other", route, str(status)).inc()
    _SECONDS.labels(route).observe(seconds)
