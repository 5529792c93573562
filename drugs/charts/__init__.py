"""Pictures: small dataclasses in, places in per cent of a picture's width out. No database, no HTML.

Templates in `templates/drugs/charts/` draw what is placed here; the table beside a picture is filled from the same
objects, so that both say the same. Places are per cent because SVG takes them as they are: a picture then fits any
width while its words keep their size.
"""
