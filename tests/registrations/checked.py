"""Typed identity in tests: the registers of the system check, as a test has them answer."""

import pytest

from baoming.registrations.models import Registration, SystemCheck
from baoming.registrations.providers.base import Finding, SystemCheckDown, Verdict
from baoming.registrations.services import system_checks

_SAID: dict[str, Verdict] = {"闻人": "mismatch", "端木": "no_record"}


class Registers:
    """As the stand-in: by surname; `says` overrides it, `down` is no answer at all."""

    def __init__(self) -> None:
        self.says: Verdict | None = None
        self.down = False
        self.asked = 0

    def check(self, *, name: str, number: str) -> Finding:
        self.asked += 1
        if self.down or name.startswith("百里"):
            raise SystemCheckDown
        return Finding(self.says or _SAID.get(name[:2], "match"), "公安人口信息")


def answered(row: Registration, outcome: Verdict = "match") -> None:
    """The registers have said this of what was typed."""
    registers = Registers()
    registers.says = outcome
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(system_checks, "provider", lambda: registers)
        system_checks.settle(SystemCheck.objects.get(registration=row, state="waiting").pk)
    row.refresh_from_db()
