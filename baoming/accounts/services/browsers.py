"""The browsers in which an account is signed in, and signing out from afar."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from baoming.accounts.models import Account, Session

SHOWN = 50  # the newest; nobody has more, and a list has an end


def browsers_of(account: Account) -> list[Session]:
    """Return the sessions that are alive, newest use first."""
    alive = Session.objects.filter(account=account, expire_date__gt=timezone.now()).defer("session_data")
    return list(alive.order_by(F("seen_at").desc(nulls_last=True), "session_key")[:SHOWN])


@transaction.atomic
def leave(account: Account, key: str) -> int:
    """Sign out the one browser of the account whose session lies under `key`; return how many that were."""
    return Session.objects.filter(account=account, session_key=key).delete()[0]


@transaction.atomic
def leave_others(account: Account, *, but: str) -> int:
    """Sign out all browsers of the account but the one whose session lies under `but`; return how many."""
    return Session.objects.filter(account=account).exclude(session_key=but).delete()[0]
