#!/usr/bin/env bash
# The hook under the real pre-commit: a commit with a secret is stopped, a clean one passes, --all-files finds what is there.
source "$(dirname "${BASH_SOURCE[0]}")/prepare"
python_environment
export PRE_COMMIT_HOME=$scratch/home GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
pre_commit=$venv/bin/pre-commit

expect 0 "$pre_commit" validate-manifest "$root/.pre-commit-hooks.yaml"

# begin HOOK: a scratch repository with this hook as the manifest describes it, run by the program that is built already instead of one that pre-commit
# builds.
begin() {
    mkdir "$scratch/$1"
    cd "$scratch/$1"
    "$venv/bin/python" - "$root/.pre-commit-hooks.yaml" "$program" "$1" > .pre-commit-config.yaml << 'PYTHON'
import sys, yaml
(hook,) = [hook for hook in yaml.safe_load(open(sys.argv[1])) if hook["id"] == sys.argv[3]]
name, _, arguments = hook["entry"].partition(" ")
assert name == "aelix-lint" and hook["language"] == "rust", hook
hook |= {"language": "unsupported", "entry": f"'{sys.argv[2]}' {arguments}"}
print(yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}))
PYTHON
    git init --quiet .
    git config user.name tester
    git config user.email tester@example.com
    expect 0 "$pre_commit" install
}

begin aelix-lint

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
# Partial staging: pre-commit puts away what is not staged, so the file on disk is what would be committed.
git reset --quiet --hard
printf 'AELIX_API_KEY=%s\n' "$secret" > partial.env
git add partial.env
printf 'AELIX_API_KEY=\n' > partial.env
expect 1 git commit --message "a key that is staged only"
shows "partial.env:1:15"
git rm --quiet --force partial.env

# The other hook asks git itself.
begin aelix-lint-staged
printf 'AELIX_API_KEY=%s\nA=1\n' "$secret" > .env
git add .
expect 1 git commit --message "a key"
shows "secrets/aelix-api-key"
shows ".env:1:15"
hides "$random"
expect 0 git commit --quiet --no-verify --message "an old mistake"
printf 'A=2\n' >> .env
git add .env
printf 'AELIX_SECOND_KEY=%s\n' "$secret" >> .env
started=$(date +%s%N)
expect 0 git commit --quiet --message "a line beside it; another key is not staged"
printf 'a commit with the hook aelix-lint-staged: %s ms\n' $((($(date +%s%N) - started) / 1000000))
git checkout --quiet -- .env
expect 0 "$pre_commit" run --all-files --verbose
shows 'needs the hook `aelix-lint`'
echo "pre-commit: passed"
