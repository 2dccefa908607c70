#!/usr/bin/env bash
# Prints the Python that Darkroom's environment is made from: $PYTHON if set, else the first of the usual names that
# is recent enough, preferring one with a shared libpython, because the window embeds it.
set -euo pipefail

probe='
import os, sys, sysconfig
folders = [sysconfig.get_config_var("LIBDIR") or ""]
name = sysconfig.get_config_var("LDLIBRARY") or ""
shared = name.endswith((".so", ".dylib")) and any(os.path.exists(os.path.join(f, name)) for f in folders)
wish = sys.argv[1]
fits = sys.version_info >= (3, 11) and (shared or wish == "any")
print(os.path.realpath(sys.executable)) if fits else sys.exit(1)
'

names=(python3 python3.13 python3.12 python3.11)
[[ -z ${PYTHON:-} ]] || names=("$PYTHON")
for wish in shared any; do
  for name in "${names[@]}"; do
    "$name" -c "$probe" "$wish" 2>/dev/null && exit 0
  done
done

echo "Darkroom needs Python 3.11 or newer, found ${PYTHON:-no such python3}; install it, or name one with PYTHON=/path/to/python3." >&2
exit 1
