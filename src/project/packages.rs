//! Packages: the folders that a manifest makes one program, and the files in them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::usage::Module;

/// Manifests of packages, by name.
const MANIFESTS: [&str; 16] = [
    "Cargo.toml",
    "package.json",
    "go.mod",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "Gemfile",
    "Chart.yaml",
    "mix.exs",
    "deno.json",
];
/// Manifests of packages, by extension.
const MANIFEST_EXTENSIONS: [&str; 3] = [".csproj", ".fsproj", ".gemspec"];

/// The files of a scan by path, name and folder; numbers are their indices.
pub struct Files<'a> {
    by_path: HashMap<&'a str, usize>,
    by_name: HashMap<&'a str, Vec<&'a str>>,
    by_folder: HashMap<&'a str, Vec<&'a str>>,
    /// Folders with a manifest, and the index of one.
    packages: HashMap<&'a str, usize>,
}

impl<'a> Files<'a> {
    /// Files all of this scan, by their paths relative to its root, in the order of their indices.
    pub fn new(paths: impl Iterator<Item = &'a str>) -> Self {
        let mut files =
            Self { by_path: HashMap::with_capacity(paths.size_hint().0), by_name: HashMap::new(), by_folder: HashMap::new(), packages: HashMap::new() };
        for (index, path) in paths.enumerate() {
            let (folder, name) = split(path);
            files.by_path.insert(path, index);
            files.by_name.entry(name).or_default().push(path);
            files.by_folder.entry(folder).or_default().push(path);
            if is_manifest(name) {
                files.packages.entry(folder).or_insert(index);
            }
        }
        files
    }

    /// The index of a file.
    pub fn index(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The path as the files have it, if there is such a file.
    pub fn path(&self, path: &str) -> Option<&'a str> {
        self.by_path.get_key_value(path).map(|(path, _)| *path)
    }

    /// The files of this name, in any folder.
    pub fn named(&self, name: &str) -> &[&'a str] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The files of one folder, without those below.
    pub fn within(&self, folder: &str) -> &[&'a str] {
        self.by_folder.get(folder).map_or(&[], Vec::as_slice)
    }

    /// Folders that end in this path.
    pub fn folders_at(&self, tail: &str) -> Vec<&'a str> {
        let is_at = |folder: &&&'a str| folder.strip_suffix(tail).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
        let mut found: Vec<&str> = self.by_folder.keys().filter(is_at).copied().collect();
        found.sort_unstable();
        found
    }

    /// The folder of the package that a path belongs to: the nearest one with a manifest, or else the root.
    pub fn package_of(&self, path: &str) -> &'a str {
        let mut folder = split(path).0;
        loop {
            if let Some((package, _)) = self.packages.get_key_value(folder) {
                return package;
            }
            if folder.is_empty() {
                return "";
            }
            folder = split(folder).0;
        }
    }

    /// Every file of a package, without those of packages in it, in the order of the indices.
    pub fn of_package(&self, package: &str) -> Vec<usize> {
        let is_in = |path: &str| package.is_empty() || path.strip_prefix(package).is_some_and(|rest| rest.starts_with('/'));
        let folders = self.by_folder.iter().filter(|(_, paths)| paths.first().is_some_and(|path| is_in(path) && self.package_of(path) == package));
        let mut all: Vec<usize> = folders.flat_map(|(_, paths)| paths.iter().filter_map(|path| self.index(path))).collect();
        all.sort_unstable();
        all
    }
}

/// The modules that a package has of its own.
pub struct Modules {
    /// The name by which its code imports the package.
    name: Option<String>,
    /// Its paths from its folder on, in lower case, each with a slash before it.
    paths: Vec<String>,
    /// Whether it has a path, as far as it was asked.
    known: RefCell<HashMap<String, bool>>,
}

impl Modules {
    /// Of a package, which its code imports by `name`.
    pub fn of(package: &str, name: Option<String>, files: &Files) -> Self {
        let above = split(package).0.len();
        let folders = files.by_folder.keys().filter(|folder| files.package_of(&format!("{folder}/x")) == package);
        let paths = folders.flat_map(|folder| &files.by_folder[folder]).map(|path| format!("/{}", path[above..].trim_start_matches('/').to_lowercase()));
        Self { name: name.map(|name| name.replace('-', "_")), paths: paths.collect(), known: RefCell::default() }
    }

    /// Whether it has a module that one of its files imports.
    pub fn has(&self, module: &Module) -> bool {
        let path = module.path.replace('-', "_");
        let rest = self.name.as_ref().and_then(|name| path.strip_prefix(name.as_str()));
        if rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')) {
            return true;
        }
        if module.own.is_empty() {
            return false;
        }
        let holds = || {
            let piece = format!("/{}", module.own);
            let ends = |path: &String| path.match_indices(&piece).any(|(at, _)| matches!(path.as_bytes().get(at + piece.len()), Some(b'/' | b'.')));
            self.paths.iter().any(ends)
        };
        *self.known.borrow_mut().entry(module.own.clone()).or_insert_with(holds)
    }
}

/// The name by which the code of a package imports the package: of a Go module, of a Rust crate. `text` reads a file.
pub fn module_name(package: &str, files: &Files, text: impl Fn(usize) -> Option<String>) -> Option<String> {
    let manifest = |name: &str| files.index(&if package.is_empty() { name.to_owned() } else { format!("{package}/{name}") }).and_then(&text);
    if let Some(go) = manifest("go.mod") {
        return go.lines().find_map(|line| line.trim().strip_prefix("module ")).map(|name| name.trim().trim_matches('"').to_owned());
    }
    let cargo = manifest("Cargo.toml")?;
    let section = cargo.split_once("[package]")?.1;
    let value = section.lines().take_while(|line| !line.starts_with('[')).find_map(|line| line.trim().strip_prefix("name"))?;
    Some(value.trim_start_matches([' ', '=']).trim().trim_matches(['"', '\'']).to_owned())
}

/// The packages that use each of these, directly, as their manifests say: by the name of the package, or of its project. `text` reads a file.
pub fn dependents<'a>(used: &[&'a str], files: &Files<'a>, text: impl Fn(usize) -> Option<String>) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    if files.packages.len() < 2 || used.is_empty() {
        return found;
    }
    let manifests = |folder: &str| {
        let paths = files.within(folder).iter().filter(|path| is_manifest(split(path).1));
        paths.filter_map(|path| Some((*path, text(files.index(path)?)?))).collect::<Vec<_>>()
    };
    let names: Vec<(&str, BTreeSet<String>)> =
        used.iter().map(|folder| (*folder, manifests(folder).iter().filter_map(|(path, text)| package_name(path, text)).collect())).collect();
    let mut others: Vec<&str> = files.packages.keys().copied().collect();
    others.sort_unstable();
    for other in others {
        let texts: Vec<(Option<String>, String)> = manifests(other).iter().map(|(path, text)| (package_name(path, text), plain(text))).collect();
        let uses_name = |name: &String| texts.iter().any(|(own, text)| own.as_ref() != Some(name) && holds_name(text, name));
        let uses = |names: &BTreeSet<String>| names.iter().any(uses_name);
        for (folder, _) in names.iter().filter(|(folder, names)| *folder != other && uses(names)) {
            found.entry(folder).or_default().push(other);
        }
    }
    found
}

/// The name by which manifests of other packages name a package, as [`plain`] text.
fn package_name(path: &str, text: &str) -> Option<String> {
    let (folder, file) = split(path);
    let value = |line: &str| line.trim_start_matches([' ', '=', ':', '"', '\'']).split(['"', '\'', ' ', ',']).next().map(str::to_owned);
    let name = match file {
        "package.json" | "composer.json" | "deno.json" => serde_json::from_str::<serde_json::Value>(text).ok()?.get("name")?.as_str()?.to_owned(),
        "go.mod" => text.lines().find_map(|line| line.trim().strip_prefix("module "))?.trim().trim_matches('"').to_owned(),
        "pom.xml" => {
            let own = text.split_once("</parent>").map_or(text, |(_, own)| own);
            own.split_once("<artifactId>")?.1.split('<').next()?.to_owned()
        }
        "build.gradle" | "build.gradle.kts" => format!(":{}", split(folder).1),
        file if MANIFEST_EXTENSIONS.iter().any(|end| file.ends_with(end)) => file.to_owned(),
        _ => text.lines().find_map(|line| line.trim().strip_prefix("name").filter(|rest| rest.trim_start().starts_with('=')).and_then(value))?,
    };
    (name.len() > 2).then(|| plain(&name))
}

/// A text in which names are alike that a language does not tell apart: `acme_auth` and `Acme-Auth`.
fn plain(text: &str) -> String {
    text.to_lowercase().replace('_', "-")
}

/// Whether a text holds a name that is no part of another one.
fn holds_name(text: &str, name: &str) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-');
    // `:libs:auth` is `:auth`.
    let is_begun = |at: usize| name.starts_with(':') || !is_part(text.as_bytes()[..at].last());
    text.match_indices(name).any(|(at, _)| is_begun(at) && !is_part(text.as_bytes().get(at + name.len())))
}

/// A path as folder and name.
pub fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn is_manifest(name: &str) -> bool {
    MANIFESTS.contains(&name) || MANIFEST_EXTENSIONS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_nearest_package() {
        let paths = ["package.json", "src/a.ts", "services/pay/go.mod", "services/pay/cmd/main.go", "web/App/App.csproj", "web/App/x/A.cs"];
        let files = Files::new(paths.into_iter());
        for (path, package) in [("src/a.ts", ""), ("services/pay/cmd/main.go", "services/pay"), ("web/App/x/A.cs", "web/App"), ("other/x", "")] {
            assert_eq!(files.package_of(path), package, "{path}");
        }
        assert_eq!(files.of_package(""), [0, 1]);
        assert_eq!(files.of_package("services/pay"), [2, 3]);
        assert_eq!(files.folders_at("pay/cmd"), ["services/pay/cmd"]);
    }

    #[test]
    fn a_package_has_modules_of_its_own() {
        let files = Files::new(["app/pyproject.toml", "app/src/aelix/client.py", "app/java/com/bank/A.java", "aelix_sdk.py"].into_iter());
        let has =
            |path: &str, own: &str| Modules::of("app", Some("acme-aelix".into()), &files).has(&Module { provider: 0, path: path.into(), own: own.into() });
        assert!(has("aelix.client", "aelix") && has("com.bank.A", "com/bank") && has("acme_aelix::x", "acme_aelix"));
        assert!(!has("aelix_sdk", "aelix_sdk") && !has("ai.bank.A", "ai/bank") && !has("@aelix/sdk", "") && !has("acme_aelixed", "acme_aelixed"));
    }

    #[test]
    fn manifests_say_which_packages_use_another() {
        let all = [
            ("a/package.json", "{ \"name\": \"@acme/auth\" }"),
            ("b/package.json", "{ \"name\": \"web\", \"dependencies\": { \"@acme/auth\": \"workspace:*\" } }"),
            ("c/package.json", "{ \"dependencies\": { \"@acme/auth-ui\": \"1\" } }"),
            ("d/pyproject.toml", "[project]\nname = \"acme-money\"\n"),
            ("e/requirements.txt", "acme_money==1\n"),
            ("f/go.mod", "module example.org/f\n"),
            ("g/go.mod", "module example.org/g\nrequire example.org/f v0.0.0\n"),
            ("h/pom.xml", "<project><parent><artifactId>all</artifactId></parent><artifactId>h-core</artifactId></project>"),
            ("i/pom.xml", "<project><artifactId>i</artifactId><dependency><artifactId>h-core</artifactId></dependency></project>"),
            ("J/J.csproj", "<Project/>"),
            ("K/K.csproj", "<ProjectReference Include=\"..\\J\\J.csproj\" />"),
            ("l/ledger/build.gradle", ""),
            ("m/build.gradle.kts", "implementation(project(\":l:ledger\"))"),
        ];
        let files = Files::new(all.iter().map(|(path, _)| *path));
        let found = dependents(&["a", "d", "f", "h", "J", "l/ledger"], &files, |index| Some(all[index].1.to_owned()));
        let shown: Vec<String> = found.iter().map(|(used, by)| format!("{used} {}", by.join(" "))).collect();
        assert_eq!(shown, ["J K", "a b", "d e", "f g", "h i", "l/ledger m"]);
        assert!(dependents(&[], &files, |_| None).is_empty());
    }

    #[test]
    fn a_manifest_says_by_what_name_its_package_is_imported() {
        let files = Files::new(["go.mod", "a/Cargo.toml", "b/package.json"].into_iter());
        let texts = ["// x\nmodule github.com/acme/app\n\ngo 1.22\n", "[package]\nversion = \"1\"\nname = \"acme-app\"\n[lib]\nname = \"x\"\n", "{}"];
        let name = |package: &str| module_name(package, &files, |index| Some(texts[index].to_owned()));
        assert_eq!((name("").as_deref(), name("a").as_deref(), name("b")), (Some("github.com/acme/app"), Some("acme-app"), None));
    }
}
