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
values = {f"inputs.{name}": given.get(name, str(facts.get("default", ""))) for name, facts in action["inputs"].items()}
values |= {"github.action_path": os.path.dirname(path), "github.action_ref": os.environ.get("TEST_REF", "")}
fill = lambda text: re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda found: values[found[1]], text)
status = 0
for step in action["runs"]["steps"]:
    assert step["shell"] == "bash" and "${{" not in step["run"], "expressions reach a script through its environment only"
    output = os.path.join(os.environ["RUNNER_TEMP"], "output")
    open(output, "w").close()
    environment = os.environ | {name: fill(value) for name, value in step.get("env", {}).items()} | {"GITHUB_OUTPUT": output}
    script = os.path.join(os.environ["RUNNER_TEMP"], "script.sh")
    open(script, "w").write(step["run"])
    status = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", script], env=environment, stdout=sys.stderr).returncode
    for line in open(output):
        name, value = line.rstrip("\n").split("=", 1)
        values[f"steps.{step['id']}.outputs.{name}"] = value
    if status:
        break
print(json.dumps({name: fill(facts["value"]) if f"steps.scan.outputs.{name}" in values else None for name, facts in action["outputs"].items()}))
sys.exit(status)
PYTHON

cd "$scratch/work"
printf 'AELIX_API_KEY=%s\nSMTP_PASSWORD=Rk7-pQz2-tally\n' "$secret" > src/.env
printf 'nothing\n' > "clean/a file.txt"
export PATH=$scratch/bin:$PATH RUNNER_TEMP=$scratch/temp RUNNER_TOOL_CACHE=$scratch/cache GITHUB_ACTIONS=true GITHUB_WORKSPACE=$scratch/work
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
echo "action: passed"
