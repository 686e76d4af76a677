//! Scripts of build services: GitHub Actions, GitLab CI and their relatives. Variables that are declared around a script and that it mentions belong to it.

use std::cell::Cell;

use crate::lang;
use crate::scan::document::{self, Anchors, Entry, Kind, Node};
use crate::text::{Mapped, Span};

use super::{Code, Found, assign, end_line, whole};

/// Lists in lists, aliases and references of a script that are followed.
const MAX_HOPS: usize = 8;
/// Texts, lists and aliases of all scripts of one file that are followed.
const MAX_STEPS: usize = 100_000;
/// Variables around a script that are looked at.
const MAX_VARIABLES: usize = 500;
/// An action whose input is a program of JavaScript.
const SCRIPT_ACTION: &str = "actions/github-script";
/// What stands for `${{ … }}` in a script: read when it runs.
const EXPRESSION: &[u8] = b"${EXPRESSION}";

/// A build service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipeline {
    /// GitHub, Gitea, Forgejo: workflows and actions.
    GitHub,
    /// GitLab.
    GitLab,
    /// Azure, Bitbucket, `CircleCI`, Travis, Woodpecker, AWS `CodeBuild`.
    Other,
}

/// Keys whose values are scripts, and keys whose values are variables for them.
struct Keys {
    scripts: &'static [&'static str],
    variables: &'static [&'static str],
}

impl Pipeline {
    /// The service whose file this is, by its path.
    pub fn of(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        let name = path.rsplit('/').next().unwrap_or(&path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let is_in = |folder: &str| path.starts_with(folder) || path.contains(&format!("/{folder}"));
        if is_in(".github/workflows/") || is_in(".gitea/workflows/") || is_in(".forgejo/workflows/") || stem == "action" {
            return Some(Self::GitHub);
        }
        if stem.ends_with("gitlab-ci") || is_in(".gitlab/") || is_in(".gitlab-ci/") || is_in("gitlab-ci/") {
            return Some(Self::GitLab);
        }
        let others = ["azure-pipelines", "bitbucket-pipelines", ".travis", ".woodpecker", ".drone", "buildspec"];
        (is_in(".circleci/") || is_in(".woodpecker/") || others.iter().any(|known| stem.starts_with(known))).then_some(Self::Other)
    }

    fn keys(self) -> Keys {
        match self {
            Self::GitHub => Keys { scripts: &["run"], variables: &["env"] },
            Self::GitLab => Keys { scripts: &["before_script", "script", "after_script"], variables: &["variables"] },
            Self::Other => Keys {
                scripts: &["before_install", "install", "before_script", "script", "bash", "run", "command", "commands", "after-script", "after_script"],
                variables: &["env", "environment", "variables"],
            },
        }
    }

    pub(super) fn regions(self, bytes: &[u8], found: &mut impl FnMut(Found)) {
        for root in &document::yaml(bytes) {
            let reader = Reader { keys: self.keys(), root, anchors: Anchors::of(root), left: Cell::new(MAX_STEPS) };
            reader.read(root, Around { variables: &[], shell: None }, found);
        }
    }
}

struct Reader<'n> {
    keys: Keys,
    root: &'n Node,
    anchors: Anchors<'n>,
    /// Steps that may still be taken.
    left: Cell<usize>,
}

/// What is declared around a node.
#[derive(Clone, Copy)]
struct Around<'a, 'n> {
    /// The outermost first.
    variables: &'a [&'n Entry],
    /// The shell of scripts that do not name their own.
    shell: Option<&'n str>,
}

impl<'n> Reader<'n> {
    fn read(&self, node: &'n Node, around: Around<'_, 'n>, found: &mut impl FnMut(Found)) {
        for item in node.items() {
            self.read(item, around, found);
        }
        if node.entries().is_empty() {
            return;
        }
        let shell = node.at(&["defaults", "run", "shell"]).or_else(|| node.get("shell")).and_then(Node::str).or(around.shell);
        let own = self.keys.variables.iter().filter_map(|key| self.anchors.get(node, key)).flat_map(Node::entries);
        let variables: Vec<&Entry> = around.variables.iter().copied().chain(own).take(MAX_VARIABLES).collect();
        let inside = Around { variables: &variables, shell };
        let mut script = Mapped::new();
        for key in self.keys.scripts {
            if let Some(value) = node.get(key) {
                self.add(value, &mut script, MAX_HOPS);
            }
        }
        if let Some(code) = Self::code(shell).filter(|_| !script.bytes().is_empty()) {
            let mut text = inside.mentioned(script.bytes(), code);
            let borrowed = text.bytes().len();
            text.append(&script, whole(&script));
            found(Found { borrowed, ..Found::new(code, text) });
        }
        if node.get("uses").and_then(Node::str).is_some_and(|action| action.starts_with(SCRIPT_ACTION)) {
            let text = node.at(&["with", "script"]).and_then(Node::text);
            let javascript = lang::named("javascript").map(Code::Language);
            if let Some((text, code)) = text.zip(javascript) {
                found(Found::new(code, without_expressions(text)));
            }
        }
        for entry in node.entries() {
            self.read(&entry.value, inside, found);
        }
    }

    /// Bash, unless another interpreter is named.
    fn code(shell: Option<&str>) -> Option<Code> {
        let Some(word) = shell.and_then(|shell| shell.split_whitespace().next()) else { return Code::shell() };
        lang::named(word.rsplit('/').next().unwrap_or(word)).map(Code::Language)
    }

    /// Appends a script: a text, a list of texts, or what an alias or `!reference` stands for.
    fn add(&self, node: &'n Node, script: &mut Mapped, hops: usize) {
        let (Some(hops), Some(left)) = (hops.checked_sub(1), self.left.get().checked_sub(1)) else { return };
        self.left.set(left);
        if node.tag.as_deref() == Some("!reference") {
            let path: Vec<&str> = node.items().iter().filter_map(Node::str).collect();
            return self.root.at(&path).into_iter().for_each(|target| self.add(target, script, hops));
        }
        match &node.kind {
            Kind::Scalar(text, _) => {
                let text = without_expressions(text);
                script.append(&text, whole(&text));
                end_line(script);
            }
            Kind::List(items) => items.iter().for_each(|item| self.add(item, script, hops)),
            Kind::Alias(_) => self.anchors.resolve(node).into_iter().for_each(|target| self.add(target, script, hops)),
            Kind::Map(_) => {}
        }
    }
}

impl Around<'_, '_> {
    /// The variables that a script of the shell mentions, as it would assign them.
    fn mentioned(&self, script: &[u8], code: Code) -> Mapped {
        let mut text = Mapped::new();
        if !matches!(code, Code::Language(language) if language.name == "bash") {
            return text;
        }
        for entry in self.variables {
            // GitLab has `NAME: {value: …, description: …}` too.
            let value = entry.value.get("value").unwrap_or(&entry.value);
            let (Some(name), Some(value)) = (entry.key.text(), value.text()) else { continue };
            let is_name = !name.bytes().is_empty() && name.bytes().iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
            if is_name && !value.bytes().is_empty() && !value.bytes().contains(&b'\n') && mentions(script, name.bytes()) {
                let value = without_expressions(value);
                assign(&mut text, (name, whole(name)), (&value, whole(&value)));
            }
        }
        text
    }
}

/// Whether `$NAME` or `${NAME` stands in a script.
fn mentions(script: &[u8], name: &[u8]) -> bool {
    let ends = |at: usize| script.get(at + name.len()).is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    memchr::memmem::find_iter(script, name).any(|at| {
        let before = &script[..at];
        ends(at) && (before.ends_with(b"$") || before.ends_with(b"${"))
    })
}

/// The text with a variable for each `${{ … }}`, which no shell would understand.
fn without_expressions(text: &Mapped) -> Mapped {
    let bytes = text.bytes();
    let (mut plain, mut at) = (Mapped::new(), 0);
    while let Some(open) = memchr::memmem::find(&bytes[at..], b"${{").map(|open| at + open) {
        let Some(end) = memchr::memmem::find(&bytes[open..], b"}}").map(|end| open + end + 2) else { break };
        plain.append(text, Span::new(at, open));
        plain.put(EXPRESSION, text.span(Span::new(open, end)));
        at = end;
    }
    plain.append(text, Span::new(at, bytes.len()));
    plain
}

#[cfg(all(test, feature = "languages"))]
mod tests {
    use super::super::Container;
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn services_are_known_by_their_paths() {
        for (path, expected) in [
            (".github/workflows/ci.yml", Some(Pipeline::GitHub)),
            ("a/.github/workflows/x/ci.yaml", Some(Pipeline::GitHub)),
            ("action.yml", Some(Pipeline::GitHub)),
            (".github/dependabot.yml", None),
            (".gitlab-ci.yml", Some(Pipeline::GitLab)),
            ("ci/build.gitlab-ci.yml", Some(Pipeline::GitLab)),
            (".circleci/config.yml", Some(Pipeline::Other)),
            ("azure-pipelines-release.yml", Some(Pipeline::Other)),
            ("values.yaml", None),
        ] {
            assert_eq!(Pipeline::of(path), expected, "{path}");
        }
    }

    #[test]
    fn scripts_have_their_variables() {
        let github = "env:\n  A: x\n  B: y\njobs:\n  j:\n    env: {C: \"it's\"}\n    steps:\n    - run: a $A\n    - run: |\n        b ${C} ${{ secrets.D }}\n      env:\n        D: ${{ secrets.D }}\n    \
                      - shell: python\n      run: c\n    - {shell: pwsh, run: d}\n    - uses: actions/github-script@v7\n      with:\n        script: e(1)\n";
        assert_eq!(
            shown(Container::Pipeline(Pipeline::GitHub), github),
            "bash: A='x'/a $A/ | bash: C=\"it's\"/b ${C} ${EXPRESSION}/ | python: c/ | javascript: e(1)"
        );
        let gitlab = "variables:\n  A: x\n.s: &s\n  - one\n  - two\nj:\n  variables:\n    B: {value: y}\n  before_script: *s\n  script:\n  - !reference [.k, script]\n  - c $A $B\n  - [d]\n.k:\n  script: k\n";
        assert_eq!(shown(Container::Pipeline(Pipeline::GitLab), gitlab), "bash: A='x'/B='y'/one/two/k/c $A $B/d/ | bash: k/");
        let circle = "jobs:\n  j:\n    environment: {A: x}\n    steps:\n    - run: a\n    - run:\n        name: n\n        command: b $A\n";
        assert_eq!(shown(Container::Pipeline(Pipeline::Other), circle), "bash: a/ | bash: A='x'/b $A/");
    }

    #[test]
    fn what_is_borrowed_is_not_its_own() {
        let text = "env: {A: x}\nrun: a $A\n";
        let split = super::super::split(Container::Pipeline(Pipeline::GitHub), text.as_bytes());
        for region in &split.regions {
            assert!(region.covers(Span::new(17, 20)) && !region.covers(Span::new(9, 10)));
        }
    }

    #[test]
    fn scripts_of_aliases_of_aliases_end() {
        let list = |name: usize| format!("a{name}: &a{name} [{}]\n", vec![format!("*a{}", name.wrapping_sub(1)); 40].join(", "));
        let text = format!("a0: &a0 [x, y]\n{}j:\n  script: *a7\n", (1..8).map(list).collect::<Vec<_>>().concat());
        let split = super::super::split(Container::Pipeline(Pipeline::GitLab), text.as_bytes());
        assert!(split.regions.len() <= 1);
        let bases = |name: usize| format!("b{name}: &b{name} {{<<: [{}]}}\n", vec![format!("*b{}", name.wrapping_sub(1)); 40].join(", "));
        let text = (0..60).map(bases).collect::<Vec<_>>().concat();
        super::super::split(Container::Pipeline(Pipeline::GitLab), text.as_bytes());
    }
}
