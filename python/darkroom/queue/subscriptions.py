"""Events to everyone who listens: ordered and complete, except that a slow reader gets only the newest progress."""

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator

from darkroom.library.brief import brief
from darkroom.messages import Event, JobProgressed

# Up to here a reader gets every report of progress; beyond, only the newest.
UNHURRIED = 64


class Subscription(AsyncIterator[Event]):
    """One reader's events from the moment it was made. Ends when the engine closes."""

    def __init__(self) -> None:
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


class Broadcast:
    """Hands every event to every subscription that somebody still holds."""

    def __init__(self) -> None:
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()
        self._closed = False

    def subscribe(self) -> Subscription:
        subscription = Subscription()
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
