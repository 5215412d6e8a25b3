"""The Jinja2 environment of both portals: what templates may use, and how strict they are.

A name a template uses and nobody gave is a defect, not an empty string (StrictUndefined).

Context every page may rely on, given by the context processors:

- `season`: the season or None. `name` (2023年高考报名), `title` (2023年普通高等学校招生网上报名),
  `is_real` (False in a demo or practice season: the 演练 banner shows).
- `now`: the season's clock, an aware datetime.
- `care`: bool, 长辈版. `wechat`: bool, read inside WeChat.
- `site`: the candidate's own 报名点, or the hotline for people without one: `name`, `phone`; or None.
- `nav`: the office menu for the role, a list of (title, URL name, current).
- `staff`: the signed-in member of staff (`name`, `office_name`) or None.
- `csrf_input`: given by Django's own backend.

Context a page may give to its base: `errors` (field key to sentence) puts 错误： before the title;
a field takes its own as `errors.get("postcode", "")`.
The office base uses two URL names: `office:find` and `office:sign_out`.

The pages that refuse (not_found, refused, form_expired, unknown_outcome, busy, defect) stand alone in each
portal: they need what their first comment names, no context processor and no database.
"""

import hashlib
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, FileSystemBytecodeCache, StrictUndefined
from jinja2 import __version__ as jinja

from baoming.accounts.browsers import STAFF
from baoming.shared import moments, money, text
from baoming.web.rare import Page

FILTERS: dict[str, Callable[..., Any]] = {
    "yuan": money.yuan,
    "serial": text.serial,
    "mask_document": text.mask_document,
    "mask_phone": text.mask_phone,
    "moment": moments.moment,
    "day": moments.day,
    "short": moments.short,
    "stamp": moments.stamp,
    "full_stamp": moments.full_stamp,
}


def cells(value: str | int) -> list[str]:
    """Return the characters of `value`, one to an answer box; a number is a 报名序号 of eight digits."""
    return list(text.serial(value) if isinstance(value, int) else value)


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of the URL called `name`; either positional or named arguments."""
    if kwargs or len(args) > 1 or not all(type(arg) is UUID for arg in args):
        return reverse(name, args=args or None, kwargs=kwargs or None)
    return str(*args).join(_around(name, len(args)))


@cache
def _around(name: str, ids: int) -> list[str]:
    """Return the address around its one id, or all of it: menus have a dozen, and lists one in each row."""
    place = UUID(int=0)
    return reverse(name, args=[place] * ids).split(str(place)) if ids else [reverse(name)]


def _compiled() -> FileSystemBytecodeCache | None:
    """Return where compiled templates are kept: beside the compiled modules, where those have a folder of their own.

    `make` gives them one. To compile all pages takes each process three seconds, which its first visitors wait.
    What was compiled of another text, by another Jinja or with other options than here is never read.
    """
    if sys.pycache_prefix is None or sys.dont_write_bytecode:
        return None
    made_by = hashlib.sha256(jinja.encode() + Path(__file__).read_bytes()).hexdigest()[:16]
    folder = Path(sys.pycache_prefix) / f"templates-{made_by}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder))


def environment(**options: Any) -> Environment:
    """Return the environment for Django's Jinja2 backend, or for tests with a plain loader.

    `static` and `url` are globals, so a test may put its own in their place.
    """
    options.update(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, bytecode_cache=_compiled())
    made = Environment(**{**options, "autoescape": True})  # noqa: S701  (a literal, only not a keyword)
    made.template_class = Page
    made.filters.update(FILTERS, cells=cells)
    made.globals.update(static=cache(static), url=url, desk_idle=int(STAFF.idle.total_seconds()))
    return made
