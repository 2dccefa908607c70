"""Another process on a home, for tests: opens an engine with the stand-in, obeys lines, tells events as lines.

`companion.py HOME [PHASE]`: held up at PHASE. Lines in: `submit PROMPT`, `open` (the gate), end of file (close).
Lines out: `opened runner|follower`, `accepted ID`, and every event as JSON.
"""

import asyncio
import sys
from pathlib import Path

from darkroom import Engine, TextToImage
from darkroom.messages import Phase
from darkroom.wire import encode
from standin import Gate, StandIn


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def tell(engine: Engine) -> None:
    async for event in engine.events():
        say(encode(event).decode())


async def obey(engine: Engine, gate: Gate) -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().strip():
        word, _, rest = line.partition(" ")
        if word == "open":
            gate.open()
        elif word == "submit":
            say(f"accepted {(await engine.submit(TextToImage(prompt=rest, seed=1))).id}")


async def main(home: Path, held: Phase | None) -> None:
    gate = Gate()
    stand_in = StandIn(gates={held: gate} if held else {})
    async with Engine(home, perform=stand_in) as engine:
        telling = asyncio.create_task(tell(engine))
        say(f"opened {'runner' if engine.runs_queue else 'follower'}")
        await obey(engine, gate)
    await telling


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Phase(sys.argv[2]) if len(sys.argv) > 2 else None))
