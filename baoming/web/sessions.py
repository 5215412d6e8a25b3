"""Who a cookie belongs to: session and account are read anew at every request, by questions that are kept."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from baoming.accounts.models import Account
from baoming.shared.queries import Kept


class SessionStore(db.SessionStore):
    """Django's own, in PostgreSQL."""

    def _get_session_from_db(self) -> Session | None:
        session = _session.first(self.session_key, timezone.now()) if self.session_key else None
        if session is None:
            self._session_key = None
        return session


class Accounts(ModelBackend):
    """Reads an account together with what this portal needs of the person: one question."""

    def get_user(self, user_id: UUID) -> Account | None:
        account = (_staff if settings.PORTAL == "office" else _candidate).first(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None


@Kept
def _session(key: str, now: object) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


@Kept
def _staff(pk: UUID) -> QuerySet[Account]:
    return Account.objects.filter(pk=pk).select_related("staff__office")


@Kept
def _candidate(pk: UUID) -> QuerySet[Account]:
    return Account.objects.filter(pk=pk).select_related("registration__site")
