#!/usr/bin/env bash
# Runs each fuzz target of native/fuzz RUNS times. Outside `make test`: it builds cargo-fuzz (into .setup) and takes a while.
# Without the address sanitizer, so that stable Rust will do: the targets' own assertions and panics are what is looked for.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo install cargo-fuzz --version 0.13.2 --locked --quiet --root .setup/cargo-fuzz
cd native/fuzz
for target in fuzz_targets/*.rs; do
  name=$(basename "$target" .rs)
  mkdir -p "corpus/$name"
  PATH="$OLDPWD/.setup/cargo-fuzz/bin:$PATH" RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir . --sanitizer none "$name" "corpus/$name" "seeds/$name" \
    -- -runs="${RUNS:-1000000}" -seed=1 -dict="$PWD/safetensors.dict" -max_len=65536 -print_final_stats=1
done
