#!/usr/bin/env bash
# Installs with apt what tools/system_packages.txt lists and this machine lacks; where that is impossible, says in one
# sentence what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

for program in cc cargo node; do
  command -v "$program" >/dev/null || { echo "Darkroom needs $program; install a C compiler, Rust and Node first." >&2; exit 1; }
done

# A distribution's own may be older than the crates and packages need, which would show late and in other words.
needs() {
  printf '%s\n' "$2" "$3" | sort --version-sort --check=quiet ||
    { echo "Darkroom needs $1 $2 or newer, this is ${3:-none}; install a newer one." >&2; exit 1; }
}
needs Rust "$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)" "$(cargo --version | cut -d ' ' -f 2)"
needs Node "$(sed -n 's/.*"node": ">=\(.*\)"/\1/p' ui/package.json)" "$(node --version | tr -d v)"

PYTHON=$(tools/find_python.sh)
version=$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

missing() {
  while read -r part package probe; do
    [[ -z $part || $part == \#* || ! -e $part ]] && continue
    eval "$probe" >/dev/null 2>&1 || echo "${package//@VERSION@/$version}"
  done <tools/system_packages.txt
}

required() { missing | sed '/^?/d' | xargs; }
wished() { missing | sed -n 's/^?//p' | xargs; }

[[ -z $(missing) ]] && exit 0

as_root=()
if [[ $(id -u) != 0 ]]; then
  as_root=(sudo)
  sudo -n true 2>/dev/null || [[ -t 0 ]] || as_root=(false)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q "$@"; }

if command -v apt-get >/dev/null; then
  echo "Installing system packages: $(required) $(wished)"
  apt update || true
  # shellcheck disable=SC2046 # one word per package
  [[ -z $(required) ]] || apt install -y --no-install-recommends $(required) || true
  for package in $(wished); do
    apt install -y --no-install-recommends "$package" || echo "$package cannot be installed here; the tests that use it are left out."
  done
fi

lacking=$(required)
if [[ -n $lacking ]]; then
  echo "Darkroom lacks these system packages: $lacking. Install them (sudo apt-get install $lacking), then run this again." >&2
  exit 1
fi
