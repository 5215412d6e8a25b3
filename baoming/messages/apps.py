"""django.contrib.messages has the label `messages`; ours is the outbox."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "baoming.messages"
    label = "outbox"
