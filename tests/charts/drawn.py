"""A page's pictures read back from its HTML, as a browser parses it."""

import re
from typing import Any

from bs4 import BeautifulSoup, Tag


def page_of(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html5lib")


def percent(attribute: str) -> float:
    """'42.86%' as 42.86: a place of our pictures is always per cent."""
    match = re.fullmatch(r"(-?[\d.]+)%", attribute)
    assert match, f"{attribute!r} is no place"
    return float(match[1])


def words(node: Tag) -> str:
    """Its text with white space folded."""
    return " ".join(node.get_text(" ").split())


def tracks(figure: Tag) -> list[Tag]:
    """The drawing of each row of a picture."""
    return figure.select("svg.track")


def marks(track: Tag) -> list[tuple[str, float, bool]]:
    """(shape, place, is hollow) of the marks in a row."""
    return [
        (use["href"].removeprefix("#c-"), percent(use["x"]), "hollow" in use.get("class", []))
        for use in track.select("use.mark")
    ]


def name_of(svg: Tag) -> str:
    """What a screen reader says of a drawing: its title, by reference or as a child."""
    if ids := svg.get("aria-labelledby"):
        return " ".join(words(svg.find(id=one)) for one in ids.split())
    return words(svg.find("title")) if svg.find("title") else ""
