"""Office paths: `43/`, `43/01/`, `43/01/02/`, `43/01/02/03/`. An office's scope is one range of them."""


def child(path: str, code: str) -> str:
    """Return the path of the office `code` directly below `path`."""
    return f"{path}{code}/"


def next_sibling(path: str) -> str:
    """Return the least string above every path that begins with `path`; `0` follows `/` in the C collation."""
    return path[:-1] + "0" if path.endswith("/") else path + "\U0010ffff"


def within(path: str, scope: str) -> bool:
    """Whether `path` is at `scope` or below it."""
    return path.startswith(scope)
