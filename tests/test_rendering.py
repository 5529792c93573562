"""Names that break where they should, tables that scroll once."""

import pytest
from django.template import Context, Template

from drugs.rendering import Renderer

TABLE = "<table><tbody><tr><td>{}</td></tr></tbody></table>"


def region(number):
    return f'<div class="scroll" tabindex="0" role="region" aria-label="Table {number}">'


def test_each_table_scrolls_in_a_region_with_a_name_of_its_own():
    html = Renderer().html(f"<p>a</p>{TABLE.format('1')}<p>b</p>{TABLE.format('2')}")

    assert html == f"<p>a</p>{region(1)}{TABLE.format('1')}</div><p>b</p>{region(2)}{TABLE.format('2')}</div>"


def test_a_table_in_a_cell_scrolls_with_the_outer_one():
    nested = TABLE.format(TABLE.format("inner") + TABLE.format("other"))

    html = Renderer().html(nested + TABLE.format("2"))

    assert html == f"{region(1)}{nested}</div>{region(2)}{TABLE.format('2')}</div>"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Rozebalamin/Methylcobalamin", "Rozebalamin/<wbr>Methylcobalamin"),
        ("BrainStorm – NurOwn", "BrainStorm\u00a0– NurOwn"),
        ("<b>&", "&lt;b&gt;&amp;"),
    ],
)
def test_a_name_breaks_after_a_slash_and_is_escaped(name, shown):
    template = Template("{% load drugs_display %}{{ name|breakable }}")

    assert template.render(Context({"name": name})) == shown
