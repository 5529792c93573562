"""Search all that the public may read: therapies, trials and words explained, the likeliest page first."""

from drugs.search.find import Results, search
from drugs.search.hits import Hit
from drugs.search.marking import Piece, marked, snippet
from drugs.search.names import called_exactly

__all__ = ["Hit", "Piece", "Results", "called_exactly", "marked", "search", "snippet"]
