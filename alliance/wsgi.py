"""The WSGI application that any server runs (granian, gunicorn)."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alliance.settings")
os.environ.setdefault("DATABASE_STATEMENT_TIMEOUT", "30")

site = get_wsgi_application()
application = import_string("drugs.views.kept.kept_pages")(site)  # needs the models, which the line above loads
