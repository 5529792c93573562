"""Work that the worker did or has still to do, to look at."""

from django.contrib import admin
from django_tasks_db import admin as tasks_admin
from django_tasks_db.models import DBTaskResult

from drugs.admin.base import StaffAdmin

admin.site.unregister(DBTaskResult)


@admin.register(DBTaskResult)
class TaskAdmin(StaffAdmin, tasks_admin.DBTaskResultAdmin):
    """The queue, under the same rules as every list."""

    is_public_content = False
