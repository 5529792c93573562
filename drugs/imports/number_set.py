"""A set of registry numbers that takes about a bit for each: what was in a file of a million rows."""

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator

_DIGIT = re.compile(r"\d")
_NO_DIGITS = str.maketrans("", "", "ABCDEFGHIJKLMNOPQRSTUVWXYZ-/")


class NumberSet:
    """Numbers by the form of their text; those of one form as bits by the value of their digits.

    Registries count upwards, so that a page of 256 neighbours is mostly full.
    """

    def __init__(self) -> None:
        self._pages: defaultdict[str, dict[int, int]] = defaultdict(dict)

    @staticmethod
    def _place(number: str) -> tuple[str, int]:
        if number[:3] == "NCT":
            return "NCT########", int(number[3:])
        return _DIGIT.sub("#", number), int(number.translate(_NO_DIGITS) or 0)

    def add(self, number: str) -> bool:
        """Add a number; True when it was not there."""
        form, value = self._place(number)
        pages = self._pages[form]
        page, bit = value >> 8, 1 << (value & 255)
        before = pages.get(page, 0)
        pages[page] = now = before | bit
        return now != before

    def __contains__(self, number: str) -> bool:
        form, value = self._place(number)
        return bool(self._pages.get(form, {}).get(value >> 8, 0) & (1 << (value & 255)))

    def __len__(self) -> int:
        return sum(page.bit_count() for pages in self._pages.values() for page in pages.values())

    def __iter__(self) -> Iterator[str]:
        for form, pages in sorted(self._pages.items()):
            digits = form.count("#")
            for page, bits in sorted(pages.items()):
                while bits:
                    lowest = bits & -bits
                    yield self._written(form, f"{(page << 8) + lowest.bit_length() - 1:0{digits}}" if digits else "")
                    bits ^= lowest

    @staticmethod
    def _written(form: str, digits: str) -> str:
        numbers = iter(digits)
        return "".join(next(numbers) if char == "#" else char for char in form)

    def __sub__(self, other: "NumberSet") -> "NumberSet":
        left = NumberSet()
        for form, pages in self._pages.items():
            others = other._pages.get(form, {})
            kept = {page: rest for page, bits in pages.items() if (rest := bits & ~others.get(page, 0))}
            if kept:
                left._pages[form] = kept
        return left

    def packed(self) -> bytes:
        """As it is stored in `ImportRun.numbers`."""
        pages = {form: [[page, format(bits, "x")] for page, bits in by.items()] for form, by in self._pages.items()}
        return zlib.compress(json.dumps(pages, separators=(",", ":")).encode())

    @classmethod
    def unpacked(cls, stored: bytes | memoryview | None) -> "NumberSet":
        numbers = cls()
        if stored:
            pages = json.loads(zlib.decompress(bytes(stored)))
            for form, by in pages.items():
                numbers._pages[form] = {page: int(bits, 16) for page, bits in by}
        return numbers
