"""Backups in a form of our own that either database gives and takes: `manage.py backup`, `manage.py restore`.

An archive is a ZIP: `tables/<table>.jsonl` has one JSON array a row, `media/<name>` the stored files (uploads of imports
and releases of the open data among them), `manifest.json` the migrations that were applied, the columns, counts and
digest of each table, and the SHA-256 of every member. Rows are read in one snapshot while the site runs.
"""

from drugs.backups.archive import BackupError
from drugs.backups.make import make_backup
from drugs.backups.restore import restore_backup

__all__ = ["BackupError", "make_backup", "restore_backup"]
