#!/usr/bin/env bash
# Folding agrees with the language: random expressions, evaluated by the real interpreter and folded by the program.
source "$(dirname "${BASH_SOURCE[0]}")/prepare"
for interpreter in python3 node bash; do
    command -v "$interpreter" >/dev/null || { echo "error: $interpreter is needed and is not on the PATH" >&2; exit 1; }
done
cargo build --locked --quiet --manifest-path "$root/Cargo.toml" --example fold
python3 "$root/tests/e2e/folding.py" "${CARGO_TARGET_DIR:-$root/target}/debug/examples/fold" "$scratch"
