"""The senders of SMS that this installation has, in the order of the settings: the first is the one that is wanted."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from baoming.messages.providers.base import SmsSender
from baoming.messages.providers.inbox import InboxSms
from baoming.messages.providers.tencent import Contract, TencentSms

NAMES = {"sms": "通用短信接口", "tencent": "腾讯云短信"}  # as settings and tables name them, and as people read it
_KINDS: Mapping[str, type[InboxSms] | type[TencentSms]] = {"sms": InboxSms, "sms_tencent": TencentSms}
RECEIPTS = "/notices/sms"  # where the simple sender calls us, below the candidate portal's origin


@cache
def senders() -> Mapping[str, SmsSender]:
    """Return the senders that have an address, by name. Raises OSError, ValueError, KeyError, TypeError for keys."""
    addresses, keys = settings.SERVICES, settings.SERVICE_KEYS
    found: dict[str, SmsSender] = {}
    if address := addresses.get("sms", ""):
        notify = f"{settings.CANDIDATE_ORIGIN}{RECEIPTS}"
        found["sms"] = InboxSms(address, (keys / "sms" / "sms.secret").read_bytes(), notify=notify)
    if address := addresses.get("sms_tencent", ""):
        found["tencent"] = TencentSms(address, Contract.load(keys / "tencent"))
    return dict(sorted(found.items(), key=lambda one: one[0] != settings.SMS_FIRST))


def has_voice() -> bool:
    """Whether any sender reads a code out by a call. Asks no keys: the page that offers it needs none."""
    return any(kind.voice for name, kind in _KINDS.items() if settings.SERVICES.get(name))
