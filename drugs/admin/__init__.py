"""What editors see, in files named as the models'."""

from drugs.admin import import_runs, imports, trial

__all__ = ["import_runs", "imports", "trial"]
