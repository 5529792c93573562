"""Two people saved the same draft: what the second is told, and how both texts come together.

Every page of a draft carries the version that it was opened at and, for each cell, a short digest of what it held
then. When a save finds a newer version, nothing is stored. Cells that the second person left alone take what the
first one saved; cells that both changed keep the second's text, and the first's stands beside it. Rows are matched by
their key: those that the first added appear, those that the first deleted and the second left alone go. Only a
button that names the version the page was merged with saves it.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.forms import ModelForm
from django.http import QueryDict
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from drugs.admin.unfinished import DraftRows
from drugs.models import Edition
from drugs.rich_text import RichTextField, clean_html

#: Parts of a page that are no content.
_NOT_CONTENT = {"opened_at_version", "id", "edition", "DELETE", "unfinished"}


@dataclass
class Conflict:
    """What differs between the page that was posted and the draft as somebody else saved it."""

    version: int
    taken: list[str] = field(default_factory=list)
    both: list[tuple[str, str, str]] = field(default_factory=list)  # what, theirs, yours
    added: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.taken or self.both or self.added or self.deleted or self.restored)


def cells(form: ModelForm) -> dict[str, str]:
    """The cells of an unbound form as a browser would post them."""
    values = {}
    for bound in form:
        if bound.name in _NOT_CONTENT:
            continue
        value = bound.field.prepare_value(bound.value()) if bound.value() is not None else ""
        values[bound.name] = "on" if value is True else "" if value in (None, False) else str(value)
    return values


def normal(form: ModelForm, name: str, value: str) -> str:
    """A cell's value so that equal content is equal text."""
    value = value.replace("\r\n", "\n").strip()
    model_field = next((one for one in form._meta.model._meta.concrete_fields if one.name == name), None)
    return clean_html(value) if isinstance(model_field, RichTextField) else value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:10]


def base_of(form: ModelForm, formsets: Iterable[DraftRows]) -> str:
    """What the page of a draft held when it was opened: digests by part and cell, as JSON."""
    parts = {"": form} | {_part(formset, key): row for formset in formsets for key, row in _stored(formset).items()}
    return json.dumps(
        {
            part: {name: _digest(normal(one, name, value)) for name, value in cells(one).items()}
            for part, one in parts.items()
        },
        separators=(",", ":"),
    )


def merge(data: QueryDict, edition: Edition, form: ModelForm, formsets: list[DraftRows]) -> Conflict:
    """Bring `data`, a mutable copy of what was posted, together with the draft as it is stored.

    `form` and `formsets` are unbound: they show what is stored now.
    """
    conflict = Conflict(edition.version)
    base = _base_in(data.get("base", ""))
    mine = {name: data.get(name, "") for name in cells(form)}
    for name, value in _merged(form, base.get("", {}), mine, conflict, _("The page")).items():
        data[name] = value
    for formset in formsets:
        _merge_rows(data, formset, base, conflict)
    return conflict


def _base_in(text: str) -> dict[str, dict[str, str]]:
    """What `base_of` wrote; none where that cannot be read: then every cell that differs counts as changed by both."""
    try:
        base = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    is_one = isinstance(base, dict) and all(isinstance(part, dict) for part in base.values())
    return base if is_one else {}


def _merged(
    form: ModelForm, base: dict[str, str], mine: dict[str, str], conflict: Conflict, what: str
) -> dict[str, str]:
    result = {}
    for name, theirs in cells(form).items():
        own = mine.get(name, "")
        result[name] = own
        if normal(form, name, own) == normal(form, name, theirs):
            continue
        label = f"{what}: {form.fields[name].label or name}" if form.prefix else str(form.fields[name].label or name)
        if _digest(normal(form, name, theirs)) == base.get(name):
            continue  # only mine changed
        if _digest(normal(form, name, own)) == base.get(name):
            result[name] = theirs
            conflict.taken.append(label.capitalize() if not form.prefix else label)
        else:
            conflict.both.append((label, _words(theirs), _words(own)))
    return result


def _stored(formset: DraftRows) -> dict[str, ModelForm]:
    """The rows of a kind that the draft keeps, by key: the number of a row, or the key of an unfinished new one."""
    return {str(form.instance.pk): form for form in formset.initial_forms} | {
        form.initial["unfinished"]: form for form in formset.kept_forms()
    }


def _part(formset: DraftRows, key: str) -> str:
    return f"{formset.prefix}:{key}"


def _merge_rows(data: QueryDict, formset: DraftRows, base: dict[str, Any], conflict: Conflict) -> None:
    prefix = formset.prefix
    stored = _stored(formset)
    kept: list[dict[str, str]] = []
    new: list[dict[str, str]] = []

    def take(key: str, cells: dict[str, str]) -> None:
        if key.isdecimal():
            kept.append(cells | {"id": key})
        else:
            new.append(cells | {"unfinished": key})

    for row in list(_posted_rows(data, prefix)):
        key = row.get("id") or row.get("unfinished", "")
        if not key:
            new.append(row)
        elif key in stored:
            form = stored.pop(key)
            merged = _merged(form, base.get(_part(formset, key), {}), row, conflict, _name(form))
            take(key, merged | ({"DELETE": row["DELETE"]} if row.get("DELETE") else {}))
        else:
            was = base.get(_part(formset, key), {})
            blank = formset.empty_form
            touched = any(
                _digest(normal(blank, name, row.get(name, ""))) != digest for name, digest in was.items() if name in row
            )
            label = row.get("label") or row.get("text") or row.get("term") or str(formset.model._meta.verbose_name)
            if touched and not row.get("DELETE"):
                conflict.restored.append(label)
                new.append({name: value for name, value in row.items() if name not in ("id", "unfinished")})
            else:
                conflict.deleted.append(label)
    for key, form in stored.items():
        is_new = _part(formset, key) not in base
        if is_new:
            conflict.added.append(_name(form))
        if is_new or key.isdecimal():  # an unfinished row that this person took off the page stays off
            take(key, cells(form))
    for key in [key for key in data if key.startswith(f"{prefix}-") and key.split("-")[1].isdigit()]:
        del data[key]
    for number, row in enumerate([*kept, *new]):
        for name, value in row.items():
            if value:
                data[f"{prefix}-{number}-{name}"] = value
    data[f"{prefix}-INITIAL_FORMS"], data[f"{prefix}-TOTAL_FORMS"] = str(len(kept)), str(len(kept) + len(new))


def _name(form: ModelForm) -> str:
    if form.instance.pk:
        return str(form.instance)
    return _("unfinished: %(kind)s") % {"kind": form.instance._meta.verbose_name}


def _posted_rows(data: QueryDict, prefix: str) -> Iterable[dict[str, str]]:
    try:
        total = min(int(data.get(f"{prefix}-TOTAL_FORMS", 0)), 1000)
    except ValueError:
        total = 0
    for number in range(total):
        start = f"{prefix}-{number}-"
        yield {key.removeprefix(start): data[key] for key in data if key.startswith(start)}


def _words(value: str) -> str:
    return " ".join(strip_tags(value).split())[:600] or _("nothing")
