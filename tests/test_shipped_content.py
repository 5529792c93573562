"""The 23 pages that ship: complete, cited, within their limits, and nothing unverified looks certain."""

import datetime as dt
import re
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.test import TestCase

from drugs.models import SECTIONS, Edition, Source, StatusEvent, Trial, TrialIdentifier, row_models
from drugs.publishing.checker import unanswered
from drugs.publishing.checker.prose import blocks
from drugs.publishing.digest import edition_digest
from tests import shipped

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)

#: The charity's menu: the address of each page and the stages it stands under, where the facts support them.
STAGES = {
    "amx0035": {"no_longer_in_development"},
    "arimoclomol": {"no_longer_in_development"},
    "astrorx": {"in_development"},
    "cnm-au8": {"in_development"},
    "cuatsm": {"no_longer_in_development"},
    "ilb": {"in_development"},
    "lenzumestrocel": {"approved", "in_development"},
    "masitinib": {"in_development"},
    "methylcobalamin": {"approved", "in_development"},
    "np001": {"in_development"},
    "nuedexta": {"approved"},
    "nurown": {"in_development"},
    "oral-edaravone": {"approved"},
    "pridopidine": {"in_development"},
    "primec": {"in_development"},
    "radicava-edaravone": {"approved"},
    "reldesemtiv": {"no_longer_in_development"},
    "riluzole-tiglutik": {"approved"},
    "rozebalamin-methylcobalamin": {"approved"},
    "sod1-therapies": {"in_development"},
    "t-regulatory-cells": {"in_development"},
    "tofersen-qalsody": {"approved"},
    "tudca": {"no_longer_in_development"},
}


def words(html):
    return " ".join(block.text for block in blocks(html)).split()


def whole_text(edition):
    return " ".join(" ".join(words(getattr(edition, name))) for name in ("summary", "plain_words", *dict(SECTIONS)))


class ShippedContentTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        shipped.load()
        cls.editions = list(Edition.objects.live(NOW).select_related("therapy", "publication"))

    def test_every_therapy_of_the_menu_has_a_live_page(self):
        assert {edition.therapy.slug for edition in self.editions} == set(STAGES)

    def test_each_stands_in_the_lists_that_its_stages_support(self):
        for edition in self.editions:
            current = StatusEvent.objects.public().filter(edition=edition, is_current=True)
            assert set(current.values_list("stage", flat=True)) == STAGES[edition.therapy.slug], edition

    def test_all_sections_are_written(self):
        for edition in self.editions:
            for name, _heading in SECTIONS:
                assert words(getattr(edition, name)), (edition, name)

    def test_the_summary_and_the_plain_words_keep_their_lengths(self):
        for edition in self.editions:
            assert 30 <= len(words(edition.summary)) <= 120, edition
            assert 300 <= len(words(edition.plain_words)) <= 500, edition

    def test_edition_1_says_that_the_alliance_has_not_reviewed_it(self):
        pattern = r"Prepared from published sources, as of [A-Z][a-z]+ 20\d\d; not yet reviewed by the Alliance\."
        for edition in self.editions:
            assert re.fullmatch(pattern, edition.publication.note), edition
            assert edition.publication.published_by is None

    def test_the_digest_is_that_of_the_content(self):
        for edition in self.editions:
            assert edition.publication.digest == edition_digest(edition), edition

    def test_the_fact_checker_has_nothing_without_an_answer(self):
        left = [
            (edition.therapy.slug, finding.rule, finding.why, finding.passage)
            for edition in self.editions
            for finding in unanswered(edition)
        ]

        assert not left

    def test_deaths_stand_under_their_own_heading(self):
        """Hazard ratios and survival figures appear in no section without the heading that lets a reader pass them by."""
        pattern = re.compile(
            r"hazard ratio|median survival|(?:died|deaths?|survived)\b[^.]{0,60}\d+(?:\.\d+)?%", re.IGNORECASE
        )
        for edition in self.editions:
            for name, _heading in SECTIONS:
                heading = ""
                for block in blocks(getattr(edition, name)):
                    heading = block.text if block.tag in ("h3", "h4") else heading
                    if pattern.search(block.text):
                        assert "survival" in heading.lower() or "death" in heading.lower(), (edition, name, block.text)

    def test_no_word_of_how_the_facts_were_gathered(self):
        for edition in self.editions:
            text = whole_text(edition)
            for word in ("unchecked", "needs_check", "read:", "confidence:", "seed page", "facts file"):
                assert word not in text.lower(), (edition, word)

    def test_unverified_trials_are_not_public(self):
        assert not Trial.objects.public().filter(home_number="NCT04313166").exists()

    def test_identifiers_agree_with_the_trial(self):
        for trial in Trial.objects.all():
            home = TrialIdentifier.objects.get(trial=trial, is_home=True)
            assert (home.number, home.registry) == (trial.home_number, trial.home_registry)

    def test_public_rows_rest_on_public_sources(self):
        hidden = Source.objects.filter(pk=OuterRef("source"), is_verified=False)
        for model in row_models():
            if any(field.name == "source" for field in model._meta.fields):
                assert not model.objects.public().filter(Exists(hidden)).exists(), model

    def test_lenzumestrocel_carries_the_figures_of_the_page_it_replaces(self):
        edition = next(edition for edition in self.editions if edition.therapy.slug == "lenzumestrocel")
        text = whole_text(edition)

        for figure in (
            "2.98",
            "1.48",
            "4.47",
            "3.38",
            "1.23",
            "5.54",
            "NCT01363401",
            "NCT04745299",
            "4.0 x 10^7",
            "1.0 x 10^6",
            "4 mL",
            "48 hours",
        ):
            assert figure in text, figure
        assert re.search(r"2 (?:to|and) 8 °C", text)
        for sentence in re.split(r"(?<=[.])\s", text):
            if "NCT01363401" in sentence and "ALSUMMIT" not in sentence:
                assert "phase 3" not in sentence, sentence


def test_every_fixture_is_one_therapy_or_shared():
    folder = Path(settings.BASE_DIR) / "fixtures"
    names = {path.stem for path in folder.glob("*.yaml")}

    assert {name for name in names if not name[0].isdigit()} == set(STAGES)
