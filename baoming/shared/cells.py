"""Cells of a table that a spreadsheet opens: what people wrote is never taken for a formula (U2)."""

_LIVE = ("=", "+", "-", "@", "\t", "\r", "'")  # the last, so that `plain` gives back what was there


def cell(text: str) -> str:
    """Return `text` as a cell that shows it: one that would begin a formula stands behind an apostrophe."""
    return f"'{text}" if text.startswith(_LIVE) else text


def plain(written: str) -> str:
    """Return the text that `cell` wrote, also of a file that knows no such guard."""
    return written[1:] if written.startswith("'") and written[1:].startswith(_LIVE) else written
