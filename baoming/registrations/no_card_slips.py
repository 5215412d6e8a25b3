"""办证告知单: what to do first without a second-generation card, on a slip to take along (R25). It names nobody."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from baoming.documents.engine import render
from baoming.registrations.document_queries import NoCard
from baoming.registrations.sheets import SeasonHead
from baoming.shared.moments import full_stamp

TEMPLATE = Path(__file__).parent / "print" / "no_card.typ"


def no_card_slip(
    words: NoCard, *, when: str, site: tuple[str, str, str], season: SeasonHead, made_at: datetime
) -> bytes:
    """Return the slip as PDF/A-2b. `when`: by when to come back, a sentence; `site`: name, address, telephone."""
    data = {
        "season": asdict(season),
        "mark": "、".join(filter(None, (season.mark, "样例" if words.sample else ""))) or None,
        "words": asdict(words),
        "when": when,
        "site": site,
        "made": full_stamp(made_at)[:16],
    }
    return render(TEMPLATE, data, made_at=made_at)
