"""Reading fees and orders, and the cashier this installation uses."""

from functools import cache

from django.conf import settings
from django.db.models import QuerySet

from baoming.payments.models import Order
from baoming.payments.providers.base import Provider
from baoming.payments.providers.keys import Signer
from baoming.payments.providers.wechat import Merchant, WeChatPay
from baoming.registrations.models import Registration
from baoming.seasons.models import Season
from baoming.seasons.queries import data
from baoming.shared.queries import Kept, kept_one

REGISTRATION_FEE = "registration_fee"


def fee(season: Season, item: str) -> int:
    """Return the amount of a fee item in fen."""
    amount: int = next(row["fen"] for row in data(season, "fees") if row["key"] == item)
    return amount


@kept_one
def newest_order(registration: Registration, item: str) -> QuerySet[Order]:
    """Return the candidate's newest order for an item."""
    return Order.objects.filter(registration=registration, item=item).order_by("-created_at")[:1]


def item_names(season: Season) -> dict[str, str]:
    """Return what the season calls its fee items."""
    return {row["key"]: row["name"] for row in data(season, "fees")}


@Kept
def orders_of(registration: Registration) -> QuerySet[Order]:
    """Return the candidate's orders, newest first, closed ones too."""
    return Order.objects.filter(registration=registration).order_by("-created_at")


@cache
def cashier() -> Provider:
    """Return the provider named by the settings, with the keys it gave us."""
    folder = settings.SERVICE_KEYS / "cashier" / "wechat"
    return WeChatPay(settings.SERVICES["cashier"], Merchant.load(folder), Signer.load(folder))
