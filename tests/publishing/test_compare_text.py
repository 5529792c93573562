"""Comparing rich text: what is marked, where removed words stand, and what holds for any two texts."""

import random
import re
import runpy
from html import escape
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.conf import settings

from drugs.publishing.compare.sequences import matching
from drugs.publishing.compare.text import text_difference
from drugs.publishing.compare.words import BLOCKS as BLOCK_TAGS
from drugs.rich_text import clean_html, clean_marked


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        # White space belongs to what changed, or to nobody.
        ("<p>foo bar</p>", "<p>foo, bar</p>", "<p>foo<ins>,</ins> bar</p>"),
        ("<p>foo bar baz</p>", "<p>foo baz</p>", "<p>foo <del>bar </del>baz</p>"),
        ("<p>foo bar,</p>", "<p>foo,</p>", "<p>foo<del> bar</del>,</p>"),
        # Numbers are one word.
        ("<p>a 1.48 b</p>", "<p>a 1.49 b</p>", "<p>a <del>1.48</del><ins>1.49</ins> b</p>"),
        ("<p>in 5/6 of us</p>", "<p>in 5/7 of us</p>", "<p>in <del>5/6</del><ins>5/7</ins> of us</p>"),
        ("<p>by −0.5</p>", "<p>by 0.5</p>", "<p>by <del>−0.5</del><ins>0.5</ins></p>"),
        ("<p>by -0.5 a</p>", "<p>by -1.5 a</p>", "<p>by <del>-0.5</del><ins>-1.5</ins> a</p>"),
        (
            "<p>1,200 or 10%.</p>",
            "<p>1,300 or 20%.</p>",
            "<p><del>1,200</del><ins>1,300</ins> or <del>10%</del><ins>20%</ins>.</p>",
        ),
        ("<p>2018-05-03</p>", "<p>2018-05-04</p>", "<p><del>2018-05-03</del><ins>2018-05-04</ins></p>"),
        ("<p>CNM-Au8 is</p>", "<p>CNM-Au9 is</p>", "<p>CNM-<del>Au8</del><ins>Au9</ins> is</p>"),
        # 10⁶ never reads as 106, on either side.
        (
            "<p>10<sup>6</sup> a</p>",
            "<p>10<sup>7</sup> a</p>",
            "<p>10<del><sup>6</sup></del><sup><ins>7</ins></sup> a</p>",
        ),
        ("<p>10<sup>6</sup> a</p>", "<p>106 a</p>", "<p><del>10<sup>6</sup></del><ins>106</ins> a</p>"),
        # Removed blocks stand as blocks; the markup of the new text stays.
        ("<p>one</p><p>two</p><p>six</p>", "<p>one</p><p>six</p>", "<p>one</p><p><del>two</del></p><p>six</p>"),
        (
            "<ul><li>one</li><li>two</li><li>six</li></ul>",
            "<ul><li>one</li><li>six</li></ul>",
            "<ul><li>one</li><li><del>two</del></li><li>six</li></ul>",
        ),
        (
            "<table><tbody><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>1</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>1</td></tr><tr><td><del>b</del></td><td><del>2</del></td></tr></tbody></table>",
        ),
        (
            "<table><tbody><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></tbody></table>",
            "<table><tbody><tr><td>1</td></tr><tr><td>2</td></tr></tbody></table>",
            "<table><tbody><tr><td><del>a</del></td><td>1</td></tr><tr><td><del>b</del></td><td>2</td></tr></tbody></table>",
        ),
        (
            "<h3>Old heading</h3><p>text</p>",
            "<p>text</p>",
            "<p><del>Old heading</del></p><p>text</p>",
        ),
        ("", "<p>new</p>", "<p><ins>new</ins></p>"),
        ("<p>old</p>", "", "<p><del>old</del></p>"),
        # An address is text when it changed, and none when it did not.
        (
            '<p>see <a href="https://a.example/">this</a>.</p>',
            '<p>see <a href="https://b.example/">this</a>.</p>',
            '<p>see <a href="https://b.example/">this</a><del> → https://a.example/</del><ins> → https://b.example/</ins>.</p>',
        ),
        (
            '<p>see <a href="https://a.example/">this</a> now.</p>',
            '<p>see <a href="https://a.example/">this</a> then.</p>',
            '<p>see <a href="https://a.example/">this</a> <del>now</del><ins>then</ins>.</p>',
        ),
        (
            '<p><a href="https://a.example/">this</a> is</p>',
            "<p>this is</p>",
            "<p>this<del> → https://a.example/</del> is</p>",
        ),
    ],
)
def test_a_change_is_marked_where_it_is(old, new, marked):
    assert text_difference(old, new).html == marked


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>plain and bold</p>", "<p>plain and <strong>bold</strong></p>"),
        ("<p>unchanged word</p>", "<p>un<em>changed</em> word</p>"),
        ("<p>foo bar</p>", "<p>foo</p><p>bar</p>"),
        ("<p>foo</p><p>bar</p>", "<ul><li>foo</li><li>bar</li></ul>"),
    ],
)
def test_another_markup_of_the_same_words_is_said_and_not_marked(old, new):
    difference = text_difference(old, new)

    assert difference.html == new
    assert difference.is_reformatted
    assert difference.is_changed
    assert (difference.added, difference.removed) == (0, 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("<p>a  b</p>\n<p>c</p>", "<p>a b</p><p>c</p>"),
        ("<p></p>", ""),
        ("<p>a<b>b</b></p>", "<p>a<strong>b</strong></p>"),
    ],
)
def test_white_space_and_spelling_of_tags_are_no_change(old, new):
    assert not text_difference(old, new).is_changed


# Any two texts: 1,500 random edits


VOCABULARY = [
    *"the of and in to a was were with for people trial drug placebo dose weeks survival slower".split(),
    *'1.48 5/6 −0.5 24 10% 2018 2.98, (Oh et al., 2018) NCT01363401 cells. 7-15 it\'s <b> & "q"'.split(),
]


def a_document(rng):
    """Blocks as [kind, content]: words with inline markup, list items, or rows of cells."""
    return [a_block(rng) for _ in range(rng.randint(0, 6))]


def some_words(rng, most=9):
    words = [[rng.choice(VOCABULARY), ""] for _ in range(rng.randint(1, most))]
    for word in words:
        if rng.random() < 0.12:
            word[1] = rng.choice(["strong", "em", "sup", "half", "a"])
    return words


def a_block(rng):
    kind = rng.choice(["p", "p", "p", "h3", "ul", "ol", "table"])
    if kind in ("p", "h3"):
        return [kind, [some_words(rng)]]
    if kind == "table":
        columns = rng.randint(1, 3)
        return [kind, [[some_words(rng, 2) for _ in range(columns)] for _ in range(rng.randint(1, 3))]]
    return [kind, [some_words(rng, 5) for _ in range(rng.randint(1, 4))]]


def copy(block):
    if isinstance(block, list):
        return [copy(part) for part in block]
    return block


def texts_of(document):
    """Each list of words in the document, to edit in place."""
    for kind, content in document:
        for part in content:
            yield from part if kind == "table" else [part]


def edited(rng, document):
    document = copy(document)
    for _ in range(rng.randint(1, 4)):
        texts = list(texts_of(document))
        edit = rng.choice("word drop add bold block gone move split merge row item kind".split())
        words = rng.choice(texts) if texts else None
        if edit == "word" and words:
            rng.choice(words)[0] = rng.choice(VOCABULARY)
        elif edit == "drop" and words and len(words) > 1:
            words.pop(rng.randrange(len(words)))
        elif edit == "add" and words:
            words.insert(rng.randint(0, len(words)), [rng.choice(VOCABULARY), ""])
        elif edit == "bold" and words:
            word = rng.choice(words)
            word[1] = "" if word[1] else rng.choice(["strong", "em", "half"])
        elif edit == "block":
            document.insert(rng.randint(0, len(document)), a_block(rng))
        elif edit == "gone" and document:
            document.pop(rng.randrange(len(document)))
        elif edit == "move" and document:
            document.insert(rng.randint(0, len(document) - 1), document.pop(rng.randrange(len(document))))
        elif edit in ("split", "merge", "kind"):
            paragraphs = [index for index, (kind, _content) in enumerate(document) if kind in ("p", "h3")]
            if not paragraphs:
                continue
            index = rng.choice(paragraphs)
            kind, [words] = document[index]
            if edit == "kind":
                document[index][0] = "h3" if kind == "p" else "p"
            elif edit == "split" and len(words) > 1:
                at = rng.randrange(1, len(words))
                document[index : index + 1] = [["p", [words[:at]]], ["p", [words[at:]]]]
            elif edit == "merge" and index + 1 in paragraphs:
                document[index : index + 2] = [["p", [words + document[index + 1][1][0]]]]
        elif edit in ("row", "item"):
            lists = [
                content
                for kind, content in document
                if (kind == "table") == (edit == "row") and kind not in ("p", "h3")
            ]
            if lists and len(content := rng.choice(lists)) > 1:
                content.pop(rng.randrange(len(content)))
    return document


def html_of(document):
    return "".join(f"<{kind}>{inner_of(kind, content)}</{kind}>" for kind, content in document)


def inner_of(kind, content):
    if kind == "table":
        return (
            "<tbody>"
            + "".join(f"<tr>{''.join(f'<td>{line(cell)}</td>' for cell in row)}</tr>" for row in content)
            + "</tbody>"
        )
    return line(content[0]) if kind in ("p", "h3") else "".join(f"<li>{line(words)}</li>" for words in content)


def line(words):
    return " ".join(
        f"{escape(text[:1])}<strong>{escape(text[1:])}</strong>"
        if tag == "half" and len(text) > 1
        else f'<a href="https://x.example/{len(text)}">{escape(text)}</a>'
        if tag == "a"
        else f"<{tag}>{escape(text)}</{tag}>"
        if tag and tag != "half"
        else escape(text)
        for text, tag in words
    )


class Words(HTMLParser):
    """What a side of a comparison says, read without any of our code: words between white space and block tags.

    `^` stands round raised text; `addresses` are those of links, with the number of words before them.
    """

    def __init__(self, html, leave_out=""):
        super().__init__()
        self.leave_out, self.depth, self.text, self.open = leave_out, 0, "", []
        self.addresses = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag != "br":
            self.open.append(tag)
        self.depth += tag == self.leave_out
        self.addresses += [(len(self.text.split()), value) for name, value in attributes if name == "href"]
        self._gap(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, "badly nested"
        self.depth -= tag == self.leave_out
        self._gap(tag)

    def _gap(self, tag):
        if tag in BLOCK_TAGS or tag == "br":
            self.text += " "
        elif tag in ("sup", "sub") and not self.depth:
            self.text += "^"

    def handle_data(self, data):
        if {"ins", "del"} & set(self.open):
            assert not {"p", "li", "td", "h3", "strong", "em", "a"} & set(self.open[self._mark_at() :]), (
                "a mark round a tag"
            )
        if not self.depth and not data.startswith(" → "):
            self.text += data

    def _mark_at(self):
        return next(index for index, tag in enumerate(self.open) if tag in ("ins", "del"))

    @property
    def words(self):
        return self.text.replace("^^", "").split()


def check(old, new):
    """The four properties, and that marks are well nested."""
    difference = text_difference(old, new)
    html = difference.html

    assert clean_marked(html) == html, "only our tags, as a parser reads them"
    assert Words(html, "ins").words == Words(old).words, "the old text can be read"
    assert Words(html, "del").words == Words(new).words, "the new text can be read"
    same = Words(old).words == Words(new).words and Words(old).addresses == Words(new).addresses
    if same:
        assert not re.search("<(ins|del)>", html), "unchanged words are not marked"
        assert html == clean_html(new)
    assert bool(difference.added or difference.removed) is not same
    if "<del>" not in html:
        without = re.sub(r"</?ins>", "", re.sub(r"<ins> → [^<]*</ins>", "", html))
        assert without == clean_html(new), "the new markup stays"
    return difference


@pytest.mark.parametrize("seed", range(15))
def test_any_edit_keeps_the_properties(seed):
    rng = random.Random(seed)
    for _ in range(100):
        old = a_document(rng)
        new = edited(rng, old)
        check(html_of(old), html_of(new))


@pytest.mark.parametrize("seed", range(5))
def test_words_before_the_first_change_and_after_the_last_are_not_marked(seed):
    rng = random.Random(1000 + seed)
    for _ in range(100):
        before, after = [a_block(rng)], [a_block(rng)]
        old = html_of([*before, ["p", [some_words(rng)]], *after])
        new = html_of([*before, ["p", [some_words(rng)]], *after])

        html = text_difference(old, new).html

        assert html.startswith(clean_html(html_of(before)))
        assert html.endswith(clean_html(html_of(after)))


def test_texts_with_nothing_in_common_keep_the_properties():
    rng = random.Random(77)
    for _ in range(300):
        check(html_of(a_document(rng)), html_of(a_document(rng)))


# Long texts: bench/text_difference.py has them, and what they cost


LONG = runpy.run_path(str(settings.BASE_DIR / "bench" / "text_difference.py"))


@pytest.mark.parametrize("make", LONG["CASES"].values(), ids=LONG["CASES"])
def test_a_text_that_tempts_into_much_work_keeps_the_properties(make):
    assert check(*make(random.Random(3), 3000)).is_changed


def test_a_few_words_in_a_long_text_are_all_that_is_marked():
    words, paragraphs = LONG["many_words"](random.Random(5), 6000), LONG["paragraphs"]
    edited_words = list(words)
    for place in (17, 3000, 3001, 5999):
        edited_words[place] = "CHANGED"

    difference = text_difference(paragraphs(words, 5000), paragraphs(edited_words, 5000))

    assert (difference.added, difference.removed) == (4, 4)


@pytest.mark.parametrize("letters", ["ab", "abcdefgh"])
def test_matching_pairs_are_equal_and_rise(letters):
    rng = random.Random(9)
    for _ in range(300):
        a, b = (rng.choices(letters, k=rng.randint(0, 400)) for _ in range(2))

        pairs = matching(a, b)

        assert all(a[i] == b[j] for i, j in pairs)
        assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(pairs))


def test_a_shortest_edit_is_found_in_long_sequences_of_the_same_words():
    a = ["la"] * 6000
    b = [*a[:2000], "X", *a[2000:4000], "Y", *a[4000:]]

    assert len(matching(a, b)) == 6000
