"""Accounts, groups and the log of who did what."""

from typing import Any

from allauth.account import admin as _account_admin  # noqa: F401  (registers what is taken off below)
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa import admin as _mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from auditlog import admin as auditlog_admin
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import forms as auth_forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drugs.admin.base import ReadOnly, StaffAdmin
from drugs.admin.second_steps import SecondSteps

User = get_user_model()
for model in (User, Group, LogEntry):
    admin.site.unregister(model)
# Secrets have no page; an address stands with its account.
for model in (EmailAddress, EmailConfirmation, Authenticator):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class AccountForm(auth_forms.UserChangeForm):
    def clean_username(self) -> str:
        """Names that differ by case alone are one at the sign-in, which then lets neither in. A new account's form asks too."""
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(self.instance.unique_error_message(User, ["username"]))
        return name


@admin.register(User)
class UserAdmin(SecondSteps, StaffAdmin, auth_admin.UserAdmin):
    """Accounts. Whoever is no superuser neither makes one nor changes one."""

    form = AccountForm
    is_public_content = False
    export_leaves_out = ("password",)
    list_display = ("username", "first_name", "last_name", "email", "in_groups", "is_active", "last_login")
    list_filter = ("groups", "is_active", "is_staff", "is_superuser")
    when_empty = _("No accounts match.")
    fieldsets = (
        (_("Account"), {"fields": ("username", "password", "second_steps", "is_active")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (
            _("What this person may do"),
            {
                "fields": ("is_staff", "groups", "is_superuser", "user_permissions"),
                "description": _(
                    "Choose groups; single permissions are for exceptions. Editors write, reviewers publish what "
                    "others wrote, importers bring registry files, administrators keep accounts."
                ),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("groups"))
    def in_groups(self, user: Any) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = ("last_login", "date_joined", "second_steps")
        return shown if request.user.is_superuser else (*shown, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Accounts are switched off, not deleted: what they did stays theirs."""
        return False


@admin.register(Group)
class GroupAdmin(StaffAdmin, auth_admin.GroupAdmin):
    is_public_content = False
    when_empty = _("No groups.")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a group may do is decided by superusers: a group that could change itself could do anything."""
        return bool(request.user.is_superuser)

    has_delete_permission = has_change_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)


@admin.register(LogEntry)
class AuditAdmin(ReadOnly, StaffAdmin, auditlog_admin.LogEntryAdmin):
    """Who changed which record, from what to what. Read only."""

    is_public_content = False
    list_filter = ("action", "content_type")
    search_fields = ("object_repr", "actor__username", "actor__first_name", "actor__last_name")
    when_empty = _("Nothing was changed yet.")
    export_leaves_out = ("remote_addr", "remote_port")
