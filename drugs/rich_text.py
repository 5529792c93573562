"""The one kind of rich text: headings, emphasis, lists, links, tables, sub- and superscript.

Cleaned to exactly that when it is saved (`RichTextField.pre_save`) and again when it is
shown (`drugs/rendering.py`), so that what reached the database by another way is harmless too.
"""

import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import nh3
from django.db import models
from django_prose_editor.fields import ProseEditorField, ProseEditorFormField

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [3, 4]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "History": True,
    "HardBreak": True,
    "HTML": False,
}

TAGS = set("p h3 h4 strong em ul ol li a table thead tbody tr th td sub sup br".split())
ATTRIBUTES = {"a": {"href"}, "th": {"colspan", "rowspan", "scope"}, "td": {"colspan", "rowspan"}}
_ATTRIBUTE_VALUES = {
    "scope": re.compile(r"(row|col|rowgroup|colgroup)"),
    "colspan": re.compile(r"\d{1,2}"),
    "rowspan": re.compile(r"\d{1,2}"),
}


def is_safe_link(url: str) -> bool:
    """Whether an address is absolute http(s) or mailto, a path of this site or a place on the page."""
    if re.search(r"[\x00-\x20\\]", url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.netloc)
    if parts.scheme == "mailto":
        return bool(parts.path)
    return not parts.scheme and not parts.netloc and not url.startswith("//")


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if is_safe_link(value) else None
    pattern = _ATTRIBUTE_VALUES.get(name)
    return value if pattern is None or pattern.fullmatch(value) else None


def _cleaner_of(tags: set[str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        clean_content_tags={"script", "style"},
    )


_cleaner = _cleaner_of(TAGS)
_marked_cleaner = _cleaner_of(TAGS | {"ins", "del"})

_SAME_MEANING = ((re.compile(r"<(/?)b>"), r"<\1strong>"), (re.compile(r"<(/?)i>"), r"<\1em>"))


def _settled(html: str) -> str:
    """Cleaned until cleaning changes nothing more: a tree that was mended once may be mended again as it is read anew."""
    for _pass in range(5):
        cleaned = _cleaner.clean(html)
        if cleaned == html:
            break
        html = cleaned
    return html


def clean_html(html: str) -> str:
    """`html` with every tag and attribute outside the list taken away, its text kept. Idempotent."""
    for pattern, replacement in _SAME_MEANING:
        html = pattern.sub(replacement, html)
    cleaned = _settled(html.replace("\r\n", "\n").replace("\x00", "")).strip()
    return "" if re.fullmatch(r"(<p>(<br>|\s)*</p>\s*)*", cleaned) else cleaned


def clean_marked(html: str) -> str:
    """`html` as a comparison writes it: the tags of `clean_html`, and ins and del."""
    return _marked_cleaner.clean(html)


_END_OF_BLOCK = re.compile(r"</(?:p|h3|h4|li|tr)>|<br>")


def plain_text(html: str) -> str:
    """The words of rich text, one line a block, without markup."""
    text = re.sub(r"<[^>]*>", " ", _END_OF_BLOCK.sub("\n", clean_html(html)))
    lines = (" ".join(line.split()) for line in unescape(text).splitlines())
    return "\n".join(filter(None, lines))


class RichTextFormField(ProseEditorFormField):
    """Shows what is stored, or was sent, cleaned: the editor in the browser reads whatever stands in its box as HTML."""

    def prepare_value(self, value: Any) -> Any:
        return clean_html(value) if isinstance(value, str) else value


class RichTextField(ProseEditorField):
    """Rich text with the editor of the admin, cleaned on the server at every save."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, extensions=dict(EXTENSIONS), sanitize=clean_html, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**({"form_class": RichTextFormField} | kwargs))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = clean_html(getattr(model_instance, self.attname) or "")
        setattr(model_instance, self.attname, value)
        return value
