"""Events to everyone who listens: ordered and complete, except that a slow reader gets only the newest progress."""

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator

from darkroom.errors import EngineLost
from darkroom.library.brief import brief
from darkroom.messages import Event, JobProgressed

# Up to here a reader gets every report of progress; beyond, only the newest.
UNHURRIED = 64


class Subscription(AsyncIterator[Event]):
    """One reader's events from the moment it was made. Ends when the engine closes.

    Reading raises EngineLost in another event loop than `home`: nothing would wake the reader there.
    """

    def __init__(self, home: asyncio.AbstractEventLoop | None = None) -> None:
        self._home = home
        self._events: deque[Event] = deque()
        self._arrived = asyncio.Event()
        self._closed = False

    def offer(self, event: Event) -> None:
        if not (isinstance(event, JobProgressed) and len(self._events) >= UNHURRIED and self._replaced(event)):
            self._events.append(event)
        self._arrived.set()

    def close(self) -> None:
        self._closed = True
        self._arrived.set()

    async def __anext__(self) -> Event:
        refuse_other_loop(self._home)
        while not self._events:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._events.popleft()

    def _replaced(self, event: JobProgressed) -> bool:
        """Whether the newest unread event is older progress of the same job and was replaced."""
        last = self._events[-1]
        if isinstance(last, JobProgressed) and last.job == event.job:
            self._events[-1] = event
            return True
        return False


def refuse_other_loop(home: asyncio.AbstractEventLoop | None) -> None:
    """Raise EngineLost where a loop other than `home` runs."""
    if home is not None and asyncio.get_running_loop() is not home:
        raise EngineLost(
            "This engine was opened in another event loop; ask it there (asyncio.run_coroutine_threadsafe does), "
            "or open one for this loop with `async with Engine() as engine:`."
        )


class Broadcast:
    """Hands every event to every subscription that somebody still holds."""

    def __init__(self) -> None:
        self.home: asyncio.AbstractEventLoop | None = None
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()
        self._closed = False

    def subscribe(self) -> Subscription:
        subscription = Subscription(self.home)
        if self._closed:
            subscription.close()
        self._subscriptions.add(subscription)
        return subscription

    def publish(self, event: Event) -> None:
        told = brief(event)
        for subscription in tuple(self._subscriptions):
            subscription.offer(told)

    def close(self) -> None:
        self._closed = True
        for subscription in tuple(self._subscriptions):
            subscription.close()
