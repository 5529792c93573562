"""Whether published editions are still what was published: their digests, asked again."""

from collections.abc import Iterator

from drugs.models import Edition
from drugs.publishing.digest import edition_digest


def changed_editions() -> Iterator[Edition]:
    """Published editions, scheduled and withdrawn ones included, whose content is not that of their digest."""
    published = Edition.objects.filter(publication__isnull=False).select_related("therapy", "publication")
    for edition in published.order_by("therapy__slug", "number").iterator(chunk_size=100):
        if edition_digest(edition) != edition.publication.digest:
            yield edition
