"""A message that did not arrive, sent once more by a click (ux.md 44)."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.messages.models import Message
from baoming.messages.services.outbox import go_again, may_go_again, number_of
from baoming.registrations.services.access import count_message
from baoming.registrations.services.steps import locked
from baoming.shared.errors import NotOpen


@transaction.atomic
def send_again(registration_id: UUID, message_id: UUID, *, by: Actor) -> None:
    """Send one message of this person again, to the number it went to. For the site or the county.

    Counted by number as codes are. Raises NotOpen, TooMany.
    """
    registration = locked(registration_id)
    message = Message.objects.select_for_update().filter(pk=message_id, recipient=registration.pk).first()
    if message is None:
        raise NotOpen("没有找到这条短信，请刷新页面再试")
    if not may_go_again(message):
        raise NotOpen("这条短信正在发送、已经送达或已重发过一次，请刷新页面看最新状态；考生登录后在“消息”里也能看到")
    count_message(number_of(message))
    go_again(message)
    record("send_again", by=by, subject=registration.pk, path=registration.path, details={"kind": message.template})
