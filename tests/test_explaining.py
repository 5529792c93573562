"""The first use of a glossary term opens its meaning: found as people write it, and never where it would break a page."""

import re
from html import unescape
from itertools import pairwise

import html5lib
import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drugs.explaining import Glossary, Term
from drugs.rendering import Renderer
from drugs.rich_text import ATTRIBUTES, TAGS, clean_html


def term(name, *variants):
    slug = re.sub(r"\W+", "-", name.lower()).strip("-")
    return Term(slug, name, f"What {name} means.", (name, *variants))


TERMS = (
    term("ALS", "amyotrophic lateral sclerosis"),
    term("ALSFRS-R", "ALS Functional Rating Scale-Revised"),
    term("Placebo", "placebo-controlled"),
    term("Randomised", "randomized"),
    term("Phase 3", "phase 3 trial", "phase III"),
    term("Odds ratio", "OR"),
    term("siRNA", "small interfering RNA"),
    term("Biopsy"),
    term("Interleukin-2", "IL-2"),
)


def found(text):
    return [(text[use.start : use.stop], use.term.name) for use in Glossary(TERMS).uses(text)]


def explained(html, terms=TERMS, **sources):
    return Renderer(glossary=Glossary(terms), **sources).explained(html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a placebo", [("placebo", "Placebo")]),
        ("A PLACEBO", [("PLACEBO", "Placebo")]),
        ("placebos", [("placebos", "Placebo")]),
        ("two biopsies", [("biopsies", "Biopsy")]),
        ("placebo-controlled", [("placebo-controlled", "Placebo")]),
        ("placebo-like", []),
        ("non-randomised", []),
        ("randomised", [("randomised", "Randomised")]),
        ("(randomized)", [("randomized", "Randomised")]),
        ("antiplacebo placebo2", []),
        ("a phase 3 trial", [("phase 3 trial", "Phase 3")]),
        ("a phase 3\n study", [("phase 3", "Phase 3")]),
        ("phase, 3", []),
        ("phase 33", []),
        ("an odds ratio", [("odds ratio", "Odds ratio")]),
        ("OR 1.33", [("OR", "Odds ratio")]),
        ("this or that, Or so", []),
        ("two siRNAs and one sirna", [("siRNAs", "siRNA")]),
        ("ALS/MND", []),
        ("ALS's course", []),
        ("In als", []),
        ("the ALS Functional Rating Scale-Revised", [("ALS Functional Rating Scale-Revised", "ALSFRS-R")]),
        ("the ALS Functional", [("ALS", "ALS")]),
        ("IL-2.", [("IL-2", "Interleukin-2")]),
        ("", []),
    ],
)
def test_a_term_is_found_as_people_write_it(text, expected):
    assert found(text) == expected


def test_only_the_first_use_on_a_page_becomes_a_button():
    renderer = Renderer(glossary=Glossary(TERMS))

    first = renderer.explained("<p>A placebo and a placebo.</p>")
    second = renderer.explained("<p>Placebo again, in ALS</p>")

    button = '<button type="button" class="term" popovertarget="word-placebo">placebo</button>'
    assert first.html == f"<p>A {button} and a placebo.</p>"
    assert [term.name for term in first.terms] == ["Placebo"]
    assert "word-placebo" not in second.html
    assert [term.name for term in second.terms] == ["ALS"]


def test_no_line_begins_with_the_punctuation_behind_a_term():
    assert explained("<p>In (ALS), then.</p>").html == (
        '<p>In <span class="glue">(<button type="button" class="term" popovertarget="word-als">ALS</button>),</span> then.</p>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<h3>A placebo</h3>",
        '<p><a href="https://example.org/">a placebo</a></p>',
        "<table><tbody><tr><td><p>A placebo</p></td></tr></tbody></table>",
        "<p>A <strong>plac</strong>ebo</p>",
    ],
)
def test_no_button_in_a_link_a_heading_or_a_table_or_across_tags(html):
    shown = explained(html)

    assert "<button" not in shown.html
    assert not shown.terms


def test_a_citation_stays_one_link():
    from drugs.models import Source

    shown = explained("<p>So it is (ALS trial, 2018), in ALS.</p>", sources=[Source(label="ALS trial, 2018")]).html

    assert '(<a class="cite" href="#source-1">ALS trial, 2018</a>), in <span class="glue"><button' in shown


WORDS = st.sampled_from(
    [
        "ALS",
        "placebo",
        "placebos,",
        "(phase 3)",
        "OR",
        "randomised.",
        "and",
        "&",
        "<",
        '"ALS"',
        "é",
        "IL-2;",
        "ALS:ALS",
        "x",
    ]
)
TEXT = st.lists(WORDS, max_size=6).map(" ".join).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;"))
INLINE = st.recursive(
    TEXT,
    lambda inner: st.builds(
        lambda tag, a, b: f"{a}<{tag}>{b}</{tag.split()[0]}>",
        st.sampled_from(["strong", "em", "sup", 'a href="/x/"']),
        inner,
        inner,
    ),
    max_leaves=4,
)
BLOCKS = st.lists(
    st.one_of(
        INLINE.map(lambda text: f"<p>{text}</p>"),
        INLINE.map(lambda text: f"<h3>{text}</h3>"),
        INLINE.map(lambda text: f"<ul><li><p>{text}</p></li></ul>"),
        INLINE.map(lambda text: f"<table><tbody><tr><th>{text}</th><td><p>{text}</p></td></tr></tbody></table>"),
    ),
    max_size=5,
).map("".join)


@given(BLOCKS)
def test_whatever_the_text_the_html_is_sound_and_says_the_same(html):
    shown = explained(html)
    plain = Renderer().html(html)

    without = re.sub(r"</?(?:button|span)[^>]*>", "", shown.html)
    assert without == plain
    html5lib.HTMLParser(strict=True).parseFragment(str(shown.html))
    again = nh3.clean(
        shown.html,
        tags=TAGS | {"button", "span", "div"},
        attributes={
            **ATTRIBUTES,
            "a": {"href", "class"},
            "button": {"type", "class", "popovertarget"},
            "span": {"class"},
            "div": {"class", "tabindex", "role", "aria-label"},
        },
        link_rel=None,
    )
    assert again == shown.html
    buttons = re.findall(r'popovertarget="word-([^"]+)"', shown.html)
    assert len(buttons) == len(set(buttons))
    assert buttons == [term.slug for term in shown.terms]
    assert not re.search(r"<(a|h3|table)\b(?:(?!</\1>).)*<button", shown.html, re.DOTALL)


@given(st.text(max_size=200))
def test_any_text_is_searched_without_an_error(text):
    uses = list(Glossary(TERMS).uses(text))

    assert all(one.stop <= other.start for one, other in pairwise(uses))
    assert unescape(re.sub(r"<[^>]*>", "", explained(clean_html(text)).html)) == unescape(
        re.sub(r"<[^>]*>", "", clean_html(text))
    )
