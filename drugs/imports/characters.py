"""Characters that look like others, or like nothing: what East Asian keyboards, word processors and web pages put into cells."""

import re

_PLAIN = (
    {0xFF01 + at: 0x21 + at for at in range(94)}  # fullwidth digits, letters and signs
    | dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F, 0x3000), " ")
    | dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
    | dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2212), "-")
)


def key(word: str) -> str:
    """A word as lists are searched: small letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", word.lower())


def plain(text: str) -> str:
    """Numbers and dates in the characters of a keyboard: digits of full width, spaces and hyphens of all kinds."""
    return text if text.isascii() else text.translate(_PLAIN)
