"""What offices type for a decision is sealed to its row and column: it tells of papers, households and health."""

from baoming.reviews.models import Decision
from baoming.reviews.queries import said_context
from baoming.vault.services import keys


def sealed(row: Decision, text: str, field: str = "note_sealed") -> str:
    """Return `text` sealed for one column of a row whose id is known; empty where nothing was typed."""
    return keys().seal(text.encode(), context=said_context(row, field)) if text else ""
