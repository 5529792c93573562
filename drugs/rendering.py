"""Rich text as readers get it: cleaned again, citations and registry numbers as links.

The one place that declares an edition's text safe for templates.
"""

import re
from collections.abc import Iterable, Mapping
from html import escape, unescape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drugs.models import Source
from drugs.registry_numbers import numbers_in
from drugs.rich_text import clean_html, clean_marked

_TAG = re.compile(r'(<[^">]*(?:"[^"]*"[^">]*)*>)')
_MARK = re.compile(r"<(ins|del)>")
#: Unchanged blocks side by side that a comparison still shows: from three on they are folded.
_FEW = 3
_TABLE_TAG = re.compile(r"</?table>")

Link = tuple[int, int, str, str]


class Renderer:
    """Turns one edition's rich text into HTML, with its own sources, trials and address forms.

    `sources`: the edition's public sources, `numbers`: registry number -> home number of the trials that have a page.
    """

    def __init__(self, sources: Iterable[Source] = (), numbers: Mapping[str, str] | None = None) -> None:
        self.anchors = {source.label: f"#source-{index}" for index, source in enumerate(sources, start=1)}
        self.numbers = dict(numbers or {})
        labels = sorted(self.anchors, key=len, reverse=True)
        self._label = re.compile("|".join(map(re.escape, labels))) if labels else None

    def html(self, text: str) -> SafeString:
        """Cleaned HTML with links. Text inside a link stays as it is."""
        inside_link = 0
        parts = []
        for part in _TAG.split(clean_html(text)):
            if part.startswith("<"):
                inside_link += part.startswith("<a") - part.startswith("</a")
                parts.append(part)
            elif inside_link:
                parts.append(part)
            else:
                parts.append(self._linked(unescape(part)))
        html = _scrolling("".join(parts))
        return mark_safe(html)  # noqa: S308 (cleaned by clean_html above; what was added is escaped or our own)

    def _linked(self, text: str) -> str:
        links = [*self._citations(text), *self._numbers(text)]
        shown, end = [], 0
        for start, stop, address, css in sorted(links):
            if start < end:
                continue
            shown += [
                escape(text[end:start], quote=False),
                f'<a class="{css}" href="{escape(address)}">{escape(text[start:stop], quote=False)}</a>',
            ]
            end = stop
        return "".join([*shown, escape(text[end:], quote=False)])

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
                yield start, stop, reverse("trial-detail", args=[home.replace("/", "-")]), "trial"


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


def words_of(html: str) -> str:
    """The words of rich text, for descriptions: no markup, white space folded."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", clean_html(html))).split())
