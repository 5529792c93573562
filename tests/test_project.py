"""The project as a whole: settings refuse insecure values. That migrations are complete is asked by `make lint`."""

import base64
import hashlib
import json
import os
import pwd
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from alliance.mail import mail_settings
from drugs.api.problems import problem as api_problem

ROOT = Path(__file__).resolve().parent.parent
SECURE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "Zx9-kQ7_" * 10,
    "ALLOWED_HOSTS": "therapies.example.org",
    "SITE_URL": "https://therapies.example.org",
    "DATABASE_URL": "sqlite://:memory:",
}


def manage(*arguments, **environment):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=kept | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", "", "SECRET_KEY"),
        ("SECRET_KEY", "short", "SECRET_KEY"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS"),
        ("ALLOWED_HOSTS", "therapies.example.org, *", "ALLOWED_HOSTS"),
        ("DEBUG", "true", "DEBUG"),
        ("ENVIRONMENT", "prod", "ENVIRONMENT is 'prod'"),
        ("SITE_URL", "", "SITE_URL"),
        ("SITE_URL", "http://therapies.example.org", "SITE_URL"),
        ("SITE_URL", "https://", "SITE_URL"),
        ("DATABASE_URL", "", "DATABASE_URL"),
        ("EMAIL_URL", "smtp+tls://user:password@mail.example.org:587", "EMAIL_URL"),
    ],
)
def test_production_refuses_to_start_on_an_insecure_value(name, value, says):
    result = manage("check", **SECURE | {name: value})

    assert result.returncode != 0
    assert says in result.stderr


def test_a_list_may_have_spaces_and_empty_items():
    program = (
        "from django.conf import settings as s; "
        "print(s.ALLOWED_HOSTS, s.ADMINS, s.DIGEST_RECIPIENTS, s.SECRET_KEY_FALLBACKS)"
    )
    lists = {
        "ALLOWED_HOSTS": "a.example.org, b.example.org,",
        "ADMINS": " a@example.org , b@example.org",
        "DIGEST_RECIPIENTS": "a@example.org, staff",
        "SECRET_KEY_FALLBACKS": "one, two,, ",  # an empty key would sign for everybody
    }

    told = manage("shell", "--no-imports", "-c", program, **SECURE | lists).stdout.strip()

    assert told == (
        "['a.example.org', 'b.example.org'] [('', 'a@example.org'), ('', 'b@example.org')] "
        "['a@example.org', 'staff'] ['one', 'two']"
    )


def test_where_https_is_off_the_address_may_be_plain_and_no_mail_is_set():
    program = "from django.conf import settings as s; print(s.SITE_URL, s.EMAIL_BACKEND, s.EMAIL_TIMEOUT)"
    plain = {"SECURE_SSL_REDIRECT": "false", "SITE_URL": "http://127.0.0.1:8000", "EMAIL_URL": ""}

    told = manage("shell", "--no-imports", "-c", program, **SECURE | plain).stdout.strip()

    assert told == "http://127.0.0.1:8000 django.core.mail.backends.dummy.EmailBackend 10"


@pytest.mark.parametrize(
    ("url", "tls", "ssl", "timeout"),
    [
        ("submission://user:password@mail.example.org:587", True, False, 10),
        ("submission://user:password@mail.example.org:465?ssl=true&timeout=30", False, True, 30),
        ("smtp://user:password@mail.example.org:587?tls=true", True, False, 10),
        ("smtp://localhost:25", False, False, 10),
    ],
)
def test_a_mail_server_is_as_its_address_says(url, tls, ssl, timeout):
    mail = mail_settings(url, production=True)

    assert (mail["EMAIL_USE_TLS"], mail["EMAIL_USE_SSL"], mail["EMAIL_TIMEOUT"]) == (tls, ssl, timeout)


@pytest.mark.parametrize(
    "url",
    [
        "smtp+tls://user:password@mail.example.org:587",
        "mail.example.org",
        "smtp://user:password@mail.example.org:587",
        "submission://user:password/more@mail.example.org:587",
    ],
)
def test_mail_that_would_not_go_out_or_show_its_password_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as refused:
        mail_settings(url, production=True)

    assert "user" not in str(refused.value)


def test_the_mail_server_of_the_example_is_spoken_to_over_tls():
    example = (ROOT / "deploy" / "environment.example").read_text()
    (url,) = re.findall(r"^# EMAIL_URL=(.*)$", example, re.MULTILINE)

    assert mail_settings(url, production=True)["EMAIL_USE_TLS"]


def test_every_setting_is_explained():
    explained = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "deploy.md").read_text()))
    read = set(re.findall(r"""(?:env\.\w+|listed)\(\s*"([A-Z_]+)\"""", (ROOT / "alliance" / "settings.py").read_text()))

    assert len(read) > 40
    assert not read - explained


def test_deploy_manage_reads_the_environment_as_systemd_does(tmp_path):
    """Everything that it names is put in the place of what the machine has: its user, its folder, its file."""
    python, settings = tmp_path / ".venv" / "bin" / "python", tmp_path / "environment"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "$SECRET_KEY" "$ADMINS" "$SITE_NAME" "$RELEASE"\n')
    python.chmod(0o755)
    settings.write_text("# RELEASE=no\n\nSECRET_KEY=a$b&c=#==\nADMINS=a@x, b@x  \nSITE_NAME='of \"all\"'\nRELEASE=")
    script = (ROOT / "deploy" / "manage").read_text()
    for name, here in {
        "/etc/therapies/environment": str(settings),
        "/opt/therapies": str(tmp_path),
        "!= therapies": f"!= {pwd.getpwuid(os.geteuid()).pw_name}",
    }.items():
        assert name in script
        script = script.replace(name, here)

    told = subprocess.run(["bash", "-c", script, "manage", "restore", "a file"], capture_output=True, text=True).stdout

    assert told.splitlines() == [f"{tmp_path}/manage.py", "restore", "a file", "a$b&c=#==", "a@x, b@x", 'of "all"', ""]


def test_the_policy_of_nginx_own_page_names_its_style():
    """Else the browser would drop the style, and with it the size of the link, when nobody can answer."""
    conf = (ROOT / "deploy" / "nginx.conf").read_text()
    (style,) = re.findall("<style>(.*?)</style>", conf)
    (named,) = re.findall("style-src 'sha256-([^']+)'", conf)

    assert named == base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def test_programs_get_the_apis_own_kind_of_error_from_nginx():
    conf = (ROOT / "deploy" / "nginx.conf").read_text()
    (problem,) = re.findall(r"return 503 '(\{.*\})';", conf)

    assert json.loads(problem).keys() == api_problem(503, "", "").keys() - {
        "instance"
    }  # an address could break the text
