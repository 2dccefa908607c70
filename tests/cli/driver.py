"""`darkroom WORDS…` with a stand-in that waits in the phase HOLD until a line arrives on stdin."""

import os
import sys
import threading
from functools import partial

from darkroom.cli import main
from darkroom.engine import Engine
from darkroom.messages import Phase
from standin import Gate, StandIn

gate = Gate()
hold = os.environ["HOLD"]
stand_in = StandIn(gates={Phase(hold): gate} if hold else {})


def open_when_told() -> None:
    if sys.stdin.readline():
        gate.open()


threading.Thread(target=open_when_told, daemon=True).start()
code = main(engine=partial(Engine, perform=stand_in))
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)
