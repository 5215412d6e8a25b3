"""What the form's pages show: inputs of one page, the check, one saved version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse

from baoming.audit.actors import Actor
from baoming.forms.definition import Page, Problems, Row, Section
from baoming.forms.fields import Field, Values
from baoming.forms.schools import UNLISTED
from baoming.registrations import form_queries, journey
from baoming.registrations.models import Draft, FormVersion, Registration
from baoming.registrations.queries import state_of
from baoming.registrations.services.steps import refuse_if_completed
from baoming.reviews.case_queries import kinds_of
from baoming.reviews.services.cases import may_open_now
from baoming.seasons.queries import Clock
from baoming.shared.errors import NotOpen

UNFILLED = "（未填）"
OPTIONAL = "未填（选填）"
MISSING = "还要填写"
MISTAKEN = "还要补填或更正"


@dataclass(frozen=True, slots=True)
class Shown:
    """One field on its page: the values as typed, by input name."""

    field: Field
    options: list[tuple[str, str]]
    typed: Mapping[str, list[str]]
    offered: Mapping[str, str]  # schools like the typed one: code → name
    hint: str = ""
    many: bool = False  # more schools are like the typed one than are offered
    listed: Sequence[str] = ()  # townships of the county that stands chosen; none where its list is not loaded

    def first(self, part: str = "") -> str:
        """Return what stands in the input, of a region in its input `part`."""
        name = f"{self.field.key}.{part}" if part else self.field.key
        return next(iter(self.typed.get(name, ())), "")

    @property
    def chosen(self) -> str:
        """The code that stands chosen; where there is but one, that one."""
        return self.options[0][0] if len(self.options) == 1 else self.first()

    @property
    def all(self) -> list[str]:
        return self.typed.get(self.field.key, [])

    @property
    def places(self) -> range:
        """The lines that a field with columns shows: those it needs, those filled, and an empty one to go on."""
        filled = [place for place in range(self.field.most) if self._filled(place)]
        shown = max(self.field.least, filled[-1] + 2 if filled else 0)
        return range(min(shown, self.field.most))

    @property
    def full(self) -> bool:
        """Whether no further line can be added."""
        return len(self.places) == self.field.most

    def _filled(self, place: int) -> bool:
        names = (f"{self.field.key}.{place}.{column.key}" for column in self.field.columns)
        return any(text.strip() for name in names for text in self.typed.get(name, ()))

    @property
    def chosen_school(self) -> str:
        """The code that stands chosen among the offered, if they were offered for what is typed now."""
        typed, code = self.first("name").strip(), self.first("code")
        exact = next((code for code, name in self.offered.items() if name == typed), "")
        return code if self.first("searched").strip() == typed and code else exact

    @property
    def townships(self) -> list[tuple[str, str]]:
        """The townships to choose from; what was typed and is none of them stands there as well, and says so."""
        typed = self.first("township").strip()
        own = [(typed, f"{typed}（不在名单里）")] if self.listed and typed and typed not in self.listed else []
        return [*own, *((name, name) for name in self.listed)]

    @property
    def unlisted(self) -> str:
        return UNLISTED


@dataclass
class Desk:
    """The form of one candidate as it lies before them: what is typed, and what is saved."""

    registration: Registration
    by: Actor
    clock: Clock
    draft: Draft | None = field(init=False)

    def __post_init__(self) -> None:
        self.form = form_queries.form_of(self.registration.season)
        self.draft = form_queries.draft_of(self.registration)
        self.revision = form_queries.revision_of(self.registration, self.draft)
        self.typed = form_queries.typed_of(self.registration, self.draft)
        self.values, self.problems = self._clean(self.typed.raw)

    @cached_property
    def closed(self) -> str:
        """Why nothing can be saved now, empty if it can; raise NotOpen while steps before are missing."""
        state = state_of(self.registration, clock=self.clock)
        try:
            refuse_if_completed(self.registration)
            journey.require("form", self.by.kind, state)
        except NotOpen as refusal:
            if state.missing("form"):
                raise
            return str(refusal)
        return ""

    @cached_property
    def correctable(self) -> bool:
        """Whether what was changed can be asked for, as nobody can save it any more (R15)."""
        kind = kinds_of(self.registration.season).get("correction")
        return kind is not None and not may_open_now(self.registration, kind)

    def lay_back(self, page: Page, raw: Mapping[str, list[str]]) -> None:
        """Show what was typed on `page` although it was not kept."""
        typed = {name: raw[name] for one in page.fields for name in one.inputs if name in raw}
        self.typed = form_queries.Typed(raw={**self.typed.raw, **typed}, other=self.typed.other)
        self.values, self.problems = self._clean(self.typed.raw)

    @cached_property
    def saved(self) -> Values:
        return form_queries.values_of(form_queries.newest_version(self.registration))

    def fields(self, page: Page) -> list[Shown]:
        """Return the fields of `page` that are asked, given what is typed so far."""
        return [
            Shown(
                one,
                list(one.choices(self.values).items()),
                self.typed.raw,
                self._offered(page, one),
                one.hint_for(self.values),
                one.kind == "school" and page.schools.more_like(self._name(one)),
                self._townships(page, one),
            )
            for one in page.fields
            if one.applies(self.values)
        ]

    def _offered(self, page: Page, one: Field) -> Mapping[str, str]:
        if one.kind != "school":
            return {}
        return page.schools.like(self._name(one))

    def _townships(self, page: Page, one: Field) -> Sequence[str]:
        county = next(iter(self.typed.raw.get(f"{one.key}.county", ())), "")
        inside = page.province in self.typed.raw.get(f"{one.key}.province", ())
        return page.townships.of(county) if one.kind == "region" and inside else ()

    def _name(self, school: Field) -> str:
        return next(iter(self.typed.raw.get(f"{school.key}.name", ())), "")

    def problems_of(self, page: Page) -> Problems:
        names = {name for one in page.fields for name in (one.key, *one.inputs)}
        return {name: sentence for name, sentence in self.problems.items() if name in names}

    def next_address(self, page: Page, *, back: bool) -> str:
        """Return where to go after `page`; `back` to the check that somebody came from to mend this one."""
        place = self.form.pages.index(page) + 1
        if back or place == len(self.form.pages):
            return reverse("candidate:form_check")
        return reverse("candidate:form_page", args=[self.form.pages[place].key])

    def previous_address(self, page: Page) -> str:
        """Return where the page before `page` is; before the first, that one itself."""
        place = max(self.form.pages.index(page) - 1, 0)
        return reverse("candidate:form_page", args=[self.form.pages[place].key])

    def brought(self, page: Page, keys: Sequence[str]) -> list[Field]:
        """Return the fields of `page` among `keys` that are still to be answered."""
        wanted = {name.partition(".")[0] for name in self.problems}
        return [one for one in page.fields if one.key in keys and one.key in wanted]

    def changes(self) -> dict[str, str]:
        """Return field key → what stood there in the newest saved version."""
        if not self.registration.version:
            return {}
        return {one.key: one.old for one in self.form.differences(self.saved, self.values)}

    @cached_property
    def to_confirm(self) -> str:
        """The subjects in words, if this save would set or change them; empty if not."""
        return self.form.to_confirm(self.saved if self.registration.version else {}, self.values)

    def others(self) -> dict[str, str]:
        """Return field key → what another tab had typed there."""
        if not self.typed.other:
            return {}
        values, _ = self._clean({**self.typed.raw, **self.typed.other})
        return {one.key: one.new for one in self.form.differences(self.values, values)}

    def sections(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """Return title → rows for the check page, each with its way back and what it was before."""
        notes = {key: f"原为：{old or UNFILLED}" for key, old in self.changes().items()}
        notes |= self.form.warnings(self.values)
        notes |= {key: f"另一处填的是：{new or UNFILLED}" for key, new in self.others().items()}
        return [
            (section.title, [_fact(row, note=notes.get(row.key, "")) | self._gap(row) for row in section.rows])
            for section in self.form.display(self.values)
        ]

    def _gap(self, row: Row) -> dict[str, str]:
        """Say of a field of which nothing is kept whether it may stay so."""
        if row.text:
            return {}
        if not any(name.partition(".")[0] == row.key for name in self.problems):
            return {"value": OPTIONAL, "tone": "empty"}
        return {"value": MISTAKEN if self._begun(row.key) else MISSING, "tone": "problem"}

    def _begun(self, key: str) -> bool:
        """Whether something was typed; the province stands chosen before anybody comes."""
        typed = (texts for name, texts in self.typed.raw.items() if name.partition(".")[0] == key)
        return any(text.strip() not in ("", self.form.pages[0].province) for texts in typed for text in texts)

    def mend_address(self) -> str:
        """Return the first page with something to mend, empty if there is none."""
        page = next((page for page in self.form.pages if self.problems_of(page)), None)
        return f"{reverse('candidate:form_page', args=[page.key])}?mend=1" if page else ""

    def _clean(self, raw: Mapping[str, list[str]]) -> tuple[Values, Problems]:
        return self.form.clean(raw, bound_phone=form_queries.bound_phone(self.registration))


def _fact(row: Row, *, note: str) -> dict[str, Any]:
    address = f"{reverse('candidate:form_page', args=[row.page])}?back=check"
    lines = ["，".join(word for word in line if word) for line in row.lines]
    value = row.text or UNFILLED
    return {"label": row.label, "value": value, "lines": lines, "href": address, "small": note, "changed": bool(note)}


def summary(page: Page, problems: Problems) -> Problems:
    """Return the sentences as the summary says them: of a field of lines each begins with its line, 简历3."""
    labels = {one.key: one.label for one in page.fields if one.columns}
    return {name: _line(name, labels) + sentence for name, sentence in problems.items()}


def _line(name: str, labels: Mapping[str, str]) -> str:
    """Return the line that input `history.2.to` stands in, in words; empty for a field without lines."""
    key, _, rest = name.partition(".")
    place = rest.partition(".")[0]
    return f"{labels[key]}{int(place) + 1}：" if key in labels and place else ""


def region_options(page: Page) -> dict[str, Any]:
    """Return what the selects of an address offer: counties stand under their city, without any script."""
    divisions = page.divisions
    return {
        "provinces": [(page.province, divisions.province), ("other", "其他省（区、市）")],
        "cities": list(divisions.cities.items()),
        "counties": [(name, list(divisions.counties[code].items())) for code, name in divisions.cities.items()],
    }


def version_sections(registration: Registration, version: FormVersion) -> list[Section]:
    """Return what one saved version says."""
    form = form_queries.form_of_version(registration.season, version)
    return form.display(form_queries.values_of(version))


def changed_labels(registration: Registration, version: FormVersion) -> str:
    """Return what the version changed, in words."""
    if version.number == 1:
        return "第一次保存"
    form = form_queries.form_of_version(registration.season, version)
    labels = [one.label for one in form.fields if one.key in version.changed]
    return f"{len(labels)}处：{'、'.join(labels)}" if labels else "没有改动"
