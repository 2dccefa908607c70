"""`python -m darkroom.bridge [HOME]`: the engine on stdin and stdout, as the window starts it."""

import sys

from darkroom.bridge.serve import serve

if __name__ == "__main__":
    serve(sys.argv[1] if len(sys.argv) > 1 else None)
