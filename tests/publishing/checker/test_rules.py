"""Each rule of the fact checker: what it finds, and what it leaves alone."""

import pytest

from drugs.models import FindingAnswer, TherapyTrial
from drugs.publishing.checker import findings, unanswered
from drugs.publishing.checker.draft import brackets
from drugs.publishing.checker.prose import blocks, sentences
from drugs.publishing.checker.reading import reading_grade, syllables
from drugs.publishing.checker.trial_claims import without_brackets
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def draft():
    edition = factories.EditionFactory(summary="", background="")
    factories.SourceFactory(edition=edition, label="Oh et al., 2018", year=2018)
    trial = factories.TrialFactory(
        home_number="NCT04745299",
        acronym="ALSUMMIT",
        phases="PHASE3",
        enrollment=123,
        masking="NONE",
        start_date="2021",
        completion_date="2024",
    )
    TherapyTrial.objects.create(therapy=edition.therapy, trial=trial, decision="confirmed")
    return edition


def found_in(edition, html, rule):
    edition.clinical_trials = html
    edition.save()
    return [finding for finding in findings(edition) if finding.rule == rule]


CASES = [
    ("unknown_number", "<p>NCT99999999 (Oh et al., 2018).</p>", 1),
    ("unknown_number", "<p>NCT04745299 (Oh et al., 2018).</p>", 0),
    ("claim_without_citation", "<p>It was approved.</p>", 1),
    ("claim_without_citation", "<p>ALSUMMIT ended.</p>", 1),
    ("claim_without_citation", "<p>12 people.</p>", 1),
    ("claim_without_citation", "<p>Nothing is claimed here of AMX0035 and SOD1.</p>", 0),
    ("claim_without_citation", "<h3>Phase 3</h3>", 0),
    ("claim_without_citation", "<p>12 people (Oh et al., 2018).</p>", 0),
    ("claim_without_citation", "<ul><li>12 people</li><li>13 (Oh et al., 2018)</li></ul>", 1),
    ("citation_without_source", "<p>It is so (Smith et al., 2020).</p>", 1),
    ("citation_without_source", "<p>It is so (Smith, 2020; Oh et al., 2018).</p>", 1),
    ("citation_without_source", "<p>It is so (in 2020, and n=12).</p>", 0),
    ("citation_without_source", "<p>It is so (Oh et al., 2018).</p>", 0),
    ("source_never_cited", "<p>Words.</p>", 1),
    ("source_never_cited", "<p>Words (Oh et al., 2018).</p>", 0),
    ("wrong_phase", "<p>ALSUMMIT was a phase 2 trial (Oh et al., 2018).</p>", 1),
    ("wrong_phase", "<p>ALSUMMIT was a phase III trial (Oh et al., 2018).</p>", 0),
    ("year_outside_trial", "<p>ALSUMMIT began in 2019 (Oh et al., 2018).</p>", 1),
    ("year_outside_trial", "<p>ALSUMMIT began in 2021 (Oh et al., 2018).</p>", 0),
    ("year_outside_trial", "<p>ALSUMMIT was planned in 2018 (Oh et al., 2018).</p>", 0),
    ("year_outside_trial", "<p>The phase 3 trial began in 2019 (Oh et al., 2018).</p>", 1),
    ("year_outside_trial", "<p>A further phase 3 trial is planned for 2027 (Oh et al., 2018).</p>", 0),
    ("placebo_without_placebo", "<p>ALSUMMIT compared it with placebo (Oh et al., 2018).</p>", 1),
    ("placebo_without_placebo", "<p>ALSUMMIT had no placebo group (Oh et al., 2018).</p>", 0),
    ("wrong_size", "<p>ALSUMMIT enrolled 115 people (Oh et al., 2018).</p>", 1),
    ("wrong_size", "<p>ALSUMMIT enrolled 123 people (Oh et al., 2018).</p>", 0),
    ("wrong_size", "<p>ALSUMMIT enrolled 126 people by one report, 123 by the registry (Oh et al., 2018).</p>", 0),
    (
        "one_number_two_studies",
        "<p>NCT04745299 was phase 3 (Oh et al., 2018).</p><p>NCT04745299 was phase 2 (Oh et al., 2018).</p>",
        1,
    ),
]


@pytest.mark.parametrize(("rule", "html", "count"), CASES)
def test_rule_on_a_passage(draft, rule, html, count):
    assert len(found_in(draft, html, rule)) == count


def test_a_number_of_another_therapy(draft):
    factories.TrialFactory(home_number="NCT01363401")

    assert len(found_in(draft, "<p>NCT01363401 (Oh et al., 2018).</p>", "unlinked_number")) == 1


def test_an_unverified_row_and_a_retracted_source(draft):
    factories.SideEffectFactory(edition=draft, is_verified=False)
    factories.SourceFactory(edition=draft, label="A, 2020", retracted_on="2021-05")

    rules = {finding.rule: finding for finding in findings(draft)}

    assert "unverified_row" in rules
    assert "May 2021" in rules["retracted_source"].why


def test_a_stage_approved_without_an_approval(draft):
    factories.StatusEventFactory(edition=draft, stage="approved", region="JP")

    assert "Japan" in next(finding for finding in findings(draft) if finding.rule == "stage_without_approval").why


def test_a_reason_answers_a_finding_in_later_editions_too(draft):
    (finding,) = found_in(draft, "<p>ALSUMMIT began in 2019 (Oh et al., 2018).</p>", "year_outside_trial")
    FindingAnswer.objects.create(
        therapy=draft.therapy, key=finding.key, rule=finding.rule, reason="The first plan is of 2019."
    )

    assert finding.key not in {left.key for left in unanswered(draft)}
    assert next(f for f in findings(draft) if f.key == finding.key).reason == "The first plan is of 2019."


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two.", 2),
        ("It rose by 2.98 points (Oh et al. 2018). Then it fell.", 2),
        ("Dr. Smith said so, e.g. Here.", 1),
        ("(A sentence. Another one.) The end.", 2),
        ("“Really?” It was 3.4.", 2),
        ("It lasts 3 months approx. The end. (See Fig. 2. Or not). Done.", 3),
        ("A. " * 20_000, 1),  # a list of initials, pasted: hours, if each looked back to the first
        ("(A word. " * 20_000, 1),
    ],
)
def test_sentences(text, count):
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It began (Oh et al. (2018)) in 2019.", "It began   in 2019."),
        ("a) one (of (two", "a) one (of (two"),
        ("(a (b)", "(a  "),
        ("(" * 50_000 + "x" + ")" * 50_000, " "),
    ],
)
def test_without_brackets(text, left):
    assert without_brackets(text) == left


def test_brackets_in_brackets():
    assert brackets("It (see (a) and (b)) is (c") == ["a", "b", "see (a) and (b)"]
    assert len(brackets("(" * 50_000 + ")" * 50_000)) == 10


def test_blocks_keep_order_and_tags():
    assert [
        (b.tag, b.text)
        for b in blocks(
            "<h3>A</h3><p>b 10<sup>6</sup></p><ul><li>c</li><li>d</li></ul><table><tr><td>e</td></tr></table>"
        )
    ] == [
        ("h3", "A"),
        ("p", "b 10^6"),
        ("li", "c"),
        ("li", "d"),
        ("td", "e"),
    ]


@pytest.mark.parametrize(
    ("word", "count"),
    [("cat", 1), ("people", 2), ("injection", 3), ("treated", 2), ("slowed", 1), ("bone", 1), ("marrow", 2)],
)
def test_syllables(word, count):
    assert syllables(word) == count


def test_reading_grade_of_easy_and_hard_text():
    easy = "The drug is a pill. You take it two times a day. It did not help in the last trial."
    hard = "Pharmacological neuroprotection necessitates comprehensive multidisciplinary evaluation of manifestations."

    assert reading_grade(easy) < 3
    assert reading_grade(hard) > 15


def test_names_cost_two_syllables(draft):
    draft.name, draft.summary = (
        "lenzumestrocel",
        "<p>Lenzumestrocel is a cell therapy. Lenzumestrocel is given by a doctor.</p>",
    )
    draft.save()

    assert not [finding for finding in findings(draft) if finding.rule == "hard_summary"]
