"""Who did what to the small tables, kept by django-auditlog. Trials have TrialChange, editions have Publication."""

from auditlog.registry import auditlog
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group


def register() -> None:
    from drugs import models

    for model in (
        models.Organisation,
        models.OutcomeMeasure,
        models.GlossaryTerm,
        models.Therapy,
        models.FormerSlug,
        models.TherapyTrial,
        Group,
    ):
        auditlog.register(model)
    auditlog.register(get_user_model(), exclude_fields=["password", "last_login"])
