"""Stories see what a person sees: no direct request, no script, no database, only roles and labels."""

import ast
from pathlib import Path

import pytest

FORBIDDEN_CALLS = {"evaluate", "evaluate_handle", "locator", "query_selector", "request", "route", "add_script_tag"}
FORBIDDEN_MODULES = ("django", "psycopg", "httpx", "requests", "urllib", "baoming.registrations.models")
# Those that measure what a person does not see: accessibility, what a phone keeps, what is logged and left in the open.
MEASURES = {
    "access.py",
    "test_access.py",
    "served.py",
    "greedy.py",
    "test_app.py",
    "events.py",
    "leaks.py",
    "tickets.py",
}
NO_STORIES = {"test_rules.py", "conftest.py", "watch.py", "test_watch.py", *MEASURES}
STORIES = sorted(path for path in Path(__file__).parent.glob("*.py") if path.name not in NO_STORIES)


def faults(source: str) -> list[str]:
    """Return what a story does that a person cannot."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_CALLS:
            found.append(f"line {node.lineno}: {node.attr}")
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found += [f"imports {name}" for name in modules if name.startswith(FORBIDDEN_MODULES)]
    return found


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.name)
def test_a_story_does_only_what_a_person_can(story: Path) -> None:
    assert faults(story.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "page.evaluate('1')",
        "page.locator('#x')",
        "page.request.get('/')",
        "import psycopg",
        "from django.db import models",
    ],
)
def test_the_rule_finds_each_fault(source: str) -> None:
    assert faults(source)
