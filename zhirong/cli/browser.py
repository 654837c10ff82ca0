"""Chromium for the browser tests: found, or on Debian as root installed with fonts for Chinese."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")


def find() -> str | None:
    """The path of a Chromium on this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def make_ready() -> str | None:
    """None when a browser is there now, else one sentence that says what to do."""
    if find():
        return None
    by_hand = f"Chromium was not found, so the browser tests did not run. As root: apt-get install {' '.join(PACKAGES)}"
    if os.geteuid() != 0 or not Path("/etc/debian_version").exists() or not shutil.which("apt-get"):
        return by_hand
    print(f"Installing {' and '.join(PACKAGES)} from Debian for the browser tests (once)", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL, check=False)
    return None if find() else by_hand
