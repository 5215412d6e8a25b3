"""Compiled templates are kept beside compiled modules, and never read for another text."""

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from baoming.web.templates import environment


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Modules are kept in a folder here; the texts that are compiled meanwhile."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    texts, compile_ = list[str](), Environment.compile
    monkeypatch.setattr(
        Environment, "compile", lambda *given, **more: (texts.append(given[1]), compile_(*given, **more))[1]
    )
    return texts


def shown(text: str) -> str:
    """What a process that starts now shows of a page of this text."""
    return environment(loader=DictLoader({"page.html": text})).get_template("page.html").render()


def test_a_page_is_compiled_once_and_anew_when_its_text_changes(compiled: list[str]) -> None:
    assert [shown("{{ 1 + 1 }}"), shown("{{ 1 + 1 }}"), shown("{{ 1 + 2 }}")] == ["2", "2", "3"]
    assert compiled == ["{{ 1 + 1 }}", "{{ 1 + 2 }}"]


def test_what_was_compiled_is_not_read_by_another_jinja(compiled: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    shown("{{ 1 }}")
    monkeypatch.setattr("baoming.web.templates.jinja", "4.0")
    shown("{{ 1 }}")
    assert len(compiled) == 2


@pytest.mark.parametrize("prefix", [None, "/proc/nowhere"])
def test_where_there_is_no_folder_for_it_each_process_compiles(
    compiled: list[str], prefix: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", prefix)
    assert [shown("{{ 1 }}"), shown("{{ 1 }}")] == ["1", "1"]
    assert len(compiled) == 2
