"""One page of a long list: which rows, and what the pager says of them."""

from typing import Any

from baoming.web.access import OfficeRequest

PAGE = 60


def paged(request: OfficeRequest, rows: Any, total: int, address: str) -> dict[str, Any]:
    """Return the page that is asked for; a page that is not there is the nearest one."""
    asked, pages = request.GET.get("page", ""), max(1, -(-total // PAGE))
    page = min(max(1, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1), pages)
    found = list(rows[(page - 1) * PAGE : page * PAGE])
    return {
        "rows": found, "total": total, "page": page, "pages": pages, "first": (page - 1) * PAGE + 1,
        "address": f"{address}&page=",
    }  # fmt: skip
