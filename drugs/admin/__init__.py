"""What editors see, in files named as the models'."""

from drugs.admin import (
    background,
    cutoffs,
    edition,
    findings,
    flags,
    import_runs,
    imports,
    links,
    people,
    publications,
    reference,
    rows,
    therapy,
    trial,
)

__all__ = [
    "background",
    "cutoffs",
    "edition",
    "findings",
    "flags",
    "import_runs",
    "imports",
    "links",
    "people",
    "publications",
    "reference",
    "rows",
    "therapy",
    "trial",
]
