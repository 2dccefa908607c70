"""A minute of a thousand events a second with commands in between: nothing lost, nothing stuck, memory flat."""

from pathlib import Path

import pytest

from shell.conftest import Launch, engine_script
from shell.hands import memory, web_process

EVENTS = 60_000
COMMANDS = 600
PERIOD_MS = 100
# Bytes. The page's collector lets about a kilobyte of every event pile up for some hundred thousand events and then
# drops it: of 400,000 the page grew from 270 to 640 MB and went back to 390. What is kept for good is far more.
WINDOW_GROWTH = 16 << 20
PAGE_GROWTH = 160 << 20
LISTEN = """
const shell = window.__TAURI_INTERNALS__;
window.heard = 0;
window.lost = 0;
window.answers = 0;
const handler = shell.transformCallback(({ payload }) => {
  if (JSON.parse(payload).number !== window.heard) window.lost += 1;
  window.heard += 1;
});
return shell.invoke('plugin:event|listen', { event: 'engine', target: { kind: 'Any' }, handler });
"""
# A command every so often, for as long as the events last; each answer has to be the one of its question.
ASK = """
const [events, commands, period] = arguments;
const shell = window.__TAURI_INTERNALS__;
shell.invoke('engine', { command: 'flood ' + events });
let asked = 0;
const timer = setInterval(async () => {
  const command = 'command ' + asked++;
  if (asked === commands) clearInterval(timer);
  if (await shell.invoke('engine', { command }) === command) window.answers += 1;
}, period);
"""


@pytest.mark.timeout(300)
def test_a_minute_of_a_thousand_events_a_second_loses_nothing_and_holds_nothing_up(
    launch: Launch, tmp_path: Path, home: Path
) -> None:
    window = launch("--home", home, "--engine-program", engine_script(tmp_path / "flood", "flood_engine"))
    window.run(LISTEN)
    page = web_process(window)
    window.run(ASK, EVENTS, COMMANDS, PERIOD_MS)
    # What is allocated once is allocated by then.
    window.wait(f"heard >= {EVENTS // 5}")
    before, page_before = memory(window.process), memory(page)
    window.wait(f"heard >= {EVENTS} && answers === {COMMANDS}")
    assert window.run("return [heard, lost, answers]") == [EVENTS, 0, COMMANDS]
    assert memory(window.process) - before < WINDOW_GROWTH
    assert memory(page) - page_before < PAGE_GROWTH
