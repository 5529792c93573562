"""What the search may show, and that nothing typed breaks it."""

import datetime as dt

import pytest
from django.utils import timezone

from drugs.models import EditionText
from drugs.publishing.copying import start_draft
from drugs.publishing.publish import publish, take_back, withdraw
from drugs.publishing.text import missing_texts
from drugs.search import Piece, marked, search, snippet
from tests import factories

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def keys(text, at=None):
    return [hit.key for hit in search(text, at=at or timezone.now()).hits()]


def test_draft_is_not_found_until_it_is_published():
    edition = factories.EditionFactory(name="Imaginol", background="<p>Made of unobtainium.</p>")
    factories.AliasFactory(edition=edition, text="IMG-77")

    assert keys("imaginol") == keys("unobtainium") == keys("IMG-77") == []
    publish(edition, note="First.")

    assert keys("imaginol") == keys("unobtainium") == keys("IMG-77") == [edition.therapy.slug]


def test_scheduled_edition_is_found_from_its_moment_on():
    edition = factories.EditionFactory(name="Imaginol", background="<p>Made of unobtainium.</p>")
    publication = factories.publish(edition, at=timezone.now() + DAY)

    assert keys("imaginol") == keys("unobtainium") == keys("imaginal") == []
    assert keys("unobtainium", at=publication.goes_live_at) == [edition.therapy.slug]

    take_back(publication)
    assert keys("unobtainium", at=timezone.now() + 2 * DAY) == []
    assert not EditionText.objects.exists()


def test_withdrawn_edition_leaves_and_the_one_before_returns():
    old = factories.live_edition("imaginol", background="<p>An older fact.</p>")
    new = start_draft(old)
    new.background = "<p>A newer claim.</p>"
    new.save()
    publication = publish(new, note="Second.")
    assert (keys("older"), keys("claim")) == ([], ["imaginol"])

    withdraw(publication, reason="Wrong.")

    assert (keys("older"), keys("claim")) == (["imaginol"], [])


def test_row_that_nobody_verified_is_not_found():
    edition = factories.EditionFactory()
    factories.AliasFactory(edition=edition, text="Secretol", is_verified=False)
    factories.SideEffectFactory(edition=edition, term="greenness", is_verified=False)
    factories.ApprovalFactory(edition=edition, commercial_name="Hushmed", is_verified=False)
    factories.SideEffectFactory(edition=edition, term="yellowness")
    factories.publish(edition, at=timezone.now() - DAY)

    assert keys("secretol") == keys("secretal") == keys("greenness") == keys("hushmed") == []
    assert keys("yellowness") == [edition.therapy.slug]


def test_trial_that_nobody_verified_is_not_found_nor_counted():
    factories.TrialFactory(home_number="NCT00000001", acronym="HIDDEN", is_verified=False)

    for text in ("NCT00000001", "hidden", "hiddan", "00000001"):
        results = search(text, at=timezone.now())
        assert (results.hits(), results.trial_count, results.corrected) == ([], 0, "")


def test_trial_found_by_each_of_its_numbers():
    trial = factories.TrialFactory(home_number="NCT00000001")
    trial.identifiers.create(registry="EUCTR", number="2018-000137-13")

    for text in (
        "nct00000001",
        "eudract 2018-000137-13",
        "2018-000137-13-GB",
        "EUCTR2018-000137-13",
        "see NCT 00000001",
    ):
        assert keys(text) == ["NCT00000001"], text


def test_misspelt_name_is_put_right_and_said():
    factories.live_edition("edaravone", name="Edaravone", display_name="Edaravone")

    results = search("edavarone", at=timezone.now())

    assert [hit.key for hit in results.hits()] == ["edaravone"]
    assert results.corrected == "Edaravone"
    assert search("edaravone", at=timezone.now()).corrected == ""


def test_two_words_of_which_one_is_misspelt():
    factories.live_edition("edaravone", name="Oral edaravone", display_name="Oral edaravone")

    assert keys("oral edavarone") == ["edaravone"]


def test_nothing_has_all_words_but_some_has_one():
    factories.live_edition("imaginol", background="<p>For swallowing.</p>")

    results = search("swallowing underwater", at=timezone.now())

    assert results.is_partial
    assert [hit.key for hit in results.hits()] == ["imaginol"]


def test_former_address_finds_the_page():
    edition = factories.live_edition("imaginol", name="Imaginol")
    edition.therapy.slug = "imaginol-new"
    edition.therapy.save()

    assert keys("imaginol") == ["imaginol-new"]


def test_alias_that_matched_is_named():
    edition = factories.EditionFactory()
    factories.AliasFactory(edition=edition, text="Brandix")
    publish(edition, note="First.")

    assert search("brandix", at=timezone.now()).hits()[0].also_called == "Brandix"


def test_texts_that_are_missing_are_stored():
    factories.live_edition(background="<p>Unobtainium.</p>")
    EditionText.objects.all().delete()

    assert missing_texts() == 1
    assert missing_texts() == 0
    assert len(keys("unobtainium")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "a\x00b",
        "'",
        '"',
        '"""',
        "NEAR(a b)",
        "a AND",
        "OR",
        "NOT x",
        "^a",
        "col:x",
        "x*",
        "*",
        "a & | ! b:*",
        "<->",
        "\\",
        "%_%",
        "; DROP TABLE drugs_trial; --",
        "🙂🙃",
        "\ud800",
        "ا ب",
        "ａｂｃ",
        "İ",
        "x" * 60_000,
        "x " * 30_000,
        "é" * 60_000,
        "1" * 60_000,
        "-" * 60_000,
        "<script>alert(1)</script>",
        "2018-000137-13" * 5,
        "½ ² Ⅷ",
        "a" + "\u0301" * 50_000,
    ],
)
def test_nothing_typed_breaks_it(text):
    factories.live_edition("imaginol", background="<p>a b x or script</p>")
    factories.TrialFactory()

    search(text, at=timezone.now()).hits()


def test_marked_pieces_are_the_text():
    pieces = marked("Oral <b>édaravone</b>, edaravones", ["edaravone"])

    assert "".join(piece.text for piece in pieces) == "Oral <b>édaravone</b>, edaravones"
    assert [piece.text for piece in pieces if piece.is_match] == ["édaravone", "edaravones"]


def test_snippet_stays_in_one_paragraph_and_shows_where_it_was_cut():
    text = "First paragraph.\n" + "word " * 60 + "liver " + "word " * 60 + "\nLast."

    pieces = snippet(text, ["liver"], length=60)

    assert Piece("liver", True) in pieces
    assert pieces[0].text == "… " and pieces[-1].text == " …"
    assert len("".join(piece.text for piece in pieces)) < 80
    assert snippet(text, ["nothing"]) == []


def test_name_within_a_question_finds_its_page_before_others_that_have_the_words():
    factories.live_edition("imaginol", name="Imaginol", display_name="Imaginol")
    factories.live_edition("sugar", background="<p>Imaginol has side effects. Side effects of imaginol.</p>")

    assert keys("imaginol side effects") == ["imaginol", "sugar"]


def test_longest_name_within_a_question_comes_first():
    factories.live_edition("imaginol", name="Imaginol", display_name="Imaginol")
    factories.live_edition("oral", name="Oral imaginol", display_name="Oral imaginol")

    assert keys("oral imaginol dose") == ["oral", "imaginol"]


def test_code_without_its_zeros_and_with_other_divisions():
    edition = factories.EditionFactory()
    factories.AliasFactory(edition=edition, text="IMG-0077")
    factories.publish(edition, at=timezone.now() - DAY)
    trial = factories.TrialFactory(secondary_ids="IMG-77-A02")

    assert keys("IMG77")[0] == keys("img-77")[0] == keys("IMG 0077")[0] == edition.therapy.slug
    assert keys("IMG770") == []
    assert keys("img77a02") == keys("IMG77-A02") == keys("img 77a02") == [trial.home_number]


def test_name_in_a_script_without_vowels():
    factories.live_edition("riluzole", name="Riluzole", display_name="Riluzole")

    assert keys("ريلوزول") == ["riluzole"]
    assert keys("ريل") == []
