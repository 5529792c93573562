"""Counts and times for Prometheus: by route and status, never by reader.

With PROMETHEUS_MULTIPROC_DIR set, an empty folder that all workers of one machine share, a scrape adds them up; without it
each process tells of itself alone.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress

from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.db.models import Count
from django_tasks_db.models import DBTaskResult
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from drugs.backups.record import StorageAwayError, last_backup
from drugs.models import ContentVersion


def exposition() -> bytes:
    """Everything that a scrape reads, in Prometheus' text format."""
    own = CollectorRegistry(auto_describe=False)
    own.register(_State())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    else:
        registry = REGISTRY
    return generate_latest(registry) + generate_latest(own)


class _State(Collector):
    """What is asked of the site at the moment of the scrape."""

    def collect(self) -> Iterator[Metric]:
        with suppress(StorageAwayError):
            if record := last_backup():
                yield GaugeMetricFamily("site_last_backup_timestamp_seconds", "When", value=record.at.timestamp())
        with suppress(NotImplementedError, OSError):  # a bucket has no end; a folder that is not there yet says nothing
            free = shutil.disk_usage(default_storage.path("")).free
            yield GaugeMetricFamily("site_disk_free_bytes", "Free where files are stored", value=free)
        try:
            with transaction.atomic():
                found = self._database()
        except DatabaseError:
            yield GaugeMetricFamily("site_database_up", "1: it answers", value=0)
            return
        yield GaugeMetricFamily("site_database_up", "1: it answers", value=1)
        yield from found

    def _database(self) -> list[Metric]:
        jobs = GaugeMetricFamily("site_jobs", "Background jobs", labels=["status"])
        for status, count in DBTaskResult.objects.order_by().values_list("status").annotate(Count("pk")):
            jobs.add_metric([status], count)
        version = GaugeMetricFamily("site_content_version", "Public changes so far", value=ContentVersion.current())
        return [jobs, version]
