"""Two to four therapies side by side: what the address chooses, what each says, and where they differ."""

from drugs.comparison.choice import MOST, Choice, choose, offers
from drugs.comparison.columns import Column, columns_of
from drugs.comparison.sections import Section, sections_of

__all__ = ["MOST", "Choice", "Column", "Section", "choose", "columns_of", "offers", "sections_of"]
