"""The port that carries messages from one stage to the next."""

from typing import Protocol

from sutradhar.domain.jobs.messages import Message


class MessageBus(Protocol):
    """Delivers each message at least once, in any order."""

    reports_last_error: bool
    """True if the queue passes on the last error of a message that failed too often. If it does not, ``handle`` notes
    each error in the blob store, where the handler of dead letters finds the last one."""

    def publish(self, message: Message) -> None:
        """Send ``message``; it is stored durably when this returns.

        Raises:
            BackendError: the message was not sent, or may not have been.
        """
        ...
