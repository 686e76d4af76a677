#!/usr/bin/env bash
# The action and the workflows as zizmor sees them, at its default persona.
source "$(dirname "${BASH_SOURCE[0]}")/prepare"
python_environment
[ -x "$venv/bin/zizmor" ] || "$venv/bin/pip" install --quiet --disable-pip-version-check 'zizmor>=1.20,<2'
cd "$root"
expect 0 "$venv/bin/zizmor" --offline action.yml .github/workflows
echo "workflows: passed"
