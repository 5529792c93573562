"""The app and the admin site that editors sign in to."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django_tasks_db.apps import TasksAppConfig


class DrugsConfig(AppConfig):
    default = True
    name = "drugs"
    verbose_name = "Therapies"

    def ready(self) -> None:
        from alliance import sqlite
        from drugs import audit, checks  # noqa: F401  (both register themselves with Django)
        from drugs.access import noted
        from drugs.full_text.sqlite import keep_index

        audit.register()
        noted.listen()
        sqlite.watch()
        if settings.SENTRY_DSN:
            from drugs.watching import reports

            reports.start(settings.SENTRY_DSN, settings.RELEASE)
        post_migrate.connect(keep_index, sender=self)


class BackgroundTasksConfig(TasksAppConfig):
    """The queue, under a name that staff understand."""

    default = False
    verbose_name = "Background tasks"


class AllianceAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "drugs.staff.AllianceAdminSite"
