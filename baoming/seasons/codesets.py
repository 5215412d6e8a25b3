"""Code sets: what a field may be, as code and label. Data of a season, never code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One set in its official order. `status` says how sure its source is."""

    name: str
    title: str
    status: str
    labels: Mapping[str, str]  # code → label

    def narrowed(self, codes: tuple[str, ...]) -> Self:
        """Return this set with `codes` only, in its own order; raise ValueError for a code it lacks."""
        if unknown := set(codes) - set(self.labels):
            raise ValueError(f"{self.name} has no code {', '.join(sorted(unknown))}")
        kept = {code: label for code, label in self.labels.items() if code in codes}
        return type(self)(self.name, self.title, self.status, kept)


def parse_code_sets(document: Mapping[str, Any]) -> dict[str, CodeSet]:
    """Return the code sets of a `codesets.json` by name.

    Where the source gives a label without a code (`code` is null), the English key, else the
    label itself stands for it inside the system.
    """
    return {entry["name"]: _parsed(entry) for entry in document["codesets"]}


def _parsed(entry: Mapping[str, Any]) -> CodeSet:
    labels = {row["code"] or row.get("en") or row["label"]: row["label"] for row in entry["codes"]}
    if len(labels) != len(entry["codes"]):
        raise ValueError(f"{entry['name']} has a code twice")
    return CodeSet(entry["name"], entry["zh"], entry["status"], labels)
