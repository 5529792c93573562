"""Hostile texts in every field that holds text, past every form and cleaner, as an old row could hold them."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import DataError, IntegrityError, models, transaction
from django.db.models import QuerySet

from drugs.models import ContentVersion, Edition, Trial

APPS = ("drugs", "auth", "auditlog", "django_tasks_database")
#: What the program alone writes and reads again: names of its own, sums, keys. No form and no file has a say in them.
MACHINE = set(
    "address args_kwargs backend_name claim cid codename counts digest exception_class_path field format header_digest "
    "home_number key object_pk password queue_name reference return_value rule sha256 task_path worker_ids country "
    "TrialIdentifier.number UnfinishedPart.kind".split()
)
_CLOSED = ("SlugField", "PartialDateField", "RegionField", "CountryField")
#: Words in JSON that name a field: they stay, the rest is replaced.
_NAMES = {field.name for model in (Edition, Trial) for field in model._meta.get_fields()} | {"__all__"}
#: Facts of a trial that are dates or words of a list: no other value passes a cleaner, and columns refuse them.
_CLOSED_FACTS = {
    name for name in Trial.FACTS if (field := Trial._meta.get_field(name)).choices or type(field).__name__ in _CLOSED
}


def text_fields() -> Iterator[tuple[type[models.Model], models.Field]]:
    for model in apps.get_models():
        if model._meta.app_label not in APPS:
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
            is_own = {field.name, f"{model.__name__}.{field.name}"} & MACHINE
            if is_text and not is_own and not field.choices and type(field).__name__ not in _CLOSED:
                yield model, field


def plant(texts: list[str]) -> tuple[set[str], set[str]]:
    """Into the first record of a model all of them in each field, into each other record one a field.

    The names of the fields that took some, and of those whose rules refused every one.
    """
    taken = set()
    for model, field in text_fields():
        name = f"{model._meta.label}.{field.name}"
        rows = QuerySet(model)  # the models' own querysets refuse what is published
        for place, pk in enumerate(rows.order_by("pk").values_list("pk", flat=True)):
            turned = texts[place % len(texts) :] + texts[: place % len(texts)]
            # A name of an account goes into a QR code, which holds no page.
            has_room = place == 0 and name != "auth.User.username"
            for text in ["planted " + "\n".join(turned), turned[0]] if has_room else [turned[0]]:
                if field.unique:
                    text = f"{text} {pk}"
                is_json = isinstance(field, models.JSONField)
                value = _within(rows.values_list(field.attname, flat=True).get(pk=pk), text) if is_json else text
                try:
                    with transaction.atomic():
                        rows.filter(pk=pk).update(**{field.attname: value})
                    taken.add(name)
                    break
                except (IntegrityError, DataError):  # a rule of the database, or more than its column holds
                    continue
    ContentVersion.bump()
    return taken, {f"{model._meta.label}.{field.name}" for model, field in text_fields()} - taken


def _within(value: Any, text: str) -> Any:
    """The same shape with the text at every end."""
    if isinstance(value, dict):
        return {name: one if name in _CLOSED_FACTS else _within(one, text) for name, one in value.items()}
    if isinstance(value, list):
        return [_within(one, text) for one in value]
    return text if isinstance(value, str) and value not in _NAMES else value
