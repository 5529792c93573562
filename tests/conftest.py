"""What every test may ask for."""

from pathlib import Path

import pytest

REGISTRY = Path(__file__).resolve().parent.parent.parent / "shared" / "registry"


@pytest.fixture(autouse=True)
def _test_settings(settings, tmp_path):
    """Quick passwords, media in a temporary folder, mail in memory."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()


@pytest.fixture(scope="session")
def registry_folder() -> Path:
    """The real registry exports beside the project; tests that need them skip where they are absent."""
    if not REGISTRY.is_dir():
        pytest.skip(f"the real registry files are not at {REGISTRY}")
    return REGISTRY
