"""Portraits: put up with a consent, taken down in one step."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from drugs.admin.base import StaffAdmin
from drugs.models import Portrait
from drugs.pictures import MOST_UPLOADED, small_picture
from drugs.publishing.portraits import take_down


class PortraitForm(forms.ModelForm):
    upload = forms.FileField(
        label=_("Picture to upload"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
    )

    class Meta:
        model = Portrait
        fields = ("alt_text", "caption", "position", "person", "consent_on", "consent_kept_by")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not {"upload", "alt_text"} <= self.fields.keys():
            return
        self.fields["alt_text"].required = True  # shown with the upload, to whoever may change both
        self.fields["upload"].required = not self.instance.pk
        self.fields["upload"].help_text = _t(
            "JPEG, PNG, WebP or AVIF, at most %(most)s MB. It is made small, and place, date and device are taken out; "
            "the file itself is not kept."
        ) % {"most": MOST_UPLOADED // 1024 // 1024}

    def clean_consent_on(self) -> Any:
        day = self.cleaned_data["consent_on"]
        if day > timezone.localdate():
            raise ValidationError(_t("This day has not come yet: put the portrait up once the consent is signed."))
        return day

    def clean_upload(self) -> Any:
        file = self.cleaned_data["upload"]
        if file:
            picture = small_picture(file.file, file.size)
            self.instance.picture, self.instance.width, self.instance.height = picture
        return None


class TakenDownFilter(admin.SimpleListFilter):
    title = _("shown")
    parameter_name = "shown"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("shown")), ("no", _("taken down"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(taken_down_at__isnull=self.value() == "yes")


@admin.register(Portrait)
class PortraitAdmin(StaffAdmin):
    form = PortraitForm
    change_form_template = "admin/drugs/portrait/change_form.html"
    list_display = ("person", "picture_shown", "caption", "consent_on", "consent_kept_by", "position", "taken_down_at")
    list_filter = (TakenDownFilter,)
    search_fields = ("person", "caption", "consent_kept_by")
    search_help_text = _("A person, a caption, or who keeps the consent.")
    when_empty = _("No portraits. Add one when you have the person's signed consent.")
    export_leaves_out = ("picture",)
    readonly_fields = ("picture_shown",)
    fieldsets = (
        (_("Picture"), {"fields": ("picture_shown", "upload", "alt_text", "caption", "position")}),
        (_("Consent: never shown to readers"), {"fields": ("person", "consent_on", "consent_kept_by")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("picture")

    def get_fieldsets(self, request: HttpRequest, obj: Portrait | None = None) -> Any:
        """No picture to show before there is one; nothing to upload for whoever only reads."""
        left_out = set() if obj else {"picture_shown"}
        if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):
            left_out |= {"upload"}
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field not in left_out]})
            for name, options in self.fieldsets
        ]

    def has_change_permission(self, request: HttpRequest, obj: Portrait | None = None) -> bool:
        """What was taken down stays down: with a new consent it is a new portrait."""
        return (obj is None or obj.taken_down_at is None) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Portrait | None = None) -> bool:
        """Taken down, not deleted: that the consent was taken back stays known."""
        return False

    def get_view_on_site_url(self, obj: Portrait | None = None) -> str | None:
        return obj.get_absolute_url() if obj and obj.taken_down_at is None else None

    @admin.display(description=_("picture"))
    def picture_shown(self, portrait: Portrait) -> str:
        if portrait.taken_down_at:
            return _t("taken down: the picture is gone")
        return format_html(
            '<img class="portrait-shown" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
            portrait.get_absolute_url(),
            portrait.alt_text,
            portrait.width // 3,
            portrait.height // 3,
        )

    # Take it down

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.take_down))
        return [path("<int:pk>/take_down/", view, name="drugs_portrait_take_down"), *super().get_urls()]

    def take_down(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("drugs.take_down_portrait"):
            raise PermissionDenied
        with transaction.atomic():
            if not take_down(pk, by=request.user):
                raise Http404
        messages.success(request, _t("The portrait was taken down. Its picture and its words are deleted."))
        return redirect("admin:drugs_portrait_changelist")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        portrait = kwargs.get("obj")
        context["may_take_down"] = (
            portrait is not None
            and portrait.taken_down_at is None
            and request.user.has_perm("drugs.take_down_portrait")
        )
        return super().render_change_form(request, context, *args, **kwargs)
