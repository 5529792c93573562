"""Search all that the public may read: therapies, trials and words explained, the likeliest page first."""

from drugs.search.find import Results, search
from drugs.search.hits import Hit
from drugs.search.marking import Piece, marked, snippet

__all__ = ["Hit", "Piece", "Results", "marked", "search", "snippet"]
