"""What editors see, in files named as the models'."""

from drugs.admin import (
    background,
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
