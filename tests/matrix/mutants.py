"""Permission mutants (Z4): one right, one guard or one narrowing is taken away or given, in this process alone."""

import ast
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from django.urls import URLPattern

from baoming.organizations.roles import ACTIONS, Role
from baoming.shared.queries import Kept
from tests.web.test_scope import routes

_ROOT = Path(__file__).parents[2] / "baoming"
_NO_SCOPE = {"photos.py", "photo_geometry.py", "paths.py"}  # their `within` is of a head in a picture, or is the rule


@dataclass(frozen=True)
class Site:
    """One place in a function where an office's area narrows something."""

    path: Path
    line: int
    function: str
    start: int  # the line where its code begins, decorators included

    @property
    def name(self) -> str:
        return f"{self.path.relative_to(_ROOT)}:{self.line} {self.function}"


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


def narrowings() -> list[Site]:
    """Every `.within(path)`, `within(path, path)` and `path__gte=…, path__lt=…` of the product."""
    found = []
    for path in sorted(_ROOT.rglob("*.py")):
        if path.name in _NO_SCOPE or "migrations" in path.parts:
            continue
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef) or function.name == "within":
                continue
            start = min([function.lineno, *(one.lineno for one in function.decorator_list)])
            found += [
                Site(path, node.lineno, function.name, start)
                for node in ast.walk(function)
                if _narrowed(node) is not None
            ]
    return found


def _narrowed(node: ast.AST) -> ast.expr | None:
    """Return the expression without its narrowing; None for what narrows nothing."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and node.func.attr == "within" and len(node.args) == 1:
        return ast.Call(ast.Attribute(node.func.value, "all", ast.Load()), [], [])
    if isinstance(node.func, ast.Name) and node.func.id == "within":
        return ast.Constant(True)
    kept = [one for one in node.keywords if not str(one.arg).endswith(("path__gte", "path__lt"))]
    return ast.Call(node.func, node.args, kept) if len(kept) < len(node.keywords) else None


class _Widening(ast.NodeTransformer):
    def __init__(self, site: Site) -> None:
        self.site, self.done = site, 0

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        changed = _narrowed(node) if node.lineno == self.site.line else None
        if changed is None:
            return node
        self.done += 1
        return ast.copy_location(changed, node)


@contextmanager
def widened(site: Site) -> Iterator[None]:
    """Let the function go without this narrowing, wherever it is held: its code is another meanwhile."""
    tree = ast.parse(site.path.read_text("utf-8"))
    change = _Widening(site)
    tree = ast.fix_missing_locations(change.visit(tree))
    assert change.done
    code = next(_codes(compile(tree, str(site.path), "exec"), site))
    own = [
        one for one in gc.get_objects()
        if type(one) is FunctionType and Path(one.__code__.co_filename) == site.path
        and one.__code__.co_firstlineno == site.start and one.__name__ == site.function
    ]  # fmt: skip
    before = [(one, one.__code__) for one in own]
    assert before, site.name
    for one in own:
        one.__code__ = code
    _forget(own)
    try:
        yield
    finally:
        for one, old in before:
            one.__code__ = old
        _forget(own)


def _codes(code: CodeType, site: Site) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if one.co_name == site.function and one.co_firstlineno == site.start:
                yield one
            yield from _codes(one, site)


def _forget(functions: list[FunctionType]) -> None:
    """Let questions whose SQL is kept be made anew."""
    for one in gc.get_objects():
        if type(one) is Kept and one._build in functions:
            one.__dict__.pop("_asked", None)
