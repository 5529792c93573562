"""A first staff login for a new site."""

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Makes the staff login 'admin' with a generated password and prints it, unless there is a superuser already."

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model()
        if users.objects.filter(is_superuser=True).exists():
            self.stdout.write("A staff login exists; a new password: manage.py changepassword NAME")
            return
        if users.objects.filter(username__iexact="admin").exists():
            raise CommandError(
                "An account 'admin' exists, and is no superuser: manage.py createsuperuser, by another name."
            )
        password = secrets.token_urlsafe(12)
        users.objects.create_superuser("admin", password=password)
        self.stdout.write(f"Staff login: admin   password: {password}   (shown once; change it under /admin/)")
