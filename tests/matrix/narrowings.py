"""Narrowing mutants (Z4): one place where a query is narrowed to an office, a person or a season is taken away.

Places are found in the source: `within(…)`, and what `filter`, `get` and `Q` are given of a path, a registration, an
account, a site. The function that holds one is compiled anew without it, in this process alone.
"""

import ast
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Any

from baoming.shared.queries import Kept

ROOT = Path(__file__).parents[2]
_ASKS = {"filter", "get", "exclude", "Q", "get_object_or_404"}
_BY = {"account", "from_path", "path", "recipient", "registration", "site_id", "subject", "to_path"}
_ENDS = ("__gte", "__lt", "__pk")  # of what is asked; both ends of a range are one narrowing
_AWAY = ("migrations", "management", "config")  # asked by no request


@dataclass(frozen=True)
class Narrowing:
    """One place: in which function of which module, the how-maniest there, and what it narrows by."""

    module: str
    function: str
    place: int
    by: str

    @property
    def of_an_area(self) -> bool:
        """By a path; else by a person, who may be in the area all the same."""
        return self.by == "within" or self.by.endswith("path")

    def __str__(self) -> str:
        return f"{self.module.removeprefix('baoming.')}.{self.function} {self.place} {self.by}"


def narrowings() -> list[Narrowing]:
    """Return every place in the product."""
    found = []
    for path in sorted((ROOT / "baoming").rglob("*.py")):
        if not set(_AWAY) & set(path.parts):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            for name, function in _functions(ast.parse(path.read_text("utf-8"))):
                taken = _Without(-1)
                taken.visit(function)
                found += [Narrowing(module, name, place, by) for place, by in enumerate(taken.found)]
    return found


def _functions(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield f"{within}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{within}{node.name}.")


class _Without(ast.NodeTransformer):
    """Counts the places of a function, and takes the one at `place` away."""

    def __init__(self, place: int) -> None:
        self.place, self.found = place, list[str]()
        self.handed_on: set[str] = set()  # names behind `**`

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
        self.handed_on |= {ast.unparse(one.value) for call in calls for one in call.keywords if one.arg is None}
        return self.generic_visit(node)

    def _here(self, by: str) -> bool:
        self.found.append(by)
        return len(self.found) - 1 == self.place

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "within" and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
            if self._here("within"):
                return ast.Call(ast.Attribute(node.func.value, "all", ast.Load()), [], [])
        elif name == "within" and len(node.args) == 2 and isinstance(node.func, ast.Name):
            if self._here("within"):
                return ast.Constant(value=True)
        elif name in _ASKS:
            for by in dict.fromkeys(_side(one.arg or "") for one in node.keywords if _narrows(one)):
                if self._here(by):
                    node.keywords = [one for one in node.keywords if _side(one.arg or "") != by]
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """A dictionary that is handed on as `**theirs`."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Dict) and set(map(ast.unparse, node.targets)) & self.handed_on:
            self._shorten(node.value)
        return node

    def _shorten(self, node: ast.Dict) -> None:
        for key in [key for key in node.keys if isinstance(key, ast.Constant) and _is_by(str(key.value))]:
            if self._here(str(key.value)):
                kept = [pair for pair in zip(node.keys, node.values, strict=True) if pair[0] is not key]
                node.keys, node.values = [one for one, _ in kept], [one for _, one in kept]


def _narrows(one: ast.keyword) -> bool:
    """By somebody or some place; that something is not there narrows to nobody."""
    return _is_by(one.arg or "") and not (isinstance(one.value, ast.Constant) and one.value.value is None)


def _is_by(name: str) -> bool:
    """Whether it is asked of a person or a place: the row's own, or that of what it belongs to."""
    last = _side(name).rpartition("__")[2]
    return last in _BY or last.removesuffix("_id") in _BY


def _side(name: str) -> str:
    """Return the field that is asked, without how: some names for places it is in are the area, too."""
    for end in _ENDS:
        name = name.removesuffix(end)
    return name.removesuffix("__in") if name.endswith("path__in") else name


@contextmanager
def without(one: Narrowing) -> Iterator[None]:
    """Ask without it for one block."""
    function = plain(one)
    before = function.__code__
    function.__code__ = _compiled(one, before)
    forget(one)
    try:
        yield
    finally:
        function.__code__ = before
        forget(one)


def plain(one: Narrowing) -> FunctionType:
    """Return the function as it is written, out of whatever decorates it."""
    return _bare(_named(one))


def _named(one: Narrowing) -> Any:
    found: Any = import_module(one.module)
    for name in one.function.split("."):
        found = vars(found)[name]
    return found


def _bare(found: Any) -> FunctionType:
    while not (type(found) is FunctionType and not hasattr(found, "__wrapped__")):
        if isinstance(found, MethodType) and isinstance(found.__self__, Kept):
            found = found.__self__._build
        elif isinstance(found, Kept):
            found = found._build
        elif isinstance(found, property):
            found = found.fget
        elif isinstance(found, cached_property):
            found = found.func
        elif isinstance(found, staticmethod | classmethod):
            found = found.__func__
        else:
            found = found.__wrapped__
    return found


def _compiled(one: Narrowing, before: CodeType) -> CodeType:
    path = Path(before.co_filename)
    tree = ast.parse(path.read_text("utf-8"))
    function = next(node for name, node in _functions(tree) if name == one.function)
    _Without(one.place).visit(function)
    made = compile(ast.fix_missing_locations(tree), before.co_filename, "exec")
    return next(code for code in _codes(made) if code.co_qualname == before.co_qualname)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def forget(changed: Narrowing | None = None) -> None:
    """Let every kept question be put together anew."""
    for one in kept():
        one.__dict__.pop("_asked", None)
    if changed is not None and hasattr(_named(changed), "cache_clear"):
        _named(changed).cache_clear()


@cache
def kept() -> list[Kept[Any, Any]]:
    """Every question that the product keeps."""
    return [one for one in gc.get_objects() if type(one) is Kept]
