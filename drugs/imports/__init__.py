"""Trial updates from registries' files: read, recognise, clean, compare, apply, undo. One module a step.

runs.py        a file becomes a stored ImportRun
inspect.py     what the bytes are: limits, encoding, kind of file
tables.py      records of a delimited text, quoting checked
recognise.py   which format, found by what the file contains
formats/       one module per registry format: its columns and what becomes of each
clean.py       text -> value, or a reason why not
compare.py     what would change: ImportRows, the preview
judge.py       one batch of records against what is stored; compare and apply both ask it
apply.py       the accepted rows, in one transaction
undo.py        back to what it was
report.py      what happened, for people and programs
"""
