"""Throwing away what has had its time: nothing here is evidence, all of it would grow for ever."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from baoming.accounts.models import Bucket, PhoneCode, Request, Session
from baoming.accounts.throttling import SLOWEST

_CODES = timedelta(days=1)  # a code is good for ten minutes
_REQUESTS = timedelta(days=30)  # a page that is open longer has a newer revision in the way


@transaction.atomic
def tidy() -> None:
    """Delete ended sessions, phone codes of yesterday, buckets that are full again, and old requests."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    PhoneCode.objects.filter(sent_at__lt=now - _CODES).delete()
    Bucket.objects.filter(at__lt=now - timedelta(seconds=SLOWEST)).delete()
    Request.objects.filter(at__lt=now - _REQUESTS).delete()
