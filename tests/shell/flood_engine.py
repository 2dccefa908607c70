"""An engine that only talks: `flood N` makes it send N numbered events, one each millisecond; it answers in between."""

import os
import sys
import threading
import time

from darkroom.bridge.frames import Frame, FrameDecoder, Kind, encode_frame

PERIOD = 0.001


def main() -> None:
    out = os.dup(1)
    os.dup2(2, 1)
    lock = threading.Lock()

    def send(kind: Kind, number: int, payload: bytes) -> None:
        data = encode_frame(Frame(kind, number, payload))
        with lock:
            while data:
                data = data[os.write(out, data) :]

    def flood(count: int) -> None:
        pause = threading.Event()
        begun = time.monotonic()
        for number in range(count):
            pause.wait(begun + number * PERIOD - time.monotonic())
            send(Kind.EVENT, 0, b'{"type":"flood","number":%d}' % number)

    decoder = FrameDecoder()
    while data := os.read(0, 1 << 16):
        for frame in decoder.feed(data):
            if frame.payload.startswith(b"flood "):
                threading.Thread(target=flood, args=[int(frame.payload[6:])], daemon=True).start()
            send(Kind.ANSWER, frame.id, frame.payload)


if __name__ == "__main__":
    main()
    sys.exit()
