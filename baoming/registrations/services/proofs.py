"""The login password asked for once more, of who is signed in already: an open session alone is nobody's proof."""

from uuid import UUID

from baoming.accounts.models import Account
from baoming.accounts.services.sign_in import LastTry, check
from baoming.accounts.services.telling import tell_last_try
from baoming.registrations.models import Registration


def prove_login(registration_id: UUID, login: str, *, device: str, address: str, sentence: str) -> None:
    """Counted, and told where the tries end, as a sign-in is. Raises TooMany, WrongCredentials with `sentence`."""
    account = Account.objects.get(registration=registration_id)
    try:
        check(
            account.handle, login, kind=Account.Kind.CANDIDATE, device=device, address=address, sentence=sentence
        )  # fmt: skip
    except LastTry as refusal:
        path = Registration.objects.values_list("path", flat=True).get(pk=registration_id)
        tell_last_try(refusal, subject=registration_id, path=path, device=device)
        raise
