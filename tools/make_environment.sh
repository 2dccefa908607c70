#!/usr/bin/env bash
# Brings .venv to exactly what requirements.lock says, byte-compiled. An environment that is there already is kept and
# only corrected. uv itself lives in .setup/uv, because a fresh machine has none.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=.setup/uv/bin/uv
export UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT=300

python=$(tools/find_python.sh)
if ! cmp -s tools/uv.txt .setup/uv/uv.txt; then
  "$python" -m venv --clear .setup/uv
  .setup/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r tools/uv.txt
  cp tools/uv.txt .setup/uv/uv.txt
fi

.venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || "$uv" venv --clear --python "$python" .venv
"$uv" pip sync --python .venv/bin/python --require-hashes --compile-bytecode requirements.lock
