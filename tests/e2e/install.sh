#!/usr/bin/env bash
# cargo install as the README says, and the program's main job with what it installed. It is compiled as the tests are, so that the crates are compiled once;
# `install.sh release` compiles it as users do.
source "$(dirname "${BASH_SOURCE[0]}")/prepare"
cd "$root"
expect 0 cargo install --locked --path . --root "$scratch/installed" --profile "${1:-dev}"
installed=$scratch/installed/bin/aelix-lint
expect 0 "$installed" --version
shows "aelix-lint $(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
expect 0 "$installed" --exit-zero fixtures/demo
shows "secrets/aelix-client-secret"
expect 1 "$installed" fixtures/demo
# The rules are inside the program: it needs no file of the checkout.
cd "$scratch"
printf 'AELIX_API_KEY=%s\n' "$secret" > .env
expect 1 "$installed" .
shows "secrets/aelix-api-key"
hides "$random"
echo "install: passed"
