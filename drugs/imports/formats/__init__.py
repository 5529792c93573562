"""One module per registry format. docs/recipes/add-a-registry-format.md says how to add one."""

from drugs.imports.formats import ctgov_csv
from drugs.imports.formats.table import TableFormat

#: Formats of delimited text and workbooks, the more particular ones first.
TABLES: tuple[TableFormat, ...] = (ctgov_csv.NEW, ctgov_csv.OLD)
