"""What it costs to compare two long texts, against difflib over the same words.

    python bench/text_difference.py [WORDS]            # 6,000 words

Texts that tempt an algorithm into work: nothing in common, edits everywhere, one paragraph, all words in another order, two words
only, lists in lists. Asked in turn, five rounds; printed are the medians in milliseconds of CPU, how many times as long difflib
alone takes (one round, no marking, no parsing), and what twice as many words cost of half as many: 2 is a line, 4 a square.
"""

import argparse
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
#: Pairs of equal words (one of the text before, one of the text after) that difflib is given.
MOST_PAIRS = 3_000_000


def many_words(rng: random.Random, count: int, of: int = 3000) -> list[str]:
    """Words as often as a language has them: the second half as often as the first, the third a third ..."""
    return rng.choices([f"w{n}" for n in range(of)], [1 / (n + 1) for n in range(of)], k=count)


def paragraphs(words: list[str], length: int = 100) -> str:
    return "".join(f"<p>{' '.join(words[start : start + length])}</p>" for start in range(0, len(words), length))


def _edited(rng: random.Random, words: list[str], part: float) -> list[str]:
    return [rng.choice(words) if rng.random() < part else word for word in words]


def _different(rng: random.Random, count: int) -> tuple[str, str]:
    return paragraphs(many_words(rng, count)), paragraphs([f"x{n}" for n in range(count)])


def _edited_everywhere(rng: random.Random, count: int) -> tuple[str, str]:
    words = many_words(rng, count)
    return paragraphs(words), paragraphs(_edited(rng, words, 0.2))


def _one_paragraph(rng: random.Random, count: int) -> tuple[str, str]:
    words = many_words(rng, count)
    return paragraphs(words, count), paragraphs(_edited(rng, words, 0.3), count)


def _shuffled(rng: random.Random, count: int) -> tuple[str, str]:
    words = many_words(rng, count)
    return paragraphs(words), paragraphs(rng.sample(words, count), count)


def _two_words(rng: random.Random, count: int) -> tuple[str, str]:
    return paragraphs(rng.choices("ab", k=count), count), paragraphs(rng.choices("ab", k=count), count)


def _deep(_rng: random.Random, count: int) -> tuple[str, str]:
    return "<ul><li>" * 60 + "word " * (count // 2), "<ul><li>" * 60 + "word other " * (count // 4)


#: What makes a text before and a text after, of so many words.
CASES: dict[str, Callable[[random.Random, int], tuple[str, str]]] = {
    "nothing in common": _different,
    "edits everywhere": _edited_everywhere,
    "one paragraph": _one_paragraph,
    "another order": _shuffled,
    "two words": _two_words,
    "lists in lists": _deep,
}


def cpu(compare: Callable[[str, str], object], old: str, new: str) -> float:
    """Milliseconds of CPU."""
    began = time.process_time()
    compare(old, new)
    return (time.process_time() - began) * 1000


def words_of(text: str) -> list[str]:
    return text.replace("><", "> <").split()


def by_difflib(old: str, new: str) -> object:
    return SequenceMatcher(None, words_of(old), words_of(new), autojunk=False).get_opcodes()


def takes_minutes(old: str, new: str) -> bool:
    """Whether pairs of equal words are so many that difflib would not come to an end soon."""
    here, there = Counter(words_of(old)), Counter(words_of(new))
    return sum(count * there[word] for word, count in here.items()) > MOST_PAIRS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="?", type=int, default=6000)
    words = parser.parse_args().words
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
    import django

    django.setup()
    from drugs.publishing.compare.text import text_difference

    whole = {name: make(random.Random(3), words) for name, make in CASES.items()}
    half = {name: make(random.Random(3), words // 2) for name, make in CASES.items()}
    text_difference("<p>a</p>", "<p>b</p>")
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in CASES}
    for _round in range(ROUNDS):
        for name in CASES:
            took[name].append((cpu(text_difference, *whole[name]), cpu(text_difference, *half[name])))
    print(f"{words:,} words{'ms':>{24 - len(f'{words:,} words')}}{'difflib':>12}{'x for twice':>14}")
    for name, rounds in took.items():
        ours = median(one for one, _other in rounds)
        growth = median(one / other for one, other in rounds)
        alone = "minutes" if takes_minutes(*whole[name]) else f"{cpu(by_difflib, *whole[name]) / ours:.1f}x"
        print(f"{name:18}{ours:6.0f}{alone:>12}{growth:14.1f}", flush=True)


if __name__ == "__main__":
    main()
