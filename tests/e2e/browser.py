"""Where the real browser is: Debian's or macOS's own Chromium, nothing downloaded."""

import os
import shutil
from pathlib import Path

_MAC = "/Applications/Chromium.app/Contents/MacOS/Chromium"
_MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def chromium() -> str:
    """The path of a Chromium, or an empty text."""
    named = os.environ.get("CHROMIUM", "")
    found = named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return found or next((path for path in (_MAC, _MAC_CHROME) if Path(path).exists()), "")
