"""A message that did not arrive, sent once more by a click (ux.md 44)."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.messages.models import Message
from baoming.messages.services.outbox import go_again, may_go_again, number_of
from baoming.registrations.form_queries import bound_phone
from baoming.registrations.services.access import count_message
from baoming.registrations.services.steps import locked
from baoming.shared.errors import NotOpen

_ELSEWHERE = frozenset({"phone_left", "phone_soon"})  # meant for a phone that is not the bound one


@transaction.atomic
def send_again(registration_id: UUID, message_id: UUID, *, by: Actor) -> None:
    """Send one message of this person again, to its number while that is still theirs. For the site or the county.

    Counted by number as codes are. Raises NotOpen, TooMany.
    """
    registration = locked(registration_id)
    message = Message.objects.select_for_update().filter(pk=message_id, recipient=registration.pk).first()
    if message is None:
        raise NotOpen("没有找到这条短信，请刷新页面再试")
    if not may_go_again(message):
        raise NotOpen("这条短信正在发送、已经送达或已重发过一次，请刷新页面看最新状态；考生登录后在“消息”里也能看到")
    number = number_of(message)
    if number != bound_phone(registration) and message.template not in _ELSEWHERE:
        raise NotOpen("考生已换绑手机，这条短信是发往原来号码的，不再重发；考生登录后在“消息”里能看到")
    count_message(number)
    go_again(message)
    record("send_again", by=by, subject=registration.pk, path=registration.path, details={"kind": message.template})
