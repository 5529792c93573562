"""The public data as tables: the same rows as the pages show, as CSV, JSON, one ZIP and one SQLite file."""

from drugs.open_data.columns import Column, Table
from drugs.open_data.tables import TABLES

__all__ = ["TABLES", "Column", "Table"]
