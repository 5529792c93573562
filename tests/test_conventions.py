"""House rules that would otherwise be forgotten."""

import ast
import re
from pathlib import Path

import pytest

from drugs.models import row_models
from tests.factories import ROW_FACTORIES

ROOT = Path(__file__).resolve().parent.parent
CODE = sorted(
    path for folder in ("alliance", "drugs") for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
)
MOST_LINES = 400
#: One table of rules each, longer than a module should be: the exception is named here.
LONG = {"drugs/vocabulary.py", "drugs/models/rows.py"}

#: Lower layers first: a module imports from its own layer and those before it.
LAYERS = [
    ["drugs.vocabulary", "drugs.partial_dates", "drugs.regions", "drugs.rich_text", "drugs.registry_numbers"],
    ["drugs.full_text", "drugs.bulk"],
    ["drugs.gate"],
    ["drugs.models"],
    ["drugs.unchanged"],
    [
        "drugs.resolution",
        "drugs.publishing",
        "drugs.imports",
        "drugs.content",
        "drugs.audit",
        "drugs.corrections",
        "drugs.reader_forms",
        "drugs.alerts",
        "drugs.pictures",
        "drugs.backups",
        "drugs.watching",
        "drugs.replica",
        "drugs.once",
    ],
    ["drugs.explaining"],
    [
        "drugs.rendering",
        "drugs.standings",
        "drugs.edition_rows",
        "drugs.filters",
        "drugs.facets",
        "drugs.trial_counts",
        "drugs.paging",
        "drugs.search",
        "drugs.charts",
        "drugs.furniture",
    ],
    [
        "drugs.therapy_page",
        "drugs.questions",
        "drugs.therapy_pictures",
        "drugs.trial_page",
        "drugs.trial_rows",
        "drugs.comparison",
        "drugs.visit",
        "drugs.situation",
        "drugs.qr",
        "drugs.linked_data",
        "drugs.fhir",
        "drugs.citing",
        "drugs.sitemaps",
        "drugs.open_data",
    ],
    ["drugs.access", "drugs.views", "drugs.feeds", "drugs.api", "drugs.admin", "drugs.templatetags", "drugs.urls"],
]


def module_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def layer_of(module):
    for level, names in enumerate(LAYERS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return level
    return None


def imports_of(tree):
    """Modules imported when the file itself is: imports inside functions are a way round a circle and are named there."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_idea_of_bounded_length_says_what_it_is_and_knows_its_layer(path):
    name, text = str(path.relative_to(ROOT)), path.read_text()
    tree, own = ast.parse(text), layer_of(module_of(path))
    levels = {imported: layer_of(imported) for imported in imports_of(tree)}

    assert name in LONG or len(text.splitlines()) <= MOST_LINES
    assert path.stem not in {"utils", "helpers", "services", "misc", "common"}
    assert not text.strip() or ast.get_docstring(tree)
    against = [imported for imported, level in levels.items() if None not in (own, level) and level > own]
    assert not against, f"{path.name} imports from a later layer: {against}"


def test_what_was_read_for_an_earlier_request_is_named():
    """Whoever takes from the cache on a public page says so (`cannot_be_told`), or a page could stand that changed."""
    takes = {
        path.relative_to(ROOT).as_posix() for path in CODE if re.search(r"\bcaches?(\[.+?\])?\.get\b", path.read_text())
    }
    says_so = {path.relative_to(ROOT).as_posix() for path in CODE if "cannot_be_told()" in path.read_text()}

    assert takes - says_so == {"drugs/watching/state.py"}  # the operations page of staff


def test_decisions_are_numbered_once_and_short():
    numbers = []
    for path in sorted((ROOT / "docs" / "adr").glob("*.md")):
        numbers.append(path.name[:4])
        assert len(path.read_text().split()) <= 300, path.name

    assert numbers == [f"{n:04}" for n in range(1, len(numbers) + 1)]


def test_links_between_documents_lead_somewhere():
    broken = [
        f"{path.relative_to(ROOT)}: {link}"
        for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
        for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", path.read_text())
        if not (path.parent / link).exists()
    ]

    assert not broken


def test_every_row_model_has_a_factory():
    assert set(ROW_FACTORIES) == set(row_models())


def test_every_dependency_says_what_it_is_for():
    for name in ("requirements.in", "requirements-dev.in"):
        for line in (ROOT / name).read_text().splitlines():
            assert not line.strip() or line.startswith(("#", "-r ")) or "  # " in line, line


def test_the_project_names_no_path_of_a_machine():
    texts = [
        path
        for path in [*CODE, *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "scripts").iterdir()]
        if path.is_file()
    ]

    assert not [str(path) for path in texts if re.search(r"/(work|root|home/\w+)/", path.read_text())]
