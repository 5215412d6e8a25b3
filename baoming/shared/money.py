"""Money is an integer of fen, everywhere. Only this module turns it into words."""


def yuan(fen: int) -> str:
    """Return `fen` (an integer, 1/100 yuan) as `40.00`."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole}.{rest:02d}"


def fen_of(text: str) -> int:
    """Return the fen of `40`, `40.0` or `40.00`. Raises ValueError for anything else: no float ever holds money."""
    whole, _, rest = text.strip().partition(".")
    sign, whole = (-1, whole[1:]) if whole.startswith("-") else (1, whole)
    digits = whole + rest.ljust(2, "0")
    if not (whole and len(rest) <= 2 and digits.isascii() and digits.isdigit()):
        raise ValueError("no amount of money")
    return sign * int(digits)
