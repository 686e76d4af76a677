//! Which files of a package an import means, one hop: by the rules of each language, on the paths alone.

use crate::model::facts::Wanted;

use super::packages::{Files, split};

/// Files that one name is looked for in.
const MAX_FILES: usize = 24;

/// A file that may declare a name, and the path of names it has there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Index of the file.
    pub file: usize,
    /// `Config`, `SECRET`.
    pub name: Vec<String>,
}

/// A name that one file uses and another declares.
pub struct Use<'a> {
    /// Name of the language.
    pub language: &'a str,
    /// The file that uses it.
    pub file: &'a str,
    /// The name as written.
    pub name: &'a str,
    /// What it may be in full, by imports.
    pub imported: &'a [String],
}

impl<'a> Use<'a> {
    /// The use that a scan asks about.
    pub fn of(wanted: &'a Wanted) -> Self {
        Self { language: wanted.language, file: &wanted.place.relative, name: &wanted.name, imported: &wanted.imported }
    }
}

/// The files that may declare the name, most likely first. `module` gives the name that a package's manifest says (Go).
pub fn candidates(used: &Use, files: &Files, module: &dyn Fn(&str) -> Option<String>) -> Vec<Candidate> {
    let found = match used.language {
        "python" => each(used.imported, |full| python(full, used.file, files)),
        "javascript" | "typescript" | "tsx" => each(used.imported, |full| javascript(full, used.file, files)),
        "go" => go(used, files, module),
        "java" | "kotlin" => jvm(used, files),
        "csharp" => csharp(used, files),
        "ruby" => ruby(used, files),
        "php" => php(used, files),
        "rust" => rust(used, files, module),
        _ => Vec::new(),
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    for (path, name) in found {
        let Some(file) = files.index(&path).filter(|_| path != used.file && !name.is_empty()) else { continue };
        let candidate = Candidate { file, name };
        if !candidates.contains(&candidate) && candidates.len() < MAX_FILES {
            candidates.push(candidate);
        }
    }
    candidates
}

/// A path, and the path of names in it.
type Found = (String, Vec<String>);

fn each(imported: &[String], find: impl Fn(&str) -> Vec<Found>) -> Vec<Found> {
    imported.iter().flat_map(|full| find(full)).collect()
}

fn joined(folder: &str, rest: &str) -> String {
    if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") }
}

fn names(path: &str, separator: &str) -> Vec<String> {
    path.split(separator).filter(|name| !name.is_empty()).map(|name| name.trim_start_matches('$').trim_end_matches(['?', '!']).to_owned()).collect()
}

/// The folder `up` levels above a folder; `None` above the root.
fn above(folder: &str, up: usize) -> Option<&str> {
    let mut folder = folder;
    for _ in 0..up {
        if folder.is_empty() {
            return None;
        }
        folder = split(folder).0;
    }
    Some(folder)
}

/// The folder and all folders around it.
fn upwards(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| split(folder).0))
}

/// `acme.config.SECRET`, `.config.SECRET`: a module is a file or a folder with `__init__.py`.
fn python(full: &str, file: &str, files: &Files) -> Vec<Found> {
    let dots = full.len() - full.trim_start_matches('.').len();
    let all = names(full, ".");
    let folder = split(file).0;
    let bases: Vec<String> = if dots == 0 {
        upwards(folder).flat_map(|base| [base.to_owned(), joined(base, "src")]).collect()
    } else {
        // `from . import config` has a point more than `from .config import …`.
        [dots - 1, dots.saturating_sub(2)].into_iter().filter_map(|up| above(folder, up)).map(str::to_owned).collect()
    };
    for length in (1..all.len()).rev() {
        let module = all[..length].join("/");
        for base in &bases {
            let place = joined(base, &module);
            let file = [format!("{place}.py"), format!("{place}/__init__.py")].into_iter().find(|path| files.index(path).is_some());
            if let Some(file) = file {
                return vec![(file, all[length..].to_vec())];
            }
        }
    }
    Vec::new()
}

/// Extensions of modules, in the order in which they are tried.
const SCRIPTS: [&str; 8] = ["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs"];

/// `./config.SECRET`, `../settings.js.auth.secret`, `@/config.SECRET`: a path, then names.
fn javascript(full: &str, file: &str, files: &Files) -> Vec<Found> {
    let folder = split(file).0;
    let package = files.package_of(file);
    let bases: Vec<(String, &str)> = if full.starts_with('.') {
        vec![(folder.to_owned(), full)]
    } else if let Some(rest) = full.strip_prefix("@/").or_else(|| full.strip_prefix("~/")) {
        vec![(joined(package, "src"), rest), (package.to_owned(), rest)]
    } else {
        return Vec::new();
    };
    for (base, rest) in &bases {
        let from = rest.rfind('/').map_or(0, |at| at + 1);
        let points: Vec<usize> = rest[from..].match_indices('.').map(|(at, _)| from + at).collect();
        for end in points.into_iter().rev().filter(|end| *end > from) {
            let Some(path) = normal(&joined(base, &rest[..end])) else { continue };
            if let Some(file) = script(&path, files) {
                return vec![(file, names(&rest[end + 1..], "."))];
            }
        }
    }
    Vec::new()
}

fn script(path: &str, files: &Files) -> Option<String> {
    let stem = [".js", ".jsx", ".mjs", ".cjs"].iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    let has_extension = SCRIPTS.iter().any(|end| path.ends_with(&format!(".{end}")));
    let exact = has_extension.then(|| path.to_owned());
    let extended = SCRIPTS.iter().map(|end| format!("{stem}.{end}"));
    let index = SCRIPTS.iter().map(|end| format!("{path}/index.{end}"));
    exact.into_iter().chain(extended).chain(index).find(|path| files.index(path).is_some())
}

/// A path without `.` and `..`; `None` above the root.
fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Every file of a folder with this extension, each with the same name in it.
fn folder(folder: &str, extension: &str, name: &[String], files: &Files) -> Vec<Found> {
    files.within(folder).iter().filter(|path| path.ends_with(extension)).map(|path| ((*path).to_owned(), name.to_vec())).collect()
}

/// The same package is the same folder; an imported one is the folder that its module path says.
fn go(used: &Use, files: &Files, module: &dyn Fn(&str) -> Option<String>) -> Vec<Found> {
    let is_test = used.file.ends_with("_test.go");
    let own = split(used.file).0;
    let mut found = if used.name.contains('.') { Vec::new() } else { folder(own, ".go", &names(used.name, "."), files) };
    let package = files.package_of(used.file);
    let root = module(package);
    for full in used.imported {
        let from = full.rfind('/').map_or(0, |at| at + 1);
        let Some(end) = full[from..].find('.').map(|at| from + at) else { continue };
        let Some(rest) = root.as_deref().and_then(|root| full[..end].strip_prefix(root)) else { continue };
        found.extend(folder(normal(&joined(package, rest)).unwrap_or_default().as_str(), ".go", &names(&full[end + 1..], "."), files));
    }
    found.retain(|(path, _)| is_test || !path.ends_with("_test.go"));
    found
}

fn is_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase())
}

/// A class is a file of its name in the folder of its package; Kotlin also has constants outside of classes, in any file.
fn jvm(used: &Use, files: &Files) -> Vec<Found> {
    let own = split(used.file).0;
    let parts = names(used.name, ".");
    let mut found = Vec::new();
    for full in used.imported {
        let all = names(full, ".");
        for length in (1..all.len()).rev() {
            let place = all[..length].join("/");
            for end in [".java", ".kt"] {
                let class = format!("{}{end}", all[length - 1]);
                let at = format!("{place}{end}");
                let is_at = |path: &&&str| path.strip_suffix(at.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
                found.extend(files.named(&class).iter().filter(is_at).map(|path| ((*path).to_owned(), all[length..].to_vec())));
            }
        }
        let is_constant = used.language == "kotlin" && all.len() > 1;
        let folders = if is_constant { files.folders_at(&all[..all.len() - 1].join("/")) } else { Vec::new() };
        for place in folders {
            found.extend(folder(place, ".kt", &all[all.len() - 1..], files));
        }
    }
    match parts.as_slice() {
        [class, rest @ ..] if !rest.is_empty() && is_type(class) => {
            found.extend([".java", ".kt"].map(|end| (joined(own, &format!("{class}{end}")), rest.to_vec())));
            if used.language == "kotlin" {
                found.extend(folder(own, ".kt", &parts, files));
            }
        }
        [constant] if used.language == "kotlin" => found.extend(folder(own, ".kt", std::slice::from_ref(constant), files)),
        _ => {}
    }
    found
}

/// A class is a file of its name anywhere in the project.
fn csharp(used: &Use, files: &Files) -> Vec<Found> {
    let package = files.package_of(used.file);
    let written = [used.name.to_owned()];
    let mut found = Vec::new();
    for full in written.iter().chain(used.imported) {
        let all = names(full, ".");
        let [.., class, constant] = all.as_slice() else { continue };
        let in_package = files.named(&format!("{class}.cs")).iter().filter(|path| files.package_of(path) == package);
        found.extend(in_package.map(|path| ((*path).to_owned(), vec![class.clone(), constant.clone()])));
    }
    found
}

/// What the file requires, and the file that a constant of this name is loaded from by habit (`AppConfig`: `app_config.rb`).
fn ruby(used: &Use, files: &Files) -> Vec<Found> {
    let (own, package) = (split(used.file).0, files.package_of(used.file));
    let name = names(used.name, "::");
    if !name.last().is_some_and(|last| is_type(last)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for full in used.imported {
        let required = full.split("::").next().unwrap_or_default().trim_end_matches(".rb");
        let bases = [own.to_owned(), joined(package, "lib"), package.to_owned()];
        let place = bases.iter().filter_map(|base| normal(&format!("{}.rb", joined(base, required)))).find(|path| files.index(path).is_some());
        found.extend(place.map(|path| (path, name.clone())));
    }
    if let [.., class, _] = name.as_slice() {
        let in_package = files.named(&format!("{}.rb", snake(class))).iter().filter(|path| files.package_of(path) == package);
        found.extend(in_package.map(|path| ((*path).to_owned(), name.clone())));
    }
    found
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut before_is_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && before_is_lower {
            out.push('_');
        }
        before_is_lower = !c.is_uppercase();
        out.extend(c.to_lowercase());
    }
    out
}

/// A class is a file of its name; of several the one whose folders agree most with the namespace.
fn php(used: &Use, files: &Files) -> Vec<Found> {
    let package = files.package_of(used.file);
    let full = used.imported.first().map_or(used.name, String::as_str);
    let Some((class, constant)) = full.rsplit_once("::") else { return Vec::new() };
    let spaces = names(class, "\\");
    let Some(last) = spaces.last() else { return Vec::new() };
    let own = format!("{}/", split(used.file).0);
    let agreement = |path: &str| {
        let folders: Vec<&str> = split(path).0.split('/').collect();
        let by_name = folders.iter().rev().zip(spaces.iter().rev().skip(1)).take_while(|(folder, space)| folder.eq_ignore_ascii_case(space)).count();
        (by_name, format!("{}/", split(path).0) == own)
    };
    let in_package = files.named(&format!("{last}.php")).iter().filter(|path| files.package_of(path) == package);
    let best = in_package.max_by_key(|path| agreement(path));
    best.map(|path| ((*path).to_owned(), vec![last.clone(), constant.trim_start_matches('$').to_owned()])).into_iter().collect()
}

/// `crate::config::SECRET`, `super::config::SECRET`, `config::SECRET` of a module beside this file: a module is a file or a folder with `mod.rs`.
fn rust(used: &Use, files: &Files, module: &dyn Fn(&str) -> Option<String>) -> Vec<Found> {
    let package = files.package_of(used.file);
    let (folder, name) = split(used.file);
    // The folder in which the modules of this file are.
    let own = match name {
        "main.rs" | "lib.rs" | "mod.rs" => folder.to_owned(),
        name => joined(folder, name.trim_end_matches(".rs")),
    };
    let written = [used.name.to_owned()];
    let crate_name = module(package).map(|name| name.replace('-', "_"));
    let mut found = Vec::new();
    for full in written.iter().chain(used.imported) {
        let all = names(full, "::");
        let (base, rest) = match all.first().map(String::as_str) {
            Some("crate") => (joined(package, "src"), &all[1..]),
            Some("self") => (own.clone(), &all[1..]),
            Some("super") => {
                let up = all.iter().take_while(|name| *name == "super").count();
                (above(&own, up).unwrap_or_default().to_owned(), &all[up..])
            }
            Some(name) if crate_name.as_deref() == Some(name) => (joined(package, "src"), &all[1..]),
            _ => (own.clone(), &all[..]),
        };
        for length in (0..rest.len()).rev() {
            let place = joined(&base, &rest[..length].join("/"));
            let place = place.trim_end_matches('/');
            let places = [format!("{place}.rs"), format!("{place}/mod.rs"), format!("{place}/lib.rs"), format!("{place}/main.rs")];
            if let Some(path) = places.into_iter().find(|path| files.index(path).is_some() && path != used.file) {
                found.push((path, rest[length..].to_vec()));
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str], language: &str, file: &str, (name, imported): (&str, &[&str])) -> Vec<String> {
        let files = Files::new(paths.iter().copied());
        let imported: Vec<String> = imported.iter().map(|i| (*i).to_owned()).collect();
        let used = Use { language, file, name, imported: &imported };
        let module = |package: &str| Some(if language == "go" { format!("github.com/acme/{}", split(package).1) } else { "acme-app".to_owned() });
        let mut all = candidates(&used, &files, &module);
        all.dedup();
        all.iter().map(|c| format!("{} {}", paths[c.file], c.name.join("."))).collect()
    }

    #[test]
    fn imports_lead_to_files() {
        let python = ["app/client.py", "app/config.py", "app/auth/__init__.py", "src/acme/keys.py", "tests/config.py"];
        let script = ["src/client.ts", "src/config.ts", "src/auth/index.js", "package.json", "settings.js"];
        let go = ["app/go.mod", "app/cmd/main.go", "app/cmd/keys.go", "app/cmd/keys_test.go", "app/internal/config/config.go", "config/config.go"];
        let java = ["src/main/java/com/acme/Client.java", "src/main/java/com/acme/Config.java", "src/main/java/com/acme/keys/Keys.java", "x/Config.java"];
        let kotlin = ["src/com/acme/Client.kt", "src/com/acme/Keys.kt", "src/com/acme/conf/All.kt"];
        let csharp = ["App/App.csproj", "App/Client.cs", "App/Settings/Keys.cs", "Other/Other.csproj", "Other/Keys.cs"];
        let ruby = ["Gemfile", "lib/client.rb", "lib/config.rb", "app/app_keys.rb"];
        let php = ["composer.json", "src/Client.php", "src/Config.php", "src/Auth/Config.php"];
        let rust = ["Cargo.toml", "src/main.rs", "src/client.rs", "src/config.rs", "src/auth/mod.rs", "src/auth/keys.rs"];
        for (paths, language, file, used, expected) in [
            (python.as_slice(), "python", "app/client.py", ("SECRET", ["config.SECRET"].as_slice()), vec!["app/config.py SECRET"]),
            (&python, "python", "app/client.py", ("SECRET", &[".config.SECRET"]), vec!["app/config.py SECRET"]),
            (&python, "python", "app/client.py", ("config.SECRET", &["..config.SECRET"]), vec!["app/config.py SECRET"]),
            (&python, "python", "app/client.py", ("S", &["app.auth.Keys.S"]), vec!["app/auth/__init__.py Keys.S"]),
            (&python, "python", "app/client.py", ("S", &["acme.keys.S"]), vec!["src/acme/keys.py S"]),
            (&python, "python", "app/client.py", ("S", &["os.environ.S"]), vec![]),
            (&script, "typescript", "src/client.ts", ("SECRET", &["./config.SECRET"]), vec!["src/config.ts SECRET"]),
            (&script, "typescript", "src/client.ts", ("S", &["./config.js.S"]), vec!["src/config.ts S"]),
            (&script, "typescript", "src/client.ts", ("a.b", &["./auth.secret.value"]), vec!["src/auth/index.js secret.value"]),
            (&script, "typescript", "src/client.ts", ("S", &["@/config.S"]), vec!["src/config.ts S"]),
            (&script, "typescript", "src/client.ts", ("S", &["../settings.S"]), vec!["settings.js S"]),
            (&script, "typescript", "src/client.ts", ("S", &["config.S"]), vec![]),
            (&go, "go", "app/cmd/main.go", ("secret", &[]), vec!["app/cmd/keys.go secret"]),
            (&go, "go", "app/cmd/main.go", ("config.Secret", &["github.com/acme/app/internal/config.Secret"]), vec!["app/internal/config/config.go Secret"]),
            (&go, "go", "app/cmd/main.go", ("config.Secret", &["github.com/other/config.Secret"]), vec![]),
            (&java, "java", java[0], ("Config.SECRET", &[]), vec!["src/main/java/com/acme/Config.java SECRET"]),
            (&java, "java", java[0], ("Keys.SECRET", &["com.acme.keys.Keys.SECRET"]), vec!["src/main/java/com/acme/keys/Keys.java SECRET"]),
            (&java, "java", java[0], ("SECRET", &["com.acme.keys.Keys.SECRET"]), vec!["src/main/java/com/acme/keys/Keys.java SECRET"]),
            (&java, "java", java[0], ("Config.SECRET", &["org.other.Config.SECRET"]), vec!["src/main/java/com/acme/Config.java SECRET"]),
            (&kotlin, "kotlin", kotlin[0], ("SECRET", &[]), vec!["src/com/acme/Keys.kt SECRET"]),
            (&kotlin, "kotlin", kotlin[0], ("SECRET", &["com.acme.conf.SECRET"]), vec!["src/com/acme/conf/All.kt SECRET", "src/com/acme/Keys.kt SECRET"]),
            (&csharp, "csharp", "App/Client.cs", ("Keys.Secret", &["System.Keys.Secret"]), vec!["App/Settings/Keys.cs Keys.Secret"]),
            (&ruby, "ruby", "lib/client.rb", ("SECRET", &["config::SECRET"]), vec!["lib/config.rb SECRET"]),
            (&ruby, "ruby", "lib/client.rb", ("AppKeys::SECRET", &[]), vec!["app/app_keys.rb AppKeys.SECRET"]),
            (&php, "php", "src/Client.php", ("Config::SECRET", &["App\\Auth\\Config::SECRET"]), vec!["src/Auth/Config.php Config.SECRET"]),
            (&php, "php", "src/Client.php", ("Config::SECRET", &[]), vec!["src/Config.php Config.SECRET"]),
            (&rust, "rust", "src/client.rs", ("SECRET", &["crate::config::SECRET"]), vec!["src/config.rs SECRET"]),
            (&rust, "rust", "src/client.rs", ("crate::auth::keys::SECRET", &[]), vec!["src/auth/keys.rs SECRET"]),
            (&rust, "rust", "src/auth/keys.rs", ("super::S", &[]), vec!["src/auth/mod.rs S"]),
            (&rust, "rust", "src/client.rs", ("S", &["super::config::S"]), vec!["src/config.rs S"]),
            (&rust, "rust", "src/main.rs", ("config::S", &[]), vec!["src/config.rs S"]),
            (&rust, "rust", "src/main.rs", ("S", &["acme_app::config::S"]), vec!["src/config.rs S"]),
        ] {
            assert_eq!(found(paths, language, file, used), expected, "{language} {file} {used:?}");
        }
    }
}
