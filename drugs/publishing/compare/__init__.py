"""What changed between two editions: words in their text, rows by their `uid`."""

from drugs.publishing.compare.editions import EditionDifference, edition_difference

__all__ = ["EditionDifference", "edition_difference"]
