"""What second steps are made of (secrets of code apps, seeds of recovery codes) is sealed before it is stored.

The key comes from `SECRET_KEY`, so a copy of the database or a backup alone gives nobody a second step.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def _box(key: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second steps").derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _boxes() -> MultiFernet:
    return MultiFernet([_box(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def seal(text: str) -> str:
    return _boxes().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Empty where the key has changed: no code fits any more, and an administrator takes the second step away."""
    try:
        return _boxes().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
