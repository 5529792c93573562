"""What stands around every page: menus, announcements, and the lines at the foot."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from drugs.models.page import Page
from drugs.vocabulary import MenuPlace

#: An address elsewhere by https, or a path of this site. No user names, no backslash, no `//elsewhere`.
ADDRESS = r"^(https://[a-zA-Z0-9.-]+(:[0-9]+)?([/?#][^ \\]*)?|/([^/ \\][^ \\]*)?)$"
_STAFF = ("/admin/", "/preview/")


def validate_address(value: str) -> None:
    """Refuse what leads neither to https elsewhere nor to a list or fixed page of this site."""
    if not re.fullmatch(ADDRESS, value) or not value.isprintable():
        raise ValidationError(_t("Give an address that starts with https://, or a path of this site, such as /drugs/."))
    if value.startswith("https://"):
        return
    path = re.split(r"[?#]", value)[0]
    try:
        match = resolve(path)
    except Resolver404:
        raise ValidationError(_t("There is no page at this path of the site.")) from None
    if path.startswith(_STAFF):
        raise ValidationError(_t("This path is for staff: readers cannot open it."))
    if match.captured_kwargs:  # type: ignore[attr-defined]  # Django 4.1 and later; the stubs lack it
        raise ValidationError(
            _t("One page may be withdrawn some day, and its link would lead nowhere: name a list, or choose a page.")
        )


class Leading(models.Model):
    """Leads somewhere: to an information page, as long as that is published, or to an address."""

    page = models.ForeignKey(
        Page,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("information page"),
        help_text=_("The entry shows while the page is published, and not otherwise."),
    )
    url = models.CharField(
        _("or an address"),
        max_length=300,
        blank=True,
        validators=[validate_address],
        help_text=_("https://… elsewhere, or a path of this site, such as /trials/."),
    )

    class Meta:
        abstract = True

    @property
    def leads_nowhere(self) -> bool:
        return not self.page_id and not self.url


class MenuEntry(Leading):
    """One entry of a menu."""

    place = models.CharField(_("where"), max_length=10, choices=MenuPlace)
    heading = models.CharField(
        _("under the heading"),
        max_length=60,
        blank=True,
        help_text=_("At the foot only: entries with the same heading stand together."),
    )
    label = models.CharField(_("words of the link"), max_length=60)
    position = models.PositiveSmallIntegerField(_("place"), default=0, help_text=_("Smaller numbers first."))

    class Meta:
        verbose_name = _("menu entry")
        verbose_name_plural = _("menus")
        ordering = ["-place", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(place__in=MenuPlace.values),
                name="menu_place_known",
                violation_error_message=_("Choose a place from the list."),
            ),
            models.CheckConstraint(
                condition=Q(place=MenuPlace.FOOT) | Q(heading=""),
                name="only_the_foot_has_headings",
                violation_error_message=_("The menu at the top has no headings: leave it empty."),
            ),
            models.CheckConstraint(
                condition=(Q(page=None) & ~Q(url="")) | Q(page__isnull=False, url=""),
                name="menu_leads_to_one_place",
                violation_error_message=_("Choose a page or give an address: one of the two."),
            ),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__regex=ADDRESS),
                name="menu_address_is_safe",
                violation_error_message=_("Give an address that starts with https://, or a path of this site."),
            ),
            models.CheckConstraint(
                condition=~Q(label=""),
                name="menu_entry_labelled",
                violation_error_message=_("Give the words of the link."),
            ),
            models.UniqueConstraint(
                fields=["place", "heading", "label"],
                name="menu_label_unique",
                violation_error_message=_("An entry with these words stands there already."),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Announcement(Leading):
    """A few words above every page, from one day to another."""

    text = models.CharField(
        _("text"), max_length=300, help_text=_("One or two sentences. Readers see it above every page.")
    )
    link_label = models.CharField(
        _("words of the link"), max_length=60, blank=True, help_text=_("If it leads somewhere.")
    )
    from_on = models.DateField(_("from"), help_text=_("The first day on which it shows."))
    until_on = models.DateField(_("until"), help_text=_("The last day on which it shows."))

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="announcement_ends_after_it_starts",
                violation_error_message=_("The last day is not before the first."),
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="announcement_says_something",
                violation_error_message=_("Write what is announced."),
            ),
            models.CheckConstraint(
                condition=Q(page=None, url="", link_label="")
                | (Q(page=None) & ~Q(url="") & ~Q(link_label=""))
                | (Q(page__isnull=False, url="") & ~Q(link_label="")),
                name="announcement_link_is_whole",
                violation_error_message=_("A link has words and one place where it leads: a page or an address."),
            ),
            models.CheckConstraint(
                condition=Q(url="") | Q(url__regex=ADDRESS),
                name="announcement_address_is_safe",
                violation_error_message=_("Give an address that starts with https://, or a path of this site."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Disclaimer(models.Model):
    """A line at the foot of every page: what this site is not, who runs it."""

    lead = models.CharField(
        _("in bold"), max_length=120, blank=True, help_text=_("Such as: This is information, not medical advice.")
    )
    text = models.CharField(_("text"), max_length=400, blank=True)
    position = models.PositiveSmallIntegerField(_("place"), default=0, help_text=_("Smaller numbers first."))

    class Meta:
        verbose_name = _("line at the foot")
        verbose_name_plural = _("lines at the foot: disclaimers")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(lead="", text=""),
                name="disclaimer_says_something",
                violation_error_message=_("Write what the line says."),
            ),
        ]

    def __str__(self) -> str:
        return (self.lead or self.text)[:60]
