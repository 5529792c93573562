"""The project as a whole: settings refuse insecure values. That migrations are complete is asked by `make lint`."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from drugs.api.problems import problem as api_problem

ROOT = Path(__file__).resolve().parent.parent
SECURE = {"ENVIRONMENT": "production", "SECRET_KEY": "Zx9-kQ7_" * 10, "ALLOWED_HOSTS": "therapies.example.org"}


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
        ("DEBUG", "true", "DEBUG"),
    ],
)
def test_production_refuses_to_start_on_an_insecure_value(name, value, says):
    result = manage("check", **SECURE | {name: value})

    assert result.returncode != 0
    assert says in result.stderr


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
