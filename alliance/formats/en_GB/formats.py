"""How moments are written where British English would say 'a.m.' and 'p.m.': read in many countries."""

DATETIME_FORMAT = "j M Y, H:i"
TIME_FORMAT = "H:i"
