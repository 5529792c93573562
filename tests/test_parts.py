"""Parts of a page: made once of the same values, and of nothing else."""

import pytest
from django.template import Context, Template, TemplateDoesNotExist

from drugs.explaining import Term
from drugs.templatetags import parts
from drugs.therapy_page import OtherTherapies, OtherTherapy
from drugs.vocabulary import Stage
from tests import factories

WORDS = "drugs/_words.html"
PLACEBO = Term("placebo", "placebo", "A dummy.", ("placebo",))


@pytest.fixture(autouse=True)
def anew():
    parts._made.cache_clear()


def render(text, **values):
    return Template("{% load parts %}" + text).render(Context(values))


@pytest.fixture
def made(monkeypatch):
    """Which templates were rendered."""
    found, render_to_string = [], parts.render_to_string
    monkeypatch.setattr(
        parts, "render_to_string", lambda name, values: found.append(name) or render_to_string(name, values)
    )
    return found


def test_the_same_values_are_rendered_once(made):
    part = '{% part "drugs/_words.html" terms=terms %}'
    first = render(part, terms=(PLACEBO,))

    assert render(part, terms=(Term(*PLACEBO),)) == first
    assert "A dummy." in first
    assert "A sham." in render(part, terms=(PLACEBO._replace(meaning="A sham."),))
    assert made == [WORDS, WORDS]


def test_another_template_of_the_same_values_is_another_part():
    assert render('{% part "drugs/_words.html" terms=terms %}', terms=(PLACEBO,))
    with pytest.raises(TemplateDoesNotExist):
        render('{% part "drugs/_no_words.html" terms=terms %}', terms=(PLACEBO,))


def test_another_language_is_another_part(made, monkeypatch):
    for language in ("en-gb", "de", "en-gb"):
        monkeypatch.setattr(parts, "get_language", lambda language=language: language)
        render('{% part "drugs/_words.html" terms=terms %}', terms=(PLACEBO,))

    assert len(made) == 2


def test_a_part_sees_nothing_of_the_page_around_it():
    lists = (OtherTherapies(Stage.APPROVED, (OtherTherapy("Abc", "abc"),), has_more=False),)
    part = '{% part "drugs/_others.html" lists=lists slug=slug %}'

    assert 'aria-current="page"' in render(part, lists=lists, slug="abc", see_also=())
    assert "Not given" not in render(part, lists=lists, slug="abc", see_also=(OtherTherapy("Not given", "not-given"),))


def test_text_is_escaped_each_time():
    hostile = PLACEBO._replace(meaning="<script>")
    for _time in range(2):
        assert "&lt;script&gt;" in render('{% part "drugs/_words.html" terms=terms %}', terms=(hostile,))


@pytest.mark.django_db
def test_a_record_is_refused_because_it_stays_equal_after_a_change():
    trial = factories.TrialFactory()

    for value in (trial, (trial,)):
        with pytest.raises(TypeError, match="a record is the same after a change"):
            render('{% part "drugs/_words.html" terms=terms %}', terms=value)


def test_while_templates_are_written_each_is_rendered_anew(settings, made):
    settings.DEBUG = True
    for _time in range(2):
        render('{% part "drugs/_words.html" terms=terms %}', terms=(PLACEBO,))

    assert made == [WORDS, WORDS]
