from typing import Protocol

from sutradhar.domain.jobs.messages import Message


class MessageBus(Protocol):
    """Delivers at least once, in any order."""

    def publish(self, message: Message) -> None:
        """Durable when it returns."""
        ...
