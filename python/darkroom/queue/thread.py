"""The one thread that torch lives on."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Result = TypeVar("Result")


class _Call(Generic[Result]):
    def __init__(self, function: Callable[[], Result]) -> None:
        self.future: Future[Result] = Future()
        self._function = function

    def __call__(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self._function()
        except BaseException as error:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class TorchThread:
    """Runs calls one after the other. A daemon, so that a network that does not return cannot hold up the exit."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="torch", daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], Result]) -> Future[Result]:
        """Run `function` on the thread; its result or exception."""
        call = _Call(function)
        self._calls.put(call)
        return call.future

    def stop(self) -> None:
        """End the thread after the calls it has."""
        self._calls.put(None)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
