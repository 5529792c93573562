"""The content that ships: it loads, twice and by `loaddata` too, it is sealed, and it keeps the rules of docs/content.md."""

import re

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from drugs.content import ContentError, fixture_files, load_entries, load_file, read_entries, restore_derived
from drugs.management.commands.seal_content import layout
from drugs.models import SECTIONS, Edition, Organisation, Publication, RegistryRecord, Therapy, Trial
from drugs.publishing.digest import edition_digest
from drugs.registry_numbers import parse_number
from drugs.resolution import changed_facts, resolve
from drugs.rich_text import clean_html
from tests import shipped
from tests.imports.conftest import counted_registries

pytestmark = pytest.mark.django_db

FOLDER = settings.BASE_DIR / "fixtures"
FILES = fixture_files(FOLDER)
PAGES = [path for path in FILES if not path.name[:1].isdigit()]
NAMES = {"ids": lambda path: path.name}


@pytest.fixture
def shared(db):
    """The files that all editions build on, loaded."""
    for path in FILES:
        if path not in PAGES:
            load_file(path)


def a_file(tmp_path, *entries, name="x.yaml"):
    path = tmp_path / name
    path.write_text(yaml.safe_dump(list(entries), sort_keys=False))
    return path


THERAPY = {"model": "drugs.therapy", "fields": {"slug": "x"}}
EDITION = {
    "model": "drugs.edition",
    "fields": {
        "therapy": ["x"],
        "number": 1,
        "name": "X",
        "display_name": "X",
        "modality": "vitamin",
        "as_of_on": "2026-08",
        "summary": "<p>It is a <b>vitamin</b>.</p>\n",
    },
}
PUBLICATION = {
    "model": "drugs.publication",
    "fields": {
        "edition": ["x", 1],
        "therapy": ["x"],
        "goes_live_at": "2026-11-01T09:00:00+00:00",
        "published_at": "2026-11-01T09:00:00+00:00",
        "note": "First.",
    },
}


def an_alias(text, **fields):
    return {"model": "drugs.alias", "fields": {"edition": ["x", 1], "kind": "brand", "text": text, **fields}}


# Loading


@pytest.mark.any_database  # browser tests load it into PostgreSQL
def test_loading_all_content_again_creates_nothing():
    """And finds each object, so that loading it first created them all."""
    shipped.load()

    for path in FILES:
        report = load_file(path)
        assert not report.created, path.name
        assert sum(report.skipped.values()) == len(read_entries(path)), path.name


@pytest.mark.any_database
def test_loaddata_loads_content_with_the_same_digests(request):
    """All of it with --all; else what editions build on, and four of them."""
    pages = PAGES if request.config.getoption("--all") else PAGES[::6]

    call_command("loaddata", *(path for path in FILES if path not in PAGES), *pages, verbosity=0)

    assert Edition.objects.count() == len(pages)
    for publication in Publication.objects.select_related("edition__therapy"):
        assert publication.digest == edition_digest(publication.edition), publication


@pytest.mark.parametrize("by_loaddata", [False, True])
def test_what_lists_read_of_trials_is_there_however_they_were_loaded(by_loaddata):
    trials = FOLDER / "04-trials.yaml"
    call_command("loaddata", trials, verbosity=0) if by_loaddata else load_file(trials)
    restore_derived()  # load_content ends with it

    assert Trial.objects.exclude(other_registries="").exists()
    for trial in Trial.objects.prefetch_related("identifiers", "country_set"):
        counted_registries(trial)
        assert {row.country for row in trial.country_set.all()} == set(filter(None, trial.countries.split("|"))), trial


def test_content_that_exists_stays_as_it_is(tmp_path):
    load_file(a_file(tmp_path, THERAPY, EDITION, an_alias("Old")))
    changed = {**EDITION, "fields": {**EDITION["fields"], "name": "New"}}

    report = load_file(a_file(tmp_path, THERAPY, changed, an_alias("Old"), an_alias("New")))

    assert not report.created
    assert report.skipped["drugs.Alias", "its edition exists"] == 2
    assert Edition.objects.get().name == "X"


def test_a_trial_that_an_import_brought_keeps_its_numbers_and_records(tmp_path, shared):
    entries = [
        {**entry, "fields": {**entry["fields"], "brief_title": "New"}} if entry["model"] == "drugs.trial" else entry
        for entry in read_entries(FOLDER / "04-trials.yaml")[:3]
    ]
    records = RegistryRecord.objects.count()

    report = load_entries(tmp_path / "04-trials.yaml", entries)

    assert not report.created
    assert RegistryRecord.objects.count() == records


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"model": "drugs.organisation", "fields": {"slug": "a b", "name": "A"}}, "organisation a b: slug:"),
        ({"model": "drugs.organisation", "fields": {"slug": "a", "nmae": "A"}}, "organisation a: "),
        ({"model": "drugs.nothing", "fields": {}}, "drugs.nothing"),
        (an_alias("A"), "drugs.alias A"),
        ({"model": "drugs.organisation", "fields": {"slug": "b", "name": "Good"}}, "organisation b: name:"),
        ({"model": "drugs.therapy", "fields": {"slug": "feed"}}, "therapy feed: __all__: This word is an address"),
    ],
    ids=["invalid value", "unknown field", "unknown model", "no such edition", "not unique", "constraint"],
)
def test_an_error_names_file_object_and_reason_and_nothing_is_written(tmp_path, entry, named):
    good = {"model": "drugs.organisation", "fields": {"slug": "good", "name": "Good"}}

    with pytest.raises(ContentError) as error:
        load_file(a_file(tmp_path, good, entry))

    assert "x.yaml" in str(error.value)
    assert named in str(error.value)
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("text", ["a: b: c", "just: a mapping", "- just text", "- model: drugs.therapy"])
def test_a_file_that_is_no_list_of_objects_is_named(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text)

    with pytest.raises(ContentError, match=r"x\.yaml"):
        load_file(path)


def test_a_trial_whose_columns_differ_from_its_record_is_refused(tmp_path):
    trial = {"model": "drugs.trial", "fields": {"home_number": "NCT01363401", "home_registry": "CTGOV", "acronym": "A"}}
    record = {
        "model": "drugs.registryrecord",
        "fields": {"trial": ["NCT01363401"], "registry": "CTGOV", "number": "NCT01363401", "facts": {"acronym": "B"}},
    }

    with pytest.raises(ContentError, match="acronym is 'A', but its records say 'B'"):
        load_file(a_file(tmp_path, trial, record))


def test_a_wrong_digest_is_refused(tmp_path):
    publication = {**PUBLICATION, "fields": {**PUBLICATION["fields"], "digest": "0" * 64}}

    with pytest.raises(ContentError, match="seal_content"):
        load_file(a_file(tmp_path, THERAPY, EDITION, publication))


def test_the_command_says_what_it_created_and_skipped(tmp_path, capsys):
    path = a_file(tmp_path, THERAPY, EDITION)

    call_command("load_content", path)
    call_command("load_content", path, verbosity=2)

    assert "x.yaml: 2 created, 0 skipped" in capsys.readouterr().out.replace("\n", " ")
    with pytest.raises(CommandError, match="no such file"):
        call_command("load_content", tmp_path / "none.yaml")


# Sealing


@pytest.fixture
def _nothing_shared(settings, tmp_path):
    """Sealing checks a page against fixtures/0*.yaml first: here there are none."""
    settings.BASE_DIR = tmp_path


def seal(path):
    call_command("seal_content", path, verbosity=0)
    return [entry["fields"] for entry in read_entries(path)]


@pytest.mark.usefixtures("_nothing_shared")
def test_sealing_makes_a_page_that_loads(tmp_path):
    path = a_file(tmp_path, THERAPY, EDITION, an_alias("A"), an_alias("B"), PUBLICATION)

    _therapy, edition, first, second, publication = seal(path)

    assert edition["summary"] == "<p>It is a <strong>vitamin</strong>.</p>"
    assert [first["position"], second["position"]] == [1, 2]
    assert first["uid"] != second["uid"]
    assert not Therapy.objects.exists()
    load_file(path)
    stored = Publication.objects.get()
    assert stored.digest == publication["digest"]
    assert stored.published_at.isoformat() == "2026-11-01T09:00:00+00:00"


@pytest.mark.usefixtures("_nothing_shared")
def test_sealing_twice_changes_nothing(tmp_path):
    path = a_file(tmp_path, THERAPY, EDITION, an_alias("A"), PUBLICATION)
    seal(path)
    once = path.read_bytes()

    seal(path)

    assert path.read_bytes() == once


@pytest.mark.usefixtures("_nothing_shared")
def test_a_row_put_between_two_gets_its_own_uid_and_the_others_keep_theirs(tmp_path):
    path = a_file(tmp_path, THERAPY, EDITION, an_alias("A"), an_alias("C"), PUBLICATION)
    before = seal(path)
    entries = read_entries(path)
    entries.insert(3, an_alias("B"))
    path.write_text(layout(entries))

    after = seal(path)

    assert [row["text"] for row in after[2:5]] == ["A", "B", "C"]
    assert [row["position"] for row in after[2:5]] == [1, 2, 3]
    assert (after[2]["uid"], after[4]["uid"]) == (before[2]["uid"], before[3]["uid"])
    assert len({row["uid"] for row in after[2:5]}) == 3
    assert after[-1]["digest"] != before[-1]["digest"]


@pytest.mark.usefixtures("_nothing_shared")
def test_a_page_that_breaks_a_rule_is_not_sealed(tmp_path):
    path = a_file(tmp_path, THERAPY, EDITION, an_alias("A", kind="nickname"), PUBLICATION)
    before = path.read_bytes()

    with pytest.raises(CommandError, match=r"x\.yaml: drugs\.alias A: kind"):
        seal(path)

    assert path.read_bytes() == before


@pytest.mark.usefixtures("_nothing_shared")
def test_sealing_needs_the_file_and_a_database_without_its_edition(tmp_path):
    path = a_file(tmp_path, THERAPY, EDITION, PUBLICATION)
    with pytest.raises(CommandError, match="no such file"):
        seal(tmp_path / "none.yaml")
    load_entries(path, [THERAPY, EDITION])

    with pytest.raises(CommandError, match="without content"):
        seal(path)


# What ships


def test_every_therapy_of_the_old_menu_has_its_page():
    slugs = {entry["fields"]["slug"] for entry in read_entries(FOLDER / "05-therapies.yaml")}

    assert {path.stem for path in PAGES} == slugs
    assert len(slugs) == 23


@pytest.mark.any_database
@pytest.mark.parametrize("path", FILES, **NAMES)
def test_every_fixture_is_sealed(path):
    entries = read_entries(path)

    assert path.read_text(encoding="utf-8") == layout(entries), "run make seal"
    for entry in entries:
        fields = entry["fields"]
        if entry["model"] == "drugs.publication":
            assert re.fullmatch("[0-9a-f]{64}", fields["digest"])
        elif entry["model"] == "drugs.edition":
            assert all(clean_html(value) == value for value in fields.values() if str(value).startswith("<"))
        elif "edition" in fields:
            assert fields["uid"]
            assert fields["position"]


@pytest.mark.any_database
@pytest.mark.parametrize("path", FILES, **NAMES)
def test_no_fixture_tells_how_it_was_made(path):
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"\bfacts file|needs_check|\bunchecked|\bseed[- ]page|\bread:", text, re.IGNORECASE)


def test_a_shipped_trial_is_what_its_record_says_and_has_its_home_number(shared):
    for trial in Trial.objects.prefetch_related("records", "identifiers"):
        assert changed_facts(trial.facts(), resolve(trial.home_registry, trial.records.all())) == []
        assert trial.records.count() == (1 if trial.is_verified else 0), trial
        assert [number.number for number in trial.identifiers.all() if number.is_home] == [trial.home_number]
        for number in trial.identifiers.all():
            assert parse_number(number.number) == (number.registry, number.number)


def test_the_number_that_nobody_saw_in_a_text_is_for_staff_only(shared):
    assert list(Trial.objects.filter(is_verified=False).values_list("home_number", flat=True)) == ["NCT04313166"]
    assert not any("NCT04313166" in path.read_text() for path in PAGES)


# What the charity's page of February 2025 says of lenzumestrocel, and got wrong


@pytest.fixture(scope="module")
def lenzumestrocel():
    """The fields of the page's objects, by model."""
    found: dict[str, list[dict]] = {}
    for entry in read_entries(FOLDER / "lenzumestrocel.yaml"):
        found.setdefault(entry["model"].removeprefix("drugs."), []).append(entry["fields"])
    return found


def sentences_with(edition, number):
    text = " ".join(re.sub("<[^>]+>", " ", edition[name]) for name, _heading in SECTIONS)
    return [sentence for sentence in re.split(r"(?<=[.:])\s", text) if number in sentence]


def test_each_registry_number_stands_with_its_own_phase(lenzumestrocel):
    edition = lenzumestrocel["edition"][0]
    phase_2, phase_3 = sentences_with(edition, "NCT01363401"), sentences_with(edition, "NCT04745299")

    assert phase_2
    assert phase_3
    assert not any(re.search(r"phase 3|115|topline", sentence) for sentence in phase_2 if "ALSUMMIT" not in sentence)
    assert not any("64 people" in sentence for sentence in phase_3)


@pytest.mark.parametrize(
    "words",
    [
        "2.98 points (95% CI 1.48 to 4.47, p &lt; 0.001)",
        "3.38 points (95% CI 1.23 to 5.54, p = 0.003)",
        "no difference in long-term survival, up to 75 months",
        "ALSUMMIT (NCT04745299)",
        "115 were planned",
        "157 people",
    ],
)
def test_the_figures_of_lenzumestrocels_trials_stand_on_its_page(lenzumestrocel, words):
    assert words in lenzumestrocel["edition"][0]["clinical_trials"]


def test_lenzumestrocels_results_are_rows_too(lenzumestrocel):
    rows = [row for row in lenzumestrocel["reportedresult"] if row.get("estimate")]

    assert [
        (row["trial"], row["time_point"], row["estimate"], row["interval_low"], row["interval_high"], row["comparator"])
        for row in rows
    ] == [
        (["NCT01363401"], "4 months", "2.98", "1.48", "4.47", "riluzole alone"),
        (["NCT01363401"], "6 months", "3.38", "1.23", "5.54", "riluzole alone"),
    ]


def test_lenzumestrocels_dose_and_storage(lenzumestrocel):
    (dosing,) = lenzumestrocel["dosing"]

    assert (dosing["amount"], dosing["unit"], dosing["region"]) == ("1.0 x 10^6", "cells per kg of body weight", "KR")
    assert "4.0 x 10^7 cells in 4 mL" in dosing["note"]
    assert "2 to 8 °C" in dosing["storage"]
    for words in ("1.0 x 10<sup>6</sup> cells per kg", "4.0 x 10<sup>7</sup> cells in 4 mL", "48 hours", "7 days"):
        assert words in lenzumestrocel["edition"][0]["dose_and_administration"]


def test_lenzumestrocels_approval_is_conditional_and_its_year_disputed(lenzumestrocel):
    (approval,) = lenzumestrocel["approval"]

    assert (approval["region"], approval["kind"], approval["commercial_name"]) == ("KR", "conditional", "NeuroNata-R")
    assert {"2013", "2014", "2015"} <= set(re.findall(r"20\d\d", lenzumestrocel["edition"][0]["background"]))
    assert {(row["stage"], row["region"]) for row in lenzumestrocel["statusevent"]} == {
        ("approved", "KR"),
        ("in_development", "WW"),
    }


def test_lenzumestrocels_sources_are_those_of_the_old_page_and_more(lenzumestrocel):
    assert {source["label"] for source in lenzumestrocel["source"]} >= {
        "Corestem Chemon website",
        "Oh et al., 2015",
        "Corestem Chemon press release",
        "Oh et al., 2018",
        "Nam et al., 2023",
        "Nam et al., 2022",
        "Korea Biomedical Review",
    }
