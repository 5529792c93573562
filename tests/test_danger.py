"""The audit's own rules: what is dangerous says why on its line, and the check itself can fail. bandit is asked by `make lint`."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def audit():
    spec = importlib.util.spec_from_file_location("audit", ROOT / "scripts" / "audit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_dangerous_says_why(audit):
    assert audit.own_rules() == []


@pytest.mark.parametrize(
    "line",
    [
        "{{ text|safe }}",
        "{{ text | safe }}",
        "{% autoescape off %}",
        "return mark_safe(text)",
        "return mark_safe(text)  # noqa: S308",
        "queryset.extra(where=[text])",
        "RawSQL(text, ())",
        "Model.objects.raw(text)",
        "queryset.filter(**request.GET.dict())",
        "form(** request.POST)",
    ],
)
def test_a_line_without_a_reason_is_found(audit, line):
    assert audit.without_reason("file", line)


@pytest.mark.parametrize(
    "line",
    [
        "return mark_safe(text)  # noqa: S308 (escaped above)",
        "# mark_safe( in words",
        "{{ text|safe }}{# safe: made by us #}",
    ],
)
def test_a_line_with_a_reason_passes(audit, line):
    assert audit.without_reason("file", line) == []
