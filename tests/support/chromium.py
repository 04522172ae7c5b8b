"""The browser that the page tests drive."""

import os
import shutil
from pathlib import Path

# Chromium's own sandbox does not start as root or in most containers; the pages are ours.
# The others keep it from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The first is the same browser without the windows that nobody sees; a page costs a third of the time.
SHELL = "chromium-headless-shell"
COMMANDS = (SHELL, "/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")


def cache() -> Path:
    """Where a browser from npm is kept, outside the tree."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "jobaids-tests"


def executable() -> Path | None:
    """The browser to start: the one asked for, an installed one, the one from npm, or none."""
    if wanted := os.environ.get("JOBAIDS_TEST_CHROMIUM"):
        return Path(wanted)
    for command in (*COMMANDS, str(cache() / "chrome")):
        if found := shutil.which(command):
            return Path(found)
    return None
