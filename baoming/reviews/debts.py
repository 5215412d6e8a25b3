"""Re-verification debts: since when a card has not been read, when to remind of it, when it is overdue (R26, R27)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Terms:
    """The season's terms: whole days between two reminders, and until a debt is overdue."""

    remind_days: int
    due_days: int

    def told_before(self, now: datetime) -> datetime:
        """Return the moment: who was told last at or before it is reminded now."""
        return now - timedelta(days=self.remind_days)

    def due_before(self, now: datetime) -> datetime:
        """Return the moment: a debt placed before it is overdue now."""
        return now - timedelta(days=self.due_days)

    def overdue(self, since: datetime, now: datetime) -> int:
        """Return for how many days, the one begun counted, a debt is overdue; 0 while it is not."""
        late = self.due_before(now) - since
        return -(-late // timedelta(days=1)) if late > timedelta() else 0


SAMPLE = Terms(remind_days=7, due_days=30)  # as cases.json ships them


def terms(cases: Mapping[str, Any]) -> Terms:
    """Return the terms in the document `cases`; those of the sample where it was loaded before it had any."""
    return Terms(**cases["debts"]) if "debts" in cases else SAMPLE


def owed_days(since: datetime, now: datetime) -> int:
    """Return for how many days a debt has stood, the one begun counted."""
    return max(1, -(-(now - since) // timedelta(days=1)))
