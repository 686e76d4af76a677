//! What the workflows of GitHub Actions let their token do beyond what their jobs need: everything (`write-all`), a permission to write that no step can
//! use, a token of an app without limits, or whatever the settings of the repository say.

use crate::model::{Confidence, Severity};
use crate::text::Span;

use super::document::{self, Node};
use super::openapi::{entries, place};

/// The name of the check, as rules write it.
pub const CHECK: &str = "ci-permissions";
/// What a file with jobs holds.
pub const ANCHOR: &str = "runs-on";

/// Actions that read the repository at most, by the beginning of their names.
const READERS: [&str; 9] = [
    "actions/checkout@",
    "actions/setup-",
    "actions/cache",
    "actions/upload-artifact@",
    "actions/download-artifact@",
    "dtolnay/rust-toolchain@",
    "Swatinem/rust-cache@",
    "docker/setup-",
    "astral-sh/setup-uv@",
];
/// How steps get at the token.
const TOKENS: [&str; 4] = ["github.token", "GITHUB_TOKEN", "GH_TOKEN", "toJSON(secrets)"];
/// Commands that run nothing that could push with what `actions/checkout` leaves behind.
const PLAIN: [&str; 16] = ["cargo", "go", "pytest", "pip", "echo", "cd", "mkdir", "ls", "cat", "rustup", "ruff", "mypy", "gofmt", "dotnet", "export", "test"];
/// The action that makes tokens of an app.
const APP: &str = "actions/create-github-app-token@";

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowHit {
    /// Where.
    pub span: Span,
    /// A sentence without a full stop.
    pub message: String,
    /// Harm, where it is more than the rule's.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
}

/// What is wrong in a workflow, in the order of the bytes; nothing where it is none.
pub fn hits(bytes: &[u8]) -> Vec<WorkflowHit> {
    let Some(workflow) = document::yaml(bytes).into_iter().next() else { return Vec::new() };
    let Some(jobs) = workflow.get("jobs").filter(|jobs| !jobs.entries().is_empty()) else { return Vec::new() };
    let all: Vec<(&str, Span, &Node)> = entries(jobs).collect();
    let own = workflow.get("permissions");
    let mut found = Vec::new();
    if let Some(permissions) = own {
        let governed: Vec<&Node> = all.iter().map(|(.., job)| *job).filter(|job| job.get("permissions").is_none()).collect();
        found.extend(granted(permissions, &governed, &workflow));
    }
    for (name, span, job) in &all {
        match job.get("permissions") {
            Some(permissions) => found.extend(granted(permissions, &[job], &workflow)),
            None if own.is_none() && job.get("uses").is_none() => found.push(WorkflowHit {
                span: *span,
                message: format!(
                    "job `{name}` says nothing of permissions: its token may do what the settings of the repository say, perhaps write everywhere"
                ),
                severity: Severity::Info,
                confidence: Confidence::Low,
            }),
            None => {}
        }
        found.extend(steps(job).filter_map(unlimited));
    }
    found.sort_by_key(|hit| hit.span);
    found
}

/// What is wrong with the permissions of these jobs.
fn granted(permissions: &Node, jobs: &[&Node], workflow: &Node) -> Vec<WorkflowHit> {
    let (Some(text), Some(span)) = (permissions.str(), place(permissions)) else {
        let needless = entries(permissions).filter(|(scope, _, value)| value.str() == Some("write") && is_needless(scope, jobs, workflow));
        return needless.map(|(scope, span, _)| needless_hit(scope, span)).collect();
    };
    if text != "write-all" || jobs.is_empty() {
        return Vec::new();
    }
    let message = "`write-all` lets every step, and whatever it installs, push code, publish packages and change releases".to_owned();
    vec![WorkflowHit { span, message, severity: Severity::High, confidence: Confidence::High }]
}

fn needless_hit(scope: &str, span: Span) -> WorkflowHit {
    let message = format!("permission `{scope}: write` is granted, and no step can use it");
    WorkflowHit { span, message, severity: Severity::Info, confidence: Confidence::Medium }
}

/// Whether no step of the jobs can use a permission to write. What nobody knows may.
fn is_needless(scope: &str, jobs: &[&Node], workflow: &Node) -> bool {
    // A token of the identity provider is fetched by any program that runs in the job.
    let is_by_token = !matches!(scope, "id-token" | "attestations");
    let gets_token = |node: &Node| node.leaves().iter().any(|leaf| leaf.value.str().is_some_and(|text| TOKENS.iter().any(|token| text.contains(token))));
    let is_inert = |job: &&Node| {
        let reads = |step: &Node| match (step.get("uses").and_then(Node::str), step.get("run").and_then(Node::str)) {
            (Some(action), _) => READERS.iter().any(|known| action.starts_with(known)),
            (None, Some(script)) => scope != "contents" || is_plain(script),
            _ => false,
        };
        job.get("uses").is_none() && steps(job).next().is_some() && steps(job).all(reads) && !gets_token(job)
    };
    is_by_token && !jobs.is_empty() && jobs.iter().all(is_inert) && !workflow.get("env").is_some_and(gets_token)
}

/// Whether a script runs nothing but commands that push nothing.
fn is_plain(script: &str) -> bool {
    let mut commands = script.lines().flat_map(|line| line.split("&&")).map(str::trim).filter(|command| !command.is_empty() && !command.starts_with('#'));
    let is_known = |command: &str| PLAIN.contains(&command.split_whitespace().next().unwrap_or_default()) && !command.contains("$(") && !command.contains('`');
    commands.all(is_known) && !script.contains(';') && !script.contains('|')
}

fn steps(job: &Node) -> impl Iterator<Item = &Node> {
    job.get("steps").map(Node::items).unwrap_or_default().iter()
}

/// A token of an app that may do all that the app may.
fn unlimited(step: &Node) -> Option<WorkflowHit> {
    let uses = step.get("uses").filter(|uses| uses.str().is_some_and(|action| action.starts_with(APP)))?;
    let is_limited = step.get("with").is_some_and(|with| with.templated || entries(with).any(|(key, ..)| key.starts_with("permission-")));
    let message = "the token of the app may do all that the app may: name what it is for with `permission-…`".to_owned();
    (!is_limited).then_some(WorkflowHit { span: place(uses)?, message, severity: Severity::Info, confidence: Confidence::Medium })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        hits(text.as_bytes()).into_iter().map(|hit| format!("{:?} {} «{}»", hit.confidence, hit.message, &text[hit.span.range()])).collect()
    }

    /// A workflow with one job of these steps.
    fn job(permissions: &str, steps: &str) -> String {
        format!("on: push\n{permissions}jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{steps}")
    }

    #[test]
    fn what_a_job_does_not_need_is_found() {
        for (text, expected) in [
            (job("permissions: write-all\n", "      - run: make\n"), "`write-all` lets"),
            (
                job("permissions:\n  contents: write\n", "      - uses: actions/checkout@v5\n      - run: cargo test\n"),
                "`contents: write` is granted, and no step",
            ),
            (
                job("permissions:\n  packages: write\n", "      - uses: actions/checkout@v5\n      - run: ./build.sh\n"),
                "`packages: write` is granted, and no step",
            ),
            (job("permissions: {}\n", "      - uses: actions/create-github-app-token@v2\n        with:\n          app-id: 1\n"), "may do all that the app may"),
            (job("", "      - run: make\n"), "Low job `test` says nothing"),
        ] {
            let found = found(&text);
            assert!(found.len() == 1 && found[0].contains(expected), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_a_step_may_need_is_not() {
        for text in [
            job("permissions: read-all\n", "      - run: make\n"),
            job("permissions:\n  contents: write\n", "      - run: ./release.sh\n"),
            job("permissions:\n  contents: write\n", "      - run: cargo build && git push\n"),
            job("permissions:\n  contents: write\n", "      - uses: softprops/action-gh-release@v2\n"),
            job("permissions:\n  issues: write\n", "      - run: gh issue list\n        env:\n          GH_TOKEN: ${{ github.token }}\n"),
            job("permissions:\n  id-token: write\n", "      - run: cargo publish\n"),
            job("permissions:\n  contents: read\n", "      - uses: actions/create-github-app-token@v2\n        with:\n          permission-contents: read\n"),
            "permissions: write-all\njobs:\n  a:\n    runs-on: x\n    permissions:\n      contents: read\n    steps:\n      - run: make\n".to_owned(),
            "runs-on: write-all\n".to_owned(),
            "jobs:\n  a:\n    uses: ./.github/workflows/x.yml\n".to_owned(),
        ] {
            assert!(found(&text).is_empty(), "{text}: {:?}", found(&text));
        }
    }
}
