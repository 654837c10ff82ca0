"""What the tests need from the machine itself: Chromium, a library of its driver, and poppler to read PDFs back.

On Debian, root gets them.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PACKAGES = {"chromium": BROWSERS, "poppler-utils": ("pdftotext",)}
# The driver of the browser tests brings its own Node, which is linked with it; a minimal Debian has no such library.
LIBRARIES = {"libatomic1": "libatomic.so.1"}
FONTS = "fonts-noto-cjk"


def browser() -> str | None:
    """The path of a Chromium on this machine."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def lacking() -> list[str]:
    """Debian packages none of whose programs is here, and those whose library does not load."""
    programs = [package for package, names in PACKAGES.items() if not any(shutil.which(name) for name in names)]
    return programs + [package for package, name in LIBRARIES.items() if sys.platform == "linux" and not loads(name)]


def loads(library: str) -> bool:
    """Whether the system finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


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
