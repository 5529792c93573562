"""The words of an edition for the search: the text without markup, and what verified rows say."""

from collections.abc import Iterator

from django.db.models import CharField, TextField

from drugs.models import SECTIONS, Edition, EditionText, Row, row_models
from drugs.publishing.checker.prose import blocks


def keep_text(edition: Edition) -> EditionText:
    """Store the words of an edition that is being published."""
    return EditionText.objects.update_or_create(
        edition=edition,
        defaults={
            "names": "\n".join(dict.fromkeys(names(edition))),
            "summary": plain(edition.summary),
            "body": "\n".join(
                [*(plain(getattr(edition, field)) for field in ("plain_words", *dict(SECTIONS))), *row_texts(edition)]
            ).strip(),
        },
    )[0]


def missing_texts() -> int:
    """Store the words of editions that were published without them, by `loaddata` for example; returns how many."""
    bare = Edition.objects.filter(publication__isnull=False, text=None)
    return sum(bool(keep_text(edition)) for edition in bare)


def plain(html: str) -> str:
    """Rich text as lines of plain text, one a paragraph."""
    return "\n".join(block.text for block in blocks(html))


def names(edition: Edition) -> Iterator[str]:
    """What the therapy is called: names, aliases, and the names it is sold under."""
    yield edition.display_name
    yield edition.name
    yield from edition.alias_set.public().values_list("text", flat=True)
    yield from filter(None, edition.approval_set.public().values_list("commercial_name", flat=True))


def row_texts(edition: Edition) -> Iterator[str]:
    """What the verified rows say in words, one line a row."""
    for model in row_models():
        fields = [field.name for field in model._meta.fields if _holds_words(field)]
        for row in model.objects.public().filter(edition=edition) if fields else ():
            if line := " ".join(filter(None, (_words(row, name) for name in fields))):
                yield line


def _holds_words(field: object) -> bool:
    return isinstance(field, CharField | TextField) and not field.choices and field.name not in ("url", "region")


def _words(row: Row, name: str) -> str:
    return " ".join(str(getattr(row, name) or "").split())
