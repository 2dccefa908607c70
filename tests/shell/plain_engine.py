"""The engine as it is, for windows whose home cannot be used."""

import sys

from darkroom.bridge.serve import serve

if __name__ == "__main__":
    serve(sys.argv[sys.argv.index("--home") + 1])
