"""Settings, all from the environment; with none set the site runs for development.

`ENVIRONMENT=production` turns every safe default on and refuses to start on an
insecure value: see `drugs/checks.py` and docs/deploy.md.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.conf.locale.en_GB import formats as british
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from alliance.api import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401 (settings of django-rest-framework)
from alliance.databases import notice_when_gone, prepare
from alliance.environment import env, listed
from alliance.mail import mail_settings

BASE_DIR = Path(__file__).resolve().parent.parent

# Which kind of run this is

ENVIRONMENT = env.str("ENVIRONMENT", "development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured(f"ENVIRONMENT is '{ENVIRONMENT}': set it to production or development.")
PRODUCTION = ENVIRONMENT == "production"
RELEASE = env.str("RELEASE", "development")  # part of every ETag: a new release is a new page
DEBUG = env.bool("DEBUG", not PRODUCTION)
DEVELOPMENT_KEY = "development-only-not-a-secret-" + "0" * 40
SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else DEVELOPMENT_KEY)
SECRET_KEY_FALLBACKS = listed("SECRET_KEY_FALLBACKS", [])  # earlier keys, while they are exchanged
ALLOWED_HOSTS = listed("ALLOWED_HOSTS", [] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS", [])
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must be off in production: unset it.")
    if len(SECRET_KEY) < 50 or SECRET_KEY == DEVELOPMENT_KEY:
        raise ImproperlyConfigured("Set SECRET_KEY to a random text of at least 50 characters.")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("Set ALLOWED_HOSTS to the site's own host names, such as therapies.example.org.")
    if env.bool("SECURE_SSL_REDIRECT", True) and not (SITE_URL.startswith("https://") and urlsplit(SITE_URL).hostname):
        raise ImproperlyConfigured("Set SITE_URL to the site's address, such as https://therapies.example.org.")
    if not env.str("DATABASE_URL", ""):
        raise ImproperlyConfigured(
            "Set DATABASE_URL, such as postgres://therapies@/therapies?host=/var/run/postgresql."
        )

# Applications

INSTALLED_APPS = [
    "drugs.apps.AllianceAdminConfig",
    "drugs",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "import_export",
    "django_prose_editor",
    "django_countries",
    "django_tasks",
    "drugs.apps.BackgroundTasksConfig",
    "auditlog",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "drugs.watching.requests.watched",
    "drugs.middleware.own_resources",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    # Sessions are opened by staff pages only: nothing public may read request.user.
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "drugs.views.methods.read_only",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "drugs.access.guard.guarded",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "drugs.middleware.staff_audit",
    "drugs.middleware.staff_no_store",
]

ROOT_URLCONF = "alliance.urls"
WSGI_APPLICATION = "alliance.wsgi.application"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # so that templates/django/forms/ goes before Django's own
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "drugs.context_processors.site",
            ],
        },
    },
]

# Database: SQLite beside manage.py, or PostgreSQL with DATABASE_URL

DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
DATABASES = {"default": env.dj_db_url("DATABASE_URL", DATABASE_URL)}
if replica := env.str("DATABASE_REPLICA_URL", ""):  # a streaming replica that takes the public reads (drugs/replica.py)
    DATABASES["replica"] = env.dj_db_url("DATABASE_REPLICA_URL", replica) | {"TEST": {"MIRROR": "default"}}
    notice_when_gone(DATABASES["replica"])
    DATABASE_ROUTERS = ["drugs.replica.PublicReads"]
for _database in DATABASES.values():
    prepare(
        _database,
        pool_size=env.int("DATABASE_POOL_SIZE", 8) if env.bool("DATABASE_POOL", True) else 0,
        statement_timeout=env.int("DATABASE_STATEMENT_TIMEOUT", 0),  # alliance/wsgi.py sets it, commands have none
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache: local memory, or Redis with CACHE_URL. `default` counts tries and knows the codes that were used. What is kept of
# content is apart: any reader can make it fill up, and local memory forgets by the number of entries, Redis by their size.

_cache = env.dj_cache_url("CACHE_URL", "locmem://")
_content = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "content"}
if _cache["BACKEND"].endswith("redis.RedisCache"):
    _cache["BACKEND"] = "alliance.caches.RedisCache"  # goes on without it
    _cache.setdefault("OPTIONS", {}).update(socket_connect_timeout=0.5, socket_timeout=0.5)
    _content = _cache | {"KEY_PREFIX": f"{_cache.get('KEY_PREFIX', '')}content"}
elif _cache["BACKEND"] == _content["BACKEND"]:
    _cache.setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 20_000)
CACHES = {"default": _cache, "content": _content}

# Bytes of public pages kept in each process, in MB; 0: every page is made anew
KEPT_PAGES_MB = env.int("KEPT_PAGES_MB", 0)

# Mail: printed on the console in development, off in production until EMAIL_URL is set

_mail_url = env.str("EMAIL_URL", "")
vars().update(mail_settings(_mail_url or ("dummy://" if PRODUCTION else "console://"), production=PRODUCTION))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "therapies@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ADMINS = [("", address) for address in listed("ADMINS", [])]  # who gets a mail when a page fails

# Background work: in place, or by `manage.py db_worker` when TASKS=database

TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if env.str("TASKS", "immediate") == "database"
        else "django_tasks.backends.immediate.ImmediateBackend",
    },
    # Work that is too long for a request waits for `manage.py db_worker --backend worker` where TASKS is not set.
    "worker": {"BACKEND": "django_tasks_db.DatabaseBackend"},
}

# Language and time

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", "UTC")
# With one language every word would be looked up in catalogues that have nothing to say: a sixth of a page's time.
USE_I18N = len(LANGUAGES) > 1
if not USE_I18N:  # Django then asks no language how it writes dates: these are British
    vars().update({name: value for name, value in vars(british).items() if name.isupper()})
FORMAT_MODULE_PATH = "alliance.formats"  # where ours differ
USE_TZ = True

# Static files and media

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / "media")))
#: A bucket of S3, or of what speaks its language, in the place of the folder. Nothing in it is public.
MEDIA_BUCKET = env.str("MEDIA_BUCKET", "")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": MEDIA_BUCKET,
            "endpoint_url": env.str("MEDIA_BUCKET_ENDPOINT", "") or None,
            "region_name": env.str("MEDIA_BUCKET_REGION", "") or None,
            "access_key": env.str("MEDIA_BUCKET_KEY", "") or None,
            "secret_key": env.str("MEDIA_BUCKET_SECRET", "") or None,
            "default_acl": None,
            "file_overwrite": False,
        },
    }
    if MEDIA_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
if MEDIA_BUCKET:  # one that is away is told in seconds, not minutes
    from botocore.config import Config

    STORAGES["default"]["OPTIONS"]["client_config"] = Config(connect_timeout=2, retries={"mode": "standard"})

# Backups: manage.py backup

BACKUP_ROOT = Path(env.str("BACKUP_ROOT", str(BASE_DIR / "backups")))
BACKUPS_KEPT = env.int("BACKUPS_KEPT", 14)

# Accounts: docs/access.md

# In production staff have a second step of signing in, and show again who they are before what cannot be taken lightly.
SECOND_STEP_REQUIRED = env.bool("SECOND_STEP_REQUIRED", PRODUCTION)
PROOF_MINUTES = env.int(
    "PROOF_MINUTES", 30 if PRODUCTION else 0
)  # how long a password, code or passkey counts; 0: never asked again
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", 120)
SESSION_COOKIE_AGE = 60 * 60 * 12
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of their own
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_ADAPTER = "drugs.access.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "drugs.access.forms.SignInForm",
    "change_password": "drugs.access.forms.NewPasswordForm",  # safe: (a class, no password)
    "reauthenticate": "drugs.access.forms.IsItYouForm",
    "reset_password": "drugs.access.forms.ForgottenPasswordForm",  # safe: (a class, no password)
    "reset_password_from_key": "drugs.access.forms.ForgottenPasswordKeyForm",  # safe: (a class, no password)
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 (a class, no password)
# Tries by network address (a digest of it) and by account; counted in the cache.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",  # safe: (a rate, no password)
    "reset_password": "10/h/ip,3/h/key",  # safe: (a rate, no password)
    "reset_password_from_key": "20/m/ip",  # safe: (a rate, no password)
}
MFA_ADAPTER = "drugs.access.adapters.SecondStepAdapter"
MFA_FORMS = {
    "activate_totp": "drugs.access.forms.CodeAppForm",
    "add_webauthn": "drugs.access.forms.AddPasskeyForm",
}
MFA_RATE_LIMITS = {"passkey_question": "30/m/ip"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are an administrator's to keep
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # a code that was read half a minute ago
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost

# Security headers

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in "accelerometer camera display-capture geolocation gyroscope microphone midi payment usb".split()
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # each form holds the token; no script reads the cookie
CSRF_FAILURE_VIEW = "drugs.views.errors.csrf_failure"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 60 * 60 * 24 * 365)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"

# Uploads and forms

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # an edition with 70 rows posts about 750 fields
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# django-import-export: refuse unless permitted, and no live formula leaves the site

IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = True

# django-auditlog: the tables are named one by one in drugs/audit.py

AUDITLOG_INCLUDE_ALL_MODELS = False
AUDITLOG_DISABLE_REMOTE_ADDR = True  # who and when are enough; an address is personal data

# What the charity decides

SITE_NAME = _("ALS/MND therapies")
PUBLISHER = "International Alliance of ALS/MND Associations"
CONTENT_LICENCE = env.str("CONTENT_LICENCE", "All rights reserved")
# Who gets the daily digest (manage.py send_digest): addresses, or 'staff' for all staff accounts with one. Off by default.
DIGEST_RECIPIENTS = listed("DIGEST_RECIPIENTS", [])
REQUIRE_SECOND_PERSON = env.bool("REQUIRE_SECOND_PERSON", True)
PREVIEW_DAYS = env.int("PREVIEW_DAYS", 7)  # how long a signed link to a draft opens it
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", 200 * 1024 * 1024)
IMPORT_MAX_ROWS = env.int("IMPORT_MAX_ROWS", 1_000_000)

# Readers' corrections

CORRECTION_EMAIL_DAYS = env.int("CORRECTION_EMAIL_DAYS", 30)  # how long after the answer an e-mail address is kept
CORRECTIONS_PER_ADDRESS = env.int("CORRECTIONS_PER_ADDRESS", 20)  # a day, from one network address
CORRECTIONS_AN_HOUR = env.int("CORRECTIONS_AN_HOUR", 100)  # from all together
# Alerts by e-mail about new editions: on where mail is configured, and only there

ALERTS_BY_MAIL = env.bool("ALERTS_BY_MAIL", True) and _mail_url.partition(":")[0] not in ("", "dummy")
ALERT_CONFIRM_DAYS = env.int("ALERT_CONFIRM_DAYS", 3)  # how long an address waits for its owner's yes
ALERT_MAILS_A_DAY = env.int("ALERT_MAILS_A_DAY", 5)  # that ask or answer, to one address
ALERTS_PER_ADDRESS = env.int("ALERTS_PER_ADDRESS", 20)  # a day, from one network address
ALERTS_AN_HOUR = env.int("ALERTS_AN_HOUR", 100)  # from all together

# How many proxies of ours stand in front, each of which adds to X-Forwarded-For: whose word on the address counts.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 1 if PRODUCTION else 0)

# Watching: logs to standard error, one line a record; metrics; reports of errors

LOG_FORMAT = env.str("LOG_FORMAT", "json" if PRODUCTION else "line")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "drugs.watching.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "mail": {"class": "drugs.watching.logs.ErrorMail", "level": "ERROR"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django": {"handlers": ["mail"] if ADMINS else [], "level": "INFO", "propagate": True},
        # What was not found is in the line of its request, without the address that somebody typed.
        "django.request": {"level": "ERROR" if PRODUCTION else "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # In development runserver says the same.
        "site.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
    },
}
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # /metrics answers to 'Authorization: Bearer' with it; unset: not found
if PRODUCTION and METRICS_TOKEN and len(METRICS_TOKEN) < 32:
    raise ImproperlyConfigured("Set METRICS_TOKEN to a random text of at least 32 characters, or unset it.")
SENTRY_DSN = env.str("SENTRY_DSN", "")
