"""Fill in a page of the admin as a browser does: every field as the page shows it, changes on top."""

from typing import Any


def posted(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send from this change page; `changes` by name, with `__` for `-` in names of rows."""
    form = response.context["adminform"].form
    data = _values(form)
    for inline in response.context["inline_admin_formsets"]:
        formset = inline.formset
        data |= _values(formset.management_form)
        for row in formset.forms:
            data |= _values(row)
    for name, value in changes.items():
        key = name.replace("__", "-")
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value
    return data


def add_row(data: dict[str, Any], prefix: str, **values: Any) -> dict[str, Any]:
    """One more row of a kind, as the button below the rows makes it."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = number + 1
    return data | {f"{prefix}-{number}-{name}": value for name, value in values.items()}


def _values(form: Any) -> dict[str, Any]:
    data = {}
    for field in form:
        value = field.value()
        if value is None or value is False:
            continue
        if value is True:
            value = "on"
        data[field.html_name] = [str(v) for v in value] if isinstance(value, list) else str(value)
    return data
