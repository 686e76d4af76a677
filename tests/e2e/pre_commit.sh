#!/usr/bin/env bash
# The hook under the real pre-commit: a commit with a secret is stopped, a clean one passes, --all-files finds what is there.
source "$(dirname "${BASH_SOURCE[0]}")/prepare"
python_environment
export PRE_COMMIT_HOME=$scratch/home GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
pre_commit=$venv/bin/pre-commit

expect 0 "$pre_commit" validate-manifest "$root/.pre-commit-hooks.yaml"

# The hook as the manifest describes it, run by the program that is built already instead of one that pre-commit builds.
repository=$scratch/repository
mkdir "$repository"
cd "$repository"
"$venv/bin/python" - "$root/.pre-commit-hooks.yaml" "$program" > .pre-commit-config.yaml << 'PYTHON'
import sys, yaml
(hook,) = yaml.safe_load(open(sys.argv[1]))
name, _, arguments = hook["entry"].partition(" ")
assert name == "aelix-lint" and hook["language"] == "rust", hook
hook |= {"language": "unsupported", "entry": f"'{sys.argv[2]}' {arguments}"}
print(yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}))
PYTHON
git init --quiet .
git config user.name tester
git config user.email tester@example.com
expect 0 "$pre_commit" install

printf 'exclude = ["vendor/"]\n' > aelix-lint.toml
printf 'base_url: https://api.aelix.digitalapi.ai\napi_key: ${AELIX_API_KEY}\n' > service.yaml
git add .
expect 0 git commit --quiet --message "clean"

printf 'AELIX_API_KEY=%s\n' "$secret" > .env
git add .env
expect 1 git commit --message "a key"
shows "secrets/aelix-api-key"
shows ".env:1:15"
shows "to accept it, add the comment"
hides "$random"
[ "$(git rev-list --count HEAD)" = 1 ] || fail "the commit was made"

# Only what is staged counts: a key in a file that is not part of the commit stops nothing.
git rm --quiet --cached .env
printf '# Ledger\n' > README.md
git add README.md
expect 0 git commit --quiet --message "another file"

# A secret with a reason passes, and so does one in an excluded folder although pre-commit names the file.
mkdir vendor
printf 'AELIX_API_KEY=%s # aelix-lint: allow secrets/aelix-api-key -- revoked, kept for the incident report\n' "$secret" > .env
printf 'AELIX_API_KEY=%s\n' "$secret" > vendor/sample.env
git add .env vendor
expect 0 git commit --quiet --message "accepted"

printf 'key = "%s"\n' "$secret" > "a name with spaces.py"
git add .
expect 1 "$pre_commit" run --all-files
shows "a name with spaces.py:1:8"
hides "$random"
echo "pre-commit: passed"
