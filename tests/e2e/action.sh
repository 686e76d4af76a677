#!/usr/bin/env bash
# The steps of action.yml, run as a runner would, with a cargo that copies the program that is built already.
source "$(dirname "${BASH_SOURCE[0]}")/prepare"
python_environment
mkdir -p "$scratch/bin" "$scratch/work/src" "$scratch/work/clean" "$scratch/temp"
cat > "$scratch/bin/cargo" << STUB
#!/usr/bin/env bash
set -euo pipefail
printf '%s\n' "\$*" >> "$scratch/cargo.log"
while [ \$# -gt 0 ]; do
    [ "\$1" != --root ] || target=\$2
    shift
done
mkdir -p "\$target/bin"
cp "$program" "\$target/bin/aelix-lint"
STUB
chmod +x "$scratch/bin/cargo"
cat > "$scratch/runner.py" << 'PYTHON'
"""Runs the steps of a composite action: runner.py action.yml [input=value ...]; prints its outputs as JSON; ends with the status of the step that failed."""
import json, os, re, subprocess, sys, yaml

path, given = sys.argv[1], dict(argument.split("=", 1) for argument in sys.argv[2:])
action = yaml.safe_load(open(path))
unknown = set(given) - set(action["inputs"])
assert not unknown, unknown
event = json.loads(os.environ.get("TEST_EVENT", "{}"))
environment = os.environ | event.pop("environment", {})
values = {f"inputs.{name}": given.get(name, str(facts.get("default", ""))) for name, facts in action["inputs"].items()}
values |= {"github.action_path": os.path.dirname(path), "github.action_ref": os.environ.get("TEST_REF", ""), "github.token": event.pop("token", "")}


def context(name):
    """The value of an expression: what the event does not have is empty, as it is for a runner."""
    if name in values:
        return values[name]
    value = event
    for part in name.removeprefix("github.").split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return "" if value is None else str(value)


def fill(text):
    while "${{" in text:
        text = re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda found: context(found[1]), text)
    return text


status = 0
for step in action["runs"]["steps"]:
    assert step["shell"] == "bash" and "${{" not in step["run"], "expressions reach a script through its environment only"
    output = os.path.join(os.environ["RUNNER_TEMP"], "output")
    open(output, "w").close()
    env = environment | {name: fill(value) for name, value in step.get("env", {}).items()} | {"GITHUB_OUTPUT": output}
    script = os.path.join(os.environ["RUNNER_TEMP"], "script.sh")
    open(script, "w").write(step["run"])
    status = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", script], env=env, stdout=sys.stderr).returncode
    for line in open(output):
        name, value = line.rstrip("\n").split("=", 1)
        values[f"steps.{step.get('id')}.outputs.{name}"] = value
    if status:
        break
print(json.dumps({name: fill(facts["value"]) if "steps.scan.outputs.exit-code" in values else None for name, facts in action["outputs"].items()}))
sys.exit(status)
PYTHON

cd "$scratch/work"
printf 'AELIX_API_KEY=%s\nSMTP_PASSWORD=Rk7-pQz2-tally\n' "$secret" > src/.env
printf 'nothing\n' > "clean/a file.txt"
export PATH=$scratch/bin:$PATH RUNNER_TEMP=$scratch/temp RUNNER_TOOL_CACHE=$scratch/cache GITHUB_ACTIONS=true GITHUB_WORKSPACE=$scratch/work
export GITHUB_SERVER_URL=https://github.example GITHUB_API_URL=https://api.github.example GITHUB_REPOSITORY=owner/name GITHUB_STEP_SUMMARY=$scratch/summary
export GITHUB_REF=refs/heads/main GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
run() {
    local wanted=$1
    shift
    expect "$wanted" "$venv/bin/python" "$scratch/runner.py" "$root/action.yml" "$@"
}

run 1
shows '"exit-code": "1"'
shows '"findings": "2"'
shows '"sarif-file": "aelix-lint.sarif"'
shows 'secrets/aelix-api-key'
hides "$random"
grep -q '"version": *"2.1.0"' aelix-lint.sarif || fail "no SARIF"
! grep -q "$random" aelix-lint.sarif || fail "SARIF holds the secret"
grep -qF -- "install --quiet --locked --path $root --root $scratch/cache/aelix-lint/local" "$scratch/cargo.log" || fail "how it was installed: $(cat "$scratch/cargo.log")"

run 0 paths=clean sarif-file=results/../other.sarif
shows '"findings": "0"'
shows 'No findings'
rm other.sarif || fail "no SARIF under another name"

run 0 fail-on=never format=concise
shows '"exit-code": "0"'
shows '"findings": "2"'

run 2 paths=gone
shows '"exit-code": "2"'
shows 'cannot read gone'

# A log renders colour, which the program cannot see; arguments and NO_COLOR win.
NO_COLOR='' run 0 fail-on=never
shows $'\e['
NO_COLOR='' run 0 fail-on=never args=--color=never
hides $'\e['
run 0 fail-on=never
hides $'\e['

# Several paths and arguments, a line each; a path that looks like a flag is a path.
run 0 "paths=clean
clean/a file.txt" "args=--stats
--no-ignore"
run 2 paths=--exit-zero
shows 'cannot read --exit-zero'

printf 'select = ["secrets/aelix-api-key"]\n' > only.toml
run 1 config=only.toml paths=src
shows '"findings": "1"'
printf 'selct = []\n' > only.toml
run 2 config=only.toml
shows 'did you mean `select`?'
shows '"sarif-file": ""'
shows '"exit-code": "2"'

# Nothing in an input is run by the shell.
run 2 'paths=$(touch planted); `touch planted`' 'args=--exclude=$(touch planted)'
[ ! -e planted ] || fail "an input was run"

# A commit id is built once; a branch may have moved, so it is built again.
commit=$(printf 'a%.0s' {1..40})
: > "$scratch/cargo.log"
TEST_REF=$commit run 0 paths=clean
TEST_REF=$commit run 0 paths=clean
TEST_REF=refs/heads/main run 0 paths=clean
TEST_REF=refs/heads/main run 0 paths=clean
[ "$(wc -l < "$scratch/cargo.log")" = 3 ] || fail "built $(wc -l < "$scratch/cargo.log") times, not 3"
# Annotations and the summary come from the same scan.
rm -f "$GITHUB_STEP_SUMMARY"
run 1
shows '::error file=src/.env,line=1,endLine=1,col=15'
shows '"errors": "2"'
shows '"warnings": "0"'
grep -q '| critical | .*src/.env:1' "$GITHUB_STEP_SUMMARY" || fail "no row in the summary"
! grep -q "$random" "$GITHUB_STEP_SUMMARY" || fail "the summary holds the secret"
rm -f "$GITHUB_STEP_SUMMARY"
run 1 annotations=false summary=false
hides '::error file='
[ ! -e "$GITHUB_STEP_SUMMARY" ] || fail "a summary that nobody asked for"

# Another version is refused, the one on the PATH is taken.
run 2 version=9.9.9
shows 'no checksum of the version 9.9.9 is known'
ln -s "$program" "$scratch/bin/aelix-lint"
run 0 paths=clean version=system
shows "\"version\": \"$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)\""
rm "$scratch/bin/aelix-lint"

# A release is taken where its checksum is known and right.
mkdir -p "$scratch/action/release" "$scratch/served"
cp "$root/action.yml" "$root/Cargo.toml" "$scratch/action"
cp "$program" "$scratch/action/release/aelix-lint"
archive=aelix-lint-7.7.7-$(uname -m)-unknown-linux-musl.tar.gz
tar -czf "$scratch/served/$archive" -C "$scratch/action/release" aelix-lint
cat > "$scratch/bin/curl" << STUB
#!/usr/bin/env bash
# Serves downloads; keeps uploads.
set -euo pipefail
printf '%s\n' "\$*" >> "$scratch/curl.log"
output=
url=
while [ \$# -gt 0 ]; do
    case \$1 in
        --output) output=\$2; shift ;;
        --data-binary) cp "\${2#@}" "$scratch/uploaded.json"; shift ;;
        --config) cat >> "$scratch/curl.config"; shift ;;
        --header | --proto | --retry) shift ;;
        http*) url=\$1 ;;
    esac
    shift
done
case \$url in
    */releases/*) cp "$scratch/served/\${url##*/}" "\$output" ;;
    */code-scanning/sarifs) [ -z "\${CURL_FAILS:-}" ] ;;
esac
STUB
chmod +x "$scratch/bin/curl"
use_release() {
    expect "$1" "$venv/bin/python" "$scratch/runner.py" "$scratch/action/action.yml" version=v7.7.7 paths=clean
}
printf '%s  %s\n' "$(sha256sum "$scratch/served/$archive" | cut -d ' ' -f 1)" "$archive" > "$scratch/action/releases.sha256"
use_release 0
shows '"findings": "0"'
printf '%064d  %s\n' 0 "$archive" > "$scratch/action/releases.sha256"
rm -rf "$scratch/cache"
use_release 2
shows 'is not the one in releases.sha256'

# SARIF is uploaded where that is allowed; the token is never an argument.
upload() {
    local wanted=$1 event=$2
    shift 2
    rm -f "$scratch/uploaded.json" "$scratch/curl.log" "$scratch/curl.config"
    TEST_EVENT=$event run "$wanted" "$@"
}
upload 1 '{"token": "t0ken", "actor": "somebody", "sha": "abc", "ref": "refs/heads/main"}' paths=src
shows 'SARIF was uploaded'
grep -q '"commit_sha":"abc","ref":"refs/heads/main"' "$scratch/uploaded.json" || fail "what was uploaded"
sed 's/.*"sarif":"\([^"]*\)".*/\1/' "$scratch/uploaded.json" | base64 -d | gzip -d | cmp - aelix-lint.sarif || fail "another SARIF was uploaded"
grep -q t0ken "$scratch/curl.config" || fail "no token"
! grep -q t0ken "$scratch/curl.log" || fail "the token is an argument"
for event in '{"token": "t", "actor": "dependabot[bot]"}' '{"token": "t", "event": {"pull_request": {"head": {"repo": {"full_name": "fork/name"}}}}}' '{}'; do
    upload 1 "$event" paths=src
    [ ! -e "$scratch/uploaded.json" ] || fail "uploaded for $event"
done
CURL_FAILS=1 upload 1 '{"token": "t"}' paths=src
shows 'SARIF was not uploaded'
CURL_FAILS=1 upload 2 '{"token": "t"}' paths=src sarif=true
upload 1 '{"token": "t"}' paths=src sarif=false
[ ! -e "$scratch/uploaded.json" ] || fail "uploaded although that is off"

# Events. The remote: main with an old key, a branch of 40 commits that adds one key and takes another one back, and the merge that GitHub makes.
origin=$scratch/origin
git init --quiet -b main "$origin"
as_tester() {
    git -C "$origin" -c user.name=tester -c user.email=tester@example.com "$@"
}
add() {
    printf '%s\n' "$2" > "$origin/$1"
    as_tester add -A
    as_tester commit --quiet -m "$1"
}
key() {
    printf 'AELIX_API_KEY=ak_live_%s' "$(LC_ALL=C tr -dc 'A-Za-z0-9' < <(head -c 4096 /dev/urandom) | head -c 32)"
}
add old.env "$(key)"
first=$(as_tester rev-parse HEAD)
as_tester checkout --quiet -b topic
add gone.env "$(key)"
for number in $(seq 37); do add "file$number" "$number"; done
add gone.env nothing
add new.env "$(key)"
topic=$(as_tester rev-parse HEAD)
as_tester checkout --quiet main
add meanwhile.env "$(key)"
second=$(as_tester rev-parse HEAD)
as_tester checkout --quiet --detach main
as_tester merge --quiet --no-ff -m merge topic
as_tester update-ref refs/pull/1/merge HEAD
merge=$(as_tester rev-parse HEAD)
as_tester checkout --quiet main
as_tester config uploadpack.allowAnySHA1InWant true

# checkout REF DEPTH: as actions/checkout does it.
checkout() {
    cd "$scratch"
    rm -rf "$scratch/workspace"
    git init --quiet "$scratch/workspace"
    cd "$scratch/workspace"
    git remote add origin "file://$origin"
    git fetch --quiet --no-tags ${2:+--depth="$2"} origin "+$1:refs/remotes/work"
    git checkout --quiet --detach refs/remotes/work
}
pull='{"event_name": "pull_request", "event": {"pull_request": {"head": {"sha": "'$topic'"}, "base": {"ref": "main"}, "commits": 40}}}'
push() {
    printf '{"event_name": "push", "event": {"before": "%s", "after": "%s", "repository": {"default_branch": "main"}}, "environment": {"GITHUB_REF": "%s"}}' "$@"
}
zeros=$(printf '0%.0s' {1..40})
# case NAME REF DEPTH EVENT: two findings, the new key and the one that is gone, and nothing of main.
changed() {
    checkout "$2" "$3"
    TEST_EVENT=$4 run 1
    shows '"findings": "2"'
    shows 'new.env:1:15'
    shows 'gone.env:1:15'
    shows 'added by commit'
    hides 'old.env'
    hides 'meanwhile.env'
    echo "action: $1: passed"
}
for depth in 1 2 5 ''; do
    changed "a pull request, depth ${depth:-all}" refs/pull/1/merge "$depth" "$pull"
    changed "a pull request whose head is checked out, depth ${depth:-all}" topic "$depth" "$pull"
    changed "a push, depth ${depth:-all}" topic "$depth" "$(push "$first" "$topic" refs/heads/topic)"
    changed "a new branch, depth ${depth:-all}" topic "$depth" "$(push "$zeros" "$topic" refs/heads/topic)"
    changed "a merge group, depth ${depth:-all}" refs/pull/1/merge "$depth" \
        "{\"event_name\": \"merge_group\", \"event\": {\"merge_group\": {\"base_sha\": \"$second\", \"head_sha\": \"$merge\"}}}"
done
checkout refs/pull/1/merge ''
TEST_EVENT=$pull run 1
shows "\"range\": \"$second..$merge\""

# A container, where the workspace belongs to another user.
checkout refs/pull/1/merge ''
export GIT_TEST_ASSUME_DIFFERENT_OWNER=1
! git rev-parse HEAD 2> /dev/null || fail "git does not mind another owner"
TEST_EVENT=$pull run 1
shows "\"range\": \"$second..$merge\""
unset GIT_TEST_ASSUME_DIFFERENT_OWNER
# A repository that cannot be read is not passed over without a word.
mv .git/HEAD .git/HEAD.away
TEST_EVENT=$pull run 1
shows 'git cannot read the repository in the workspace; all files are scanned instead'
mv .git/HEAD.away .git/HEAD

# A force push: what the old tip was is fetched by its id. An old tip that is gone: all files, with a warning.
changed "a force push" topic 1 "$(push "$second" "$topic" refs/heads/topic)"
checkout topic 1
TEST_EVENT=$(push "$(printf 'd%.0s' {1..40})" "$topic" refs/heads/topic) run 1
shows 'the range of this change cannot be read; all files are scanned instead'
shows 'old.env:1:15'
# A remote that gives nothing more.
checkout refs/pull/1/merge 1
git remote set-url origin "file://$scratch/nowhere"
TEST_EVENT=$pull run 1
shows 'all files are scanned instead'
shows 'meanwhile.env:1:15'

# A branch that is deleted; the first push of a repository; a tag; a schedule.
checkout main 1
TEST_EVENT=$(push "$topic" "$zeros" refs/heads/topic) run 0
shows 'nothing to scan'
for event in "$(push "$zeros" "$second" refs/heads/main)" "$(push "$zeros" "$second" refs/tags/v1)" '{"event_name": "schedule"}' '{"event_name": "workflow_dispatch"}'; do
    TEST_EVENT=$event run 1
    shows '"findings": "2"'
    shows 'old.env:1:15'
done
# Nothing new at all.
TEST_EVENT=$(push "$second" "$second" refs/heads/main) run 0
shows '"findings": "0"'

# What is said wins; what cannot be right is refused.
checkout refs/pull/1/merge ''
run 1 base="$second" head="$merge"
shows '"findings": "2"'
run 1 mode=full
shows '"findings": "3"'
run 1 mode=history
shows '"findings": "4"'
run 2 base="$second" head="$second"
shows 'base and head are the same'
run 2 head="$merge"
run 2 mode=diff
run 2 mode=all
run 2 base=--output=x
TEST_EVENT='{"event_name": "pull_request_target"}' run 2
shows 'the base branch is checked out and not the change'
[ "$(git status --porcelain)" = '?? aelix-lint.sarif' ] || fail "the work tree was changed: $(git status --porcelain)"
echo "action: passed"
