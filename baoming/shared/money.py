"""Money is an integer of fen, everywhere. Only this module turns it into words."""


def yuan(fen: int) -> str:
    """Return `fen` (an integer, 1/100 yuan) as `40.00`."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole}.{rest:02d}"
