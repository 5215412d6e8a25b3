"""Permission mutants (Z4): one right or one guard is taken away or given, in this process alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from django.urls import URLPattern

from baoming.organizations.roles import ACTIONS, Role
from tests.web.routes import routes

_ROOT = Path(__file__).parents[2] / "baoming"


def toggles() -> Iterator[tuple[str, Role]]:
    """Every right of the role table given to each role that lacks it, and taken from each that has it.

    An action that nothing asks for yet guards nothing: its page brings its mutants along.
    """
    modules = [path.read_text("utf-8") for path in _ROOT.rglob("*.py") if path.name != "roles.py"]
    asked = [action for action in sorted(ACTIONS) if any(f'"{action}"' in text for text in modules)]
    yield from product(asked, Role)


@contextmanager
def toggled(action: str, role: Role) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ACTIONS, action, ACTIONS[action] ^ {role})
        yield


def guarded(portal: str) -> dict[str, FunctionType]:
    """Return the guard of each route that has one."""
    return {name: guard for name, pattern in routes(portal).items() if (guard := _guard(pattern.callback)) is not None}


def action_of(guard: FunctionType) -> str:
    """Return the action that a route's guard asks for; nothing for a candidate's."""
    return str(_cells(guard).get("action", ""))


def _guard(view: Any) -> FunctionType | None:
    while view is not None:
        if getattr(getattr(view, "__code__", None), "co_name", "") == "guarded":
            return view
        view = getattr(view, "__wrapped__", None)
    return None


def _cells(function: FunctionType) -> dict[str, Any]:
    cells = function.__closure__ or ()
    return {name: cell.cell_contents for name, cell in zip(function.__code__.co_freevars, cells, strict=True)}


@contextmanager
def unguarded(portal: str, name: str) -> Iterator[None]:
    """Let everybody come to a route's view: its guard is gone, its methods are not."""
    pattern = routes(portal)[name]
    guard = guarded(portal)[name]
    inner = _cells(guard)["view"]
    with pytest.MonkeyPatch.context() as patch:
        if pattern.callback is guard:
            patch.setattr(pattern, "callback", inner)
        else:
            _replace(patch, pattern, guard, inner)
        yield


def _replace(patch: pytest.MonkeyPatch, pattern: URLPattern, guard: FunctionType, inner: Callable[..., Any]) -> None:
    outer: Any = pattern.callback
    place = next(cell for cell in outer.__closure__ if cell.cell_contents is guard)
    patch.setattr(place, "cell_contents", inner)


@contextmanager
def for_everybody(portal: str, name: str) -> Iterator[None]:
    """Let all staff come to a route, whatever their role."""
    guard = guarded(portal)[name]
    place = (guard.__closure__ or ())[guard.__code__.co_freevars.index("action")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(place, "cell_contents", "see_calendar")
        yield
