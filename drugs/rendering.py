"""Rich text as readers get it: cleaned again, citations and registry numbers as links.

The one place that declares an edition's text safe for templates.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape, unescape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from drugs.explaining import Glossary, Term
from drugs.models import Source
from drugs.models.trial import trial_address
from drugs.registry_numbers import numbers_in
from drugs.rich_text import clean_html, clean_marked

_TAG = re.compile(r'(<[^">]*(?:"[^"]*"[^">]*)*>)')
_TAG_NAME = re.compile(r"<(/?)(\w+)")
_MARK = re.compile(r"<(ins|del)>")
#: Unchanged blocks side by side that a comparison still shows: from three on they are folded.
_FEW = 3
_TABLE_TAG = re.compile(r"</?table>")

#: Terms are not opened in these: a button in a link is no HTML, and headings and tables are looked over, not read.
_NO_TERMS = {"a", "h3", "h4", "table"}
#: What stands directly before or behind a term and stays on its line.
_BEFORE, _BEHIND = re.compile(r"[(\[“‘\"']+$"), re.compile(r"^[)\]”’\"'.,;:!?…]+")

#: So many rendered texts are kept in a process: an import leaves those of most pages as they were.
KEPT_TEXTS = 500

Link = tuple[int, int, str, str]


class Explained(NamedTuple):
    """Rendered text, and the terms whose first use on the page is in it."""

    html: SafeString
    terms: tuple[Term, ...]


class Renderer:
    """Turns one edition's rich text into HTML, with its own sources, trials and address forms.

    `sources`: the edition's public sources, `numbers`: registry number -> home number of the trials that have a page,
    `glossary`: the terms whose first use on the page can be opened, `sources_page`: where the sources are listed, when
    not on the page itself. One renderer serves one page, top to bottom.
    """

    def __init__(
        self,
        sources: Iterable[Source] = (),
        numbers: Mapping[str, str] | None = None,
        glossary: Glossary | None = None,
        sources_page: str = "",
    ) -> None:
        self.anchors = {source.label: f"{sources_page}#source-{index}" for index, source in enumerate(sources, start=1)}
        self._leads = _Leads(tuple(self.anchors.items()), tuple(sorted((numbers or {}).items())), glossary)
        self._explained: frozenset[str] = frozenset()

    def html(self, text: str) -> SafeString:
        """Cleaned HTML with links. Text inside a link stays as it is."""
        return _rendered(text, self._leads, None, get_language()).html

    def explained(self, text: str) -> Explained:
        """The same, with a button at the first use of each term that was not explained before."""
        found = _rendered(text, self._leads, self._explained, get_language())
        self._explained |= {term.slug for term in found.terms}
        return found


class _Leads(NamedTuple):
    """Where words of a text lead: labels of sources and registry numbers with their addresses, terms with their meaning."""

    anchors: tuple[tuple[str, str], ...]
    numbers: tuple[tuple[str, str], ...]
    glossary: Glossary | None


@lru_cache(maxsize=KEPT_TEXTS)
def _rendered(text: str, leads: _Leads, explained: frozenset[str] | None, _language: str | None) -> Explained:
    """Made once of the same: `explained` are the terms that were opened before, None where none is to be."""
    return _Text(leads, explained).rendered(text)


class _Text:
    """One text on its way from what was saved to what is read."""

    def __init__(self, leads: _Leads, explained: frozenset[str] | None) -> None:
        self.anchors, self.numbers, self.glossary = dict(leads.anchors), dict(leads.numbers), leads.glossary
        self._explained, self._terms = explained, list[Term]()
        labels = sorted(self.anchors, key=len, reverse=True)
        self._label = re.compile("|".join(map(re.escape, labels))) if labels else None

    def rendered(self, text: str) -> Explained:
        inside: Counter[str] = Counter()
        parts = []
        for part in _TAG.split(clean_html(text)):
            if part.startswith("<"):
                name = _TAG_NAME.match(part)
                inside[name[2]] += -1 if name[1] else 1  # type: ignore[index]  # cleaned: every tag has a name
                parts.append(part)
            elif inside["a"]:
                parts.append(part)
            else:
                parts.append(self._linked(unescape(part), may_explain=not any(inside[tag] for tag in _NO_TERMS)))
        html = mark_safe(_scrolling("".join(parts)))  # noqa: S308 (cleaned above; what was added is escaped or our own)
        return Explained(html, tuple(self._terms))

    def _linked(self, text: str, *, may_explain: bool) -> str:
        links = _one_after_the_other([*self._citations(text), *self._numbers(text)])
        shown = [
            (start, stop, f'<a class="{css}" href="{escape(address)}">{escape(text[start:stop], quote=False)}</a>')
            for start, stop, address, css in links
        ]
        if may_explain and self._explained is not None:
            shown += self._buttons(text, links, self._explained)
        html, end = [], 0
        for start, stop, part in sorted(shown):
            html += [escape(text[end:start], quote=False), part]
            end = stop
        return "".join([*html, escape(text[end:], quote=False)])

    def _buttons(self, text: str, links: list[Link], explained: frozenset[str]) -> Iterable[tuple[int, int, str]]:
        """The first use of each term as a button that opens its meaning (templates/drugs/_words.html)."""
        end = 0
        for start, stop, term in self.glossary.uses(text) if self.glossary else ():
            is_known = term.slug in explained or term in self._terms
            if is_known or any(start < link[1] and link[0] < stop for link in links):
                continue
            self._terms.append(term)
            word = escape(text[start:stop], quote=False)
            button = f'<button type="button" class="term" popovertarget="word-{escape(term.slug)}">{word}</button>'
            first = max((link[1] for link in links if link[1] <= start), default=0)
            first = max(first, end)
            last = min((link[0] for link in links if link[0] >= stop), default=len(text))
            before, behind = _BEFORE.search(text[first:start]), _BEHIND.match(text[stop:last])
            if before or behind:  # a line may break at a button, and a full stop must not begin one
                glued = [escape(match[0], quote=False) if match else "" for match in (before, behind)]
                button = f'<span class="glue">{glued[0]}{button}{glued[1]}</span>'
                start -= len(before[0]) if before else 0
                stop += len(behind[0]) if behind else 0
            end = stop
            yield start, stop, button

    def _citations(self, text: str) -> Iterable[Link]:
        """Labels of sources that stand inside round brackets."""
        if self._label is None:
            return
        for start, stop in _brackets(text):
            for match in self._label.finditer(text, start, stop):
                yield match.start(), match.end(), self.anchors[match[0]], "cite"

    def _numbers(self, text: str) -> Iterable[Link]:
        for start, stop, number in numbers_in(text):
            if home := self.numbers.get(number.number):
                yield start, stop, trial_address(home), "trial"


def _one_after_the_other(links: Iterable[Link]) -> list[Link]:
    """Those links that do not begin inside an earlier one."""
    kept: list[Link] = []
    for link in sorted(links):
        if not kept or link[0] >= kept[-1][1]:
            kept.append(link)
    return kept


class PageSection(NamedTuple):
    """What stands under one heading of an information page."""

    anchor: str
    heading: str
    html: SafeString


_HEADING = re.compile(r"<h3>(.*?)</h3>", re.DOTALL)


def page_sections(text: str) -> tuple[SafeString, list[PageSection]]:
    """What an information page says before its first heading, and its parts, each with a place in the address."""
    lead, *parts = _HEADING.split(Renderer().html(text))
    sections: list[PageSection] = []
    taken: set[str] = {"main", "contents", "contents-h", "find"}
    for heading, html in zip(parts[::2], parts[1::2], strict=True):
        words = words_of(heading)
        anchor = name = slugify(words) or "part"
        number = 2
        while anchor in taken:
            anchor, number = f"{name}-{number}", number + 1
        taken |= {anchor, f"h-{anchor}"}
        sections.append(PageSection(anchor, words, _lifted(html)))
    return _lifted(lead), sections


def _lifted(html: str) -> SafeString:
    """Headings one level up: the page's title is the first, its parts are the second."""
    return mark_safe(re.sub(r"<(/?)h4>", r"<\1h3>", html).strip())  # noqa: S308 (a part of Renderer.html's answer)


def marked_html(html: str) -> SafeString:
    """A comparison's text (`drugs.publishing.compare.text`): its marks with words for those who hear the page, and
    stretches that stayed as they were folded, so that nobody has to look for what changed."""
    spoken = {"ins": _("added:"), "del": _("removed:")}
    shown = "".join(_folded(blocks) for blocks in _stretches(clean_marked(html)))
    shown = _MARK.sub(lambda mark: f'<{mark[1]}><span class="sr">{escape(spoken[mark[1]])} </span>', shown)
    return mark_safe(_scrolling(shown))  # noqa: S308 (cleaned by clean_marked above; what was added is our own)


def _stretches(html: str) -> Iterable[list[str]]:
    """The outermost blocks of a text: those that changed each alone, those that did not in runs."""
    run: list[str] = []
    depth, block = 0, ""
    for piece in _TAG.split(html):
        if piece.startswith("<") and piece != "<br>":
            depth += -1 if piece.startswith("</") else 1
        block += piece
        if depth == 0 and piece.startswith("</") and block.strip():
            if _MARK.search(block):
                yield from filter(None, (run, [block]))
                run = []
            else:
                run.append(block)
            block = ""
    yield from filter(None, (run, [block] if block else []))


def _folded(blocks: list[str]) -> str:
    """A run of blocks without marks behind a line that says so; a heading of what follows stays in sight."""
    heading = [blocks.pop()] if len(blocks) > 1 and blocks[-1].lstrip().startswith(("<h3", "<h4")) else []
    text = "".join(blocks)
    if len(blocks) < _FEW:
        return text + "".join(heading)
    summary = ngettext(
        "%(n)s paragraph or list stayed as it was", "%(n)s paragraphs or lists stayed as they were", len(blocks)
    ) % {"n": len(blocks)}
    return f'<details class="stayed"><summary>{escape(summary)}</summary>{text}</details>' + "".join(heading)


def _scrolling(html: str) -> str:
    """Wide tables scroll inside a region of their own, by keyboard too; a table in a cell scrolls with the outer one."""
    shown: list[str] = []
    depth = end = count = 0
    for tag in _TABLE_TAG.finditer(html):
        is_end = tag[0] == "</table>"
        depth += -1 if is_end else 1
        if depth == (0 if is_end else 1):
            count += not is_end
            label = escape(_("Table %(number)s") % {"number": count})
            region = f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
            shown += [html[end : tag.start()], "</table></div>" if is_end else f"{region}<table>"]
            end = tag.end()
    return "".join([*shown, html[end:]])


def _brackets(text: str) -> Iterable[tuple[int, int]]:
    """Where the outermost round brackets begin and end."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        if character == "(":
            start = position + 1 if depth == 0 else start
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            if depth == 0:
                yield start, position


def beginning(html: str, words: int) -> str:
    """The first blocks of a rich text that together have at least so many words: the whole text where it is short."""
    kept, depth, block = "", 0, ""
    for piece in _TAG.split(clean_html(html)):
        if piece.startswith("<") and piece != "<br>":
            depth += -1 if piece.startswith("</") else 1
        block += piece
        if depth == 0 and piece.startswith("</"):
            kept, block = kept + block, ""
            if len(words_of(kept).split()) >= words:
                break
    return kept + (block if depth == 0 else "")


@lru_cache(maxsize=KEPT_TEXTS)
def words_of(html: str) -> str:
    """The words of rich text, for descriptions: no markup, white space folded."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", clean_html(html))).split())
