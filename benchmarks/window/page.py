"""The page in an open window: jobs are asked for as it does it, and what it shows is noted by its own clock."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from darkroom.messages import Command, Generate, TextToImage
from darkroom.wire import encode

if TYPE_CHECKING:
    from shell.driver import Window

PATIENCE = 60
"""Seconds from the first look at a page until it can be used, on a busy machine."""
ASK = "return window.__TAURI_INTERNALS__.invoke('engine', { command: arguments[0] });"
# When the page can be used, or now if it could be before anybody asked.
READY = """
const [patience] = arguments;
const root = document.documentElement;
if (root.dataset.ready === 'true') return { at: Date.now(), late: true };
return new Promise((done) => {
  const look = () => { if (root.dataset.ready === 'true') done({ at: Date.now(), late: false }); };
  new MutationObserver(look).observe(root, { attributes: true });
  const shown = () => `${location.href}, engine ${root.dataset.engine}: ${document.body?.innerText.slice(0, 300)}`;
  setTimeout(() => done({ at: null, shown: shown() }), patience);
});
"""
# `painted` is the end of the first frame that begins after the change: it may be one frame late, never early.
WATCH = """
const root = document.documentElement;
const shown = {
  engine: () => root.dataset.engine,
  step: () => document.querySelector('.step-text')?.textContent,
  preview: () => document.querySelector('canvas.preview')?.dataset.key,
};
const last = {};
window.seen = [];
const afterFrame = (run) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { port1.close(); run(); };
  port2.postMessage(null);
});
window.afterFrame = afterFrame;
const look = () => {
  const at = Date.now();
  const news = [];
  for (const [what, read] of Object.entries(shown)) {
    const value = read() ?? null;
    if (value === last[what]) continue;
    last[what] = value;
    news.push({ what, value, at, painted: null });
  }
  if (news.length === 0) return;
  window.seen.push(...news);
  afterFrame(() => { const painted = Date.now(); for (const one of news) one.painted = painted; });
};
look();
new MutationObserver(look).observe(document, {
  subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-key', 'data-engine'],
});
"""
UNFINISHED = ", ".join(f"[data-job][data-state={state}]" for state in ("queued", "running", "saving", "interrupted"))
IDLE = f"document.documentElement.dataset.engine === 'ready' && !document.querySelector('{UNFINISHED}')"
TAKE = "return window.seen.splice(0);"


@dataclass(frozen=True)
class Seen:
    """Something on the page changed: the `engine`'s state, the `step` or the `preview`. Seconds of the system's clock.

    `painted` is None when no frame has followed yet.
    """

    what: str
    value: str | None
    at: float
    painted: float | None

    @property
    def step(self) -> int | None:
        """The number of a step."""
        match = re.match(r"\s*(\d+)", self.value or "") if self.what == "step" else None
        return int(match[1]) if match else None


@dataclass(frozen=True)
class Page:
    """The page of a window that was started as `process` at the moment `begun`."""

    window: "Window"
    process: int
    begun: float

    def ready(self) -> tuple[float, bool]:
        """When the page became usable, and whether that was before it was asked: then it is now, which is too late.

        Raises RuntimeError when it does not.
        """
        told = self.run(READY, 1000 * PATIENCE)
        if told["at"] is None:
            raise RuntimeError(f"The page was not ready within {PATIENCE} s: {told['shown']}")
        return told["at"] / 1000, told["late"]

    def ask(self, command: Command) -> Mapping[str, Any]:
        """The engine's answer to a command that comes from the page."""
        answer = orjson.loads(self.run(ASK, encode(command).decode()))
        if answer["type"] == "refused":
            raise RuntimeError(answer["problem"]["message"])
        return answer

    def generate(self, request: TextToImage) -> int:
        """Add a job; its number."""
        return int(self.ask(Generate(request=request))["id"])

    def idle(self) -> None:
        """Wait until no job is queued or running and the engine takes the next one."""
        self.window.wait(IDLE)

    def run(self, script: str, *values: object) -> Any:  # noqa: ANN401 - whatever the page says
        """What a script returns; a promise is awaited."""
        return self.window.run(script, *values)

    def watch(self) -> None:
        """Note from now on what is shown."""
        self.run(WATCH)

    def seen(self) -> Iterator[Seen]:
        """What was shown since the last call, in order."""
        for one in self.run(TAKE):
            painted = None if one["painted"] is None else one["painted"] / 1000
            yield Seen(one["what"], one["value"], one["at"] / 1000, painted)
