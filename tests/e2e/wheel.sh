#!/usr/bin/env bash
# A wheel is built, installed where there is no Rust, and run. `wheel.sh FOLDER` keeps it there, built as it is released.
source "$(dirname "${BASH_SOURCE[0]}")/prepare"
python_environment
keep=${1:-}
profile=dev
[ -z "$keep" ] || profile=dist
"$venv/bin/python" -c 'import maturin' 2> /dev/null || "$venv/bin/pip" install --quiet --disable-pip-version-check 'maturin>=1.9,<2'
cd "$root"
expect 0 "$venv/bin/python" -m maturin build --profile "$profile" --out "$scratch/wheels"
python3 -m venv "$scratch/other"
bin=$scratch/other/bin
[ -d "$bin" ] || bin=$scratch/other/Scripts
expect 0 "$bin/python" -m pip install --quiet --disable-pip-version-check --no-index "$scratch/wheels/"*.whl
expect 0 "$bin/aelix-lint" --version
shows "aelix-lint $(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)"
cd "$scratch"
printf 'AELIX_API_KEY=%s\n' "$secret" > .env
expect 1 "$bin/aelix-lint" .env
shows "secrets/aelix-api-key"
hides "$random"
[ -z "$keep" ] || { mkdir -p "$root/$keep" && cp "$scratch/wheels/"*.whl "$root/$keep"; }
echo "wheel: passed"
