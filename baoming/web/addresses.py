"""Where a request comes from: the one place that reads it."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

_HOME = 64  # bits of an IPv6 address that name a household; the rest its owner chooses as they like


def client_address(request: HttpRequest) -> str:
    """Return the network address that tries are counted by.

    Behind proxies of one's own (BAOMING_PROXIES), the entry that the outermost of them wrote into
    X-Forwarded-For; what stands before it was sent by the client, and says anything. Without
    proxies the header is not read.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    proxies = settings.PROXIES
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if proxies else []
    return _grouped(entries[-proxies].strip() if 0 < proxies <= len(entries) else peer) or peer


def _grouped(text: str) -> str:
    """Return the address as it is counted, empty for what is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address.packed, _HOME), strict=False))
    return str(address)
