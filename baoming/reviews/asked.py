"""What a special case asks to be filled in and handed in: questions and papers, as season data describes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from baoming.shared.text import is_written

Raw = Mapping[str, Sequence[str]]  # name of the input → what was sent
Answers = dict[str, str | list[str]]
_LONGEST = 200  # characters, where the data says nothing


@dataclass(frozen=True, slots=True)
class Question:
    """One question: a line of text, a choice of `options`, or with `many` several of them."""

    key: str
    title: str
    hint: str = ""
    options: Mapping[str, str] | None = None
    many: bool = False
    needed: bool = True
    longest: int = _LONGEST  # characters
    every: bool = False  # of several: each is ticked, or the answer is refused
    bonds: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # option → one it needs, one it excludes

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        if "options" not in row:
            return cls(**row)
        options = {one["key"]: one["title"] for one in row["options"]}
        bonds = {one["key"]: (one.get("with", ""), one.get("without", "")) for one in row["options"]}
        return cls(**{**row, "options": options, "bonds": bonds})

    def clean(self, sent: Sequence[str]) -> tuple[str | list[str], str]:
        """Return the answer, and the sentence of what is wrong with it: empty where nothing is."""
        said = [" ".join(one.split()) for one in sent if one.strip()]
        if not said and not self.every:
            return [] if self.many else "", f"请{'选择' if self.options else '填写'}{self.title}" if self.needed else ""
        if self.options is not None:
            return self._chosen(said)
        if len(said[0]) > self.longest:
            return said[0], f"{self.title}最多{self.longest}个字，您写了{len(said[0])}个，请写短一些"
        written = all(is_written(character) for character in said[0])
        return said[0], "" if written else f"{self.title}里有看不见的字符，请删去后重新填写"

    def _chosen(self, said: list[str]) -> tuple[str | list[str], str]:
        known = [key for key in self.options or {} if key in said]
        if len(known) != len(set(said)) or (len(known) > 1 and not self.many):
            return [] if self.many else "", f"请从列出的选项里选择{self.title}"
        if self.every and (left := [title for key, title in (self.options or {}).items() if key not in known]):
            return known, f"还有{len(left)}条没有勾选：{left[0]}。逐条核对后再同意，不符合请退回"
        return (known if self.many else known[0]), self._unfit(known)

    def _unfit(self, known: Sequence[str]) -> str:
        """Return what does not go together among the options chosen."""
        titles = self.options or {}
        for key in known:
            needs, excludes = self.bonds.get(key, ("", ""))
            if needs and needs not in known:
                return f"“{titles[key]}”要和“{titles[needs]}”一起选"
            if excludes in known:
                return f"“{titles[key]}”和“{titles[excludes]}”只能选一个"
        return ""

    def shown(self, answer: str | list[str]) -> str:
        """Return an answer in words; of a choice that the data no longer has, its key."""
        if self.options is None:
            return answer if isinstance(answer, str) else "、".join(answer)
        keys = [answer] if isinstance(answer, str) else answer
        return "、".join(self.options.get(key, key) for key in keys if key)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper to be handed in as a picture."""

    key: str
    title: str
    needed: bool = True


def clean(questions: Sequence[Question], raw: Raw) -> tuple[Answers, dict[str, str]]:
    """Return the answers by question, and what is wrong by question."""
    answers: Answers = {}
    problems: dict[str, str] = {}
    for one in questions:
        answers[one.key], problem = one.clean(raw.get(one.key, ()))
        if problem:
            problems[one.key] = problem
    return answers, problems


def shown(questions: Sequence[Question], answers: Mapping[str, str | list[str]]) -> list[tuple[str, str]]:
    """Return title and answer in words, in the order of the questions; what was not answered is left out."""
    return [(one.title, one.shown(answers[one.key])) for one in questions if answers.get(one.key)]
