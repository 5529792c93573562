"""What to ask the care team about a therapy, from what its edition's rows say. The wording is ours, the facts are theirs."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drugs.standings import Standing
from drugs.therapy_page import TherapyPage
from drugs.vocabulary import OverallStatus, Stage

#: So many names are repeated in a question; the page itself has all of them.
MOST_NAMES = 4


def questions_about(page: TherapyPage) -> list[str]:
    """Questions in the order of a visit: can I get it, what does it do, how is it given, what next."""
    return list(_questions(page))


def _questions(page: TherapyPage) -> Iterator[str]:
    stages = {event.stage for event in page.rows.stages}
    if regions := list(dict.fromkeys(_place(standing) for standing in page.rows.approved_in)):
        yield _("It is approved in: %(regions)s. Can I get it where I live, and who pays for it?") % {
            "regions": _some(regions)
        }
    elif Stage.IN_DEVELOPMENT in stages:
        yield _("It is approved nowhere that we know of. Is there any way to get it where I live?")
    recruiting = sum(trial.overall_status == OverallStatus.RECRUITING for trial in page.trials)
    if recruiting:
        yield ngettext(
            "%(n)s trial of it looks for people. Is that open to me, and is it near enough?",
            "%(n)s trials of it look for people. Is one open to me, and near enough?",
            recruiting,
        ) % {"n": recruiting}
    if page.ended:
        yield _("Its development has ended. What else could we look at: another therapy, or a trial?")
    else:
        yield _("What could it change for me, and how would we see whether it does?")
    if page.routes:
        yield _("Given: %(routes)s. What would that mean for me at home, how often and for how long?") % {
            "routes": _some([route.lower() for route in page.routes])
        }
    if serious := [effect.term for effect in page.rows.side_effects if effect.is_serious]:
        yield _("Reported as serious: %(effects)s. Which of them matter for me, and who do I call?") % {
            "effects": _some(serious)
        }
    elif stages - {Stage.NO_LONGER_IN_DEVELOPMENT}:
        yield _("Which unwanted effects matter for me, and who do I call?")
    if stages - {Stage.NO_LONGER_IN_DEVELOPMENT}:
        yield _("Does it go together with what I take now?")


def _place(standing: Standing) -> str:
    """'South Korea (conditional)'."""
    return f"{standing.region_label} ({standing.limit})" if standing.limit else standing.region_label


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:MOST_NAMES])
    return _("%(names)s and others") % {"names": shown} if len(names) > MOST_NAMES else shown
