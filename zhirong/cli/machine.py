"""What the tests need from the machine itself: Chromium, and poppler to read PDFs back. On Debian, root gets both."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PACKAGES = {"chromium": BROWSERS, "poppler-utils": ("pdftotext",)}
FONTS = "fonts-noto-cjk"


def browser() -> str | None:
    """The path of a Chromium on this machine."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def lacking() -> list[str]:
    """Debian packages none of whose programs is here."""
    return [package for package, names in PACKAGES.items() if not any(shutil.which(name) for name in names)]


def make_ready() -> str | None:
    """None when all is there now, else one sentence that says what to do."""
    wanted = lacking()
    if not wanted:
        return None
    wanted += [FONTS] if "chromium" in wanted else []
    by_hand = f"Some tests did not run on this machine. As root on Debian: apt-get install {' '.join(wanted)}"
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists() or not shutil.which("apt-get"):
        return by_hand
    print(f"Installing {', '.join(wanted)} from Debian for the tests (once)", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
    subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL, check=False)
    return by_hand if lacking() else None
