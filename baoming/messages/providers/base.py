"""What the project asks of any sender of SMS."""

from typing import Protocol

from baoming.shared.errors import Unavailable


class SmsDown(Unavailable):
    """The sender does not answer, or does not take the message. It stays queued."""

    def __init__(self) -> None:
        super().__init__("短信暂时发不出去，系统会自动重发，请稍候几分钟；已填写的内容都在")


class SmsProvider(Protocol):
    """One way to send."""

    def send(self, *, number: str, text: str, reference: str) -> str:
        """Hand over one message and return the sender's id. The same `reference` is sent once. Raises SmsDown."""
