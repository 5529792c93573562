"""The structured rows held against each other."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from drugs.models import Approval, LinkCheck, StatusEvent, row_models
from drugs.partial_dates import PartialDate
from drugs.publishing.checker.draft import Draft
from drugs.publishing.checker.finding import Finding
from drugs.regions import region_name
from drugs.vocabulary import Stage


def approvals_without_stage(draft: Draft) -> Iterator[Finding]:
    """An approval in force where 'approved' is not the current stage of its region, and the other way round."""
    in_force = Approval.objects.filter(edition=draft.edition, withdrawn_on="")
    approved = set(
        StatusEvent.objects.filter(edition=draft.edition, is_current=True, stage=Stage.APPROVED).values_list(
            "region", flat=True
        )
    )
    for approval in in_force:
        if approval.region not in approved:
            why = _("There is an approval in force in %(region)s, but 'approved' is not its current stage.") % {
                "region": region_name(approval.region)
            }
            yield Finding("approval_without_stage", str(Approval._meta.verbose_name), str(approval), why)
    for region in sorted(approved - {approval.region for approval in in_force}):
        why = _("The stage of %(region)s is 'approved', but there is no approval in force there.") % {
            "region": region_name(region)
        }
        yield Finding("stage_without_approval", str(StatusEvent._meta.verbose_name), region_name(region), why)


def unverified_rows(draft: Draft) -> Iterator[Finding]:
    for model in row_models():
        for row in model.objects.filter(edition=draft.edition, is_verified=False):
            yield Finding(
                "unverified_row",
                str(model._meta.verbose_name),
                str(row),
                _("Nobody has verified this row: readers do not see it."),
            )


def retracted_sources(draft: Draft) -> Iterator[Finding]:
    for source in draft.sources:
        if source.retracted_on:
            why = _("This source was retracted in %(date)s. Does what rests on it still hold?") % {
                "date": PartialDate(source.retracted_on).display
            }
            yield Finding("retracted_source", _("Sources"), source.label, why)


def dead_and_moved_links(draft: Draft) -> Iterator[Finding]:
    """What `manage.py check_links` found of the sources' addresses."""
    checks = {check.url: check for check in LinkCheck.objects.filter(url__in=[source.link for source in draft.sources])}
    for source in draft.sources:
        check = checks.get(source.link)
        if check and check.is_dead:
            yield Finding(
                "dead_link", _("Sources"), source.label, _("%(url)s does not answer any more.") % {"url": source.link}
            )
        elif check and check.moved_to:
            why = _("%(url)s has moved to %(new)s.") % {"url": source.link, "new": check.moved_to}
            yield Finding("moved_link", _("Sources"), source.label, why)
