"""What goes with the form and is no field of it: pictures of the household booklet, and declarations of bonus
points and special plans (R13). Whether a season has them, which, and with what consent, is its data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_KEY = "-"  # between what a picture is for and which one it is


@dataclass(frozen=True, slots=True)
class Consent:
    """The separate consent to keep pictures of papers (证件影像); its version is kept with each picture."""

    version: str
    summary: str
    articles: tuple[str, ...]

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        return cls(document["version"], document["summary"], tuple(document["articles"]))


@dataclass(frozen=True, slots=True)
class Booklet:
    """The household booklet: its pages to be photographed, and why a site may give it back."""

    pages: Mapping[str, str]  # purpose of the picture → what the page is called
    reasons: Mapping[str, str]  # code → what the candidate is to do
    by_form: frozenset[str]  # those that another address on the form mends, too
    consent: Consent

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> Self | None:
        """Return what a `form.json` says of it, None in a season without."""
        if (document := form.get("household")) is None:
            return None
        pages = {f"household{_KEY}{one['key']}": one["label"] for one in document["pages"]}
        reasons = {one["key"]: one["label"] for one in document["reasons"]}
        by_form = frozenset(one["key"] for one in document["reasons"] if one.get("by_form"))
        return cls(pages, reasons, by_form, Consent.parse(document["consent"]))


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that may be declared. `evidence`: the paper that proves it, as people call it."""

    key: str
    label: str
    evidence: str

    @property
    def purpose(self) -> str:
        """Return what the picture of its evidence is kept for."""
        return f"declaration{_KEY}{self.key}"


@dataclass(frozen=True, slots=True)
class Declaring:
    """What may be declared in a season, in groups: 优惠加分, 专项计划."""

    groups: Mapping[str, tuple[Kind, ...]]  # title → kinds
    consent: Consent

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> Self | None:
        """Return what a `form.json` says of it, None in a season without."""
        if (document := form.get("declarations")) is None:
            return None
        groups = {one["title"]: tuple(Kind(**kind) for kind in one["kinds"]) for one in document["groups"]}
        return cls(groups, Consent.parse(document["consent"]))

    @property
    def kinds(self) -> dict[str, Kind]:
        """All kinds by their key, in order."""
        return {kind.key: kind for group in self.groups.values() for kind in group}

    def labels(self, keys: list[str]) -> str:
        """Return in words what was declared; 不申报 for nothing."""
        return "、".join(kind.label for key, kind in self.kinds.items() if key in keys) or "不申报"
