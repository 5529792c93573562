"""What editors see, in files named as the models'."""

from drugs.admin import edition, findings, import_runs, imports, links, people, reference, rows, therapy, trial

__all__ = [
    "edition",
    "findings",
    "import_runs",
    "imports",
    "links",
    "people",
    "reference",
    "rows",
    "therapy",
    "trial",
]
