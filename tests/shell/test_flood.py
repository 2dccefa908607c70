"""A thousand events a second with commands in between: nothing lost, nothing stuck, memory flat."""

import sys
from pathlib import Path

import pytest

from shell.conftest import HERE
from shell.driver import Window

EVENTS = 10_000
COMMANDS = 200
GROWTH = 40 << 20
LISTEN = """
const shell = window.__TAURI_INTERNALS__;
window.heard = [];
window.answers = 0;
const handler = shell.transformCallback(({ payload }) => window.heard.push(JSON.parse(payload).number));
return shell.invoke('plugin:event|listen', { event: 'engine', target: { kind: 'Any' }, handler });
"""
ASK = """
const shell = window.__TAURI_INTERNALS__;
shell.invoke('engine', { command: 'flood ' + arguments[0] });
const ask = async () => {
  for (let number = 0; number < arguments[1]; number += 1) {
    const answer = await shell.invoke('engine', { command: 'command ' + number });
    if (answer === 'command ' + number) window.answers += 1;
  }
};
ask();
"""


def memory(process: int) -> int:
    """Bytes of the process that are in memory."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) << 10


@pytest.mark.timeout(300)
def test_a_thousand_events_a_second_lose_nothing_and_hold_nothing_up(
    variables: dict[str, str], tmp_path: Path, home: Path
) -> None:
    program = tmp_path / "flood"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "flood_engine.py"}"\n')
    program.chmod(0o755)
    window = Window(["--home", str(home), "--engine-program", str(program)], variables)
    try:
        window.run(LISTEN)
        before = memory(window.process)
        window.run(ASK, EVENTS, COMMANDS)
        window.wait(f"window.heard.length >= {EVENTS} && window.answers === {COMMANDS}")
        assert window.run("return window.heard") == list(range(EVENTS))
        assert memory(window.process) - before < GROWTH
    finally:
        window.close()
