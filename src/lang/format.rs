//! The table of configuration formats. They need no grammar: `scan/document` reads them as trees of keys and values.

/// One format of configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Name in messages: `yaml`.
    pub name: &'static str,
    /// File extensions, without the dot, in lower case.
    pub extensions: &'static [&'static str],
    /// How file names begin.
    pub beginnings: &'static [&'static str],
    /// Whole file names.
    pub file_names: &'static [&'static str],
    /// How it is read.
    pub notation: Notation,
}

/// A way to write keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// Instructions of an image: `scan/embedded` reads the shell in them.
    Dockerfile,
    /// `NAME=value` lines that a shell could read.
    Dotenv,
    /// `[section]` and `key = value` lines, without quotes.
    Ini,
    /// JSON, with comments or not.
    Json,
    /// `key=value` lines of Java.
    Properties,
    /// TOML 1.0.
    Toml,
    /// Elements and attributes.
    Xml,
    /// YAML 1.2.
    Yaml,
}

static FORMATS: &[Format] = &[
    #[cfg(feature = "lang-dockerfile")]
    Format {
        name: "dockerfile",
        extensions: &["dockerfile", "containerfile"],
        beginnings: &["Dockerfile.", "dockerfile.", "Containerfile.", "containerfile."],
        file_names: &["Dockerfile", "dockerfile", "Containerfile", "containerfile"],
        notation: Notation::Dockerfile,
    },
    #[cfg(feature = "lang-dotenv")]
    Format { name: "dotenv", extensions: &["env"], beginnings: &[".env."], file_names: &[".env", ".flaskenv"], notation: Notation::Dotenv },
    #[cfg(feature = "lang-ini")]
    Format {
        name: "ini",
        extensions: &["ini", "cfg", "cnf"],
        beginnings: &[],
        file_names: &[".npmrc", ".pypirc", ".gitconfig", ".my.cnf", ".s3cfg"],
        notation: Notation::Ini,
    },
    #[cfg(feature = "lang-json")]
    Format {
        name: "json",
        extensions: &["json", "jsonc", "json5", "tfstate", "har", "postman_collection", "postman_environment", "webmanifest"],
        beginnings: &[],
        file_names: &[".babelrc", ".eslintrc", ".swcrc", ".dockercfg"],
        notation: Notation::Json,
    },
    #[cfg(feature = "lang-properties")]
    Format { name: "properties", extensions: &["properties"], beginnings: &[], file_names: &[], notation: Notation::Properties },
    #[cfg(feature = "lang-toml")]
    Format { name: "toml", extensions: &["toml"], beginnings: &[], file_names: &["Pipfile", "Cargo.lock", "poetry.lock", "uv.lock"], notation: Notation::Toml },
    #[cfg(feature = "lang-xml")]
    Format {
        name: "xml",
        extensions: &["xml", "config", "csproj", "props", "targets", "plist", "xsd", "wsdl", "resx", "nuspec", "pom"],
        beginnings: &[],
        file_names: &[],
        notation: Notation::Xml,
    },
    #[cfg(feature = "lang-yaml")]
    Format {
        name: "yaml",
        extensions: &["yaml", "yml", "cff"],
        beginnings: &[],
        file_names: &[".clang-format", ".yamllint", "kubeconfig"],
        notation: Notation::Yaml,
    },
];

/// All formats, in the order of their names.
pub fn formats() -> &'static [Format] {
    FORMATS
}

/// The format that the name of the file says, if it is one of ours.
pub fn format_of(path: &str) -> Option<&'static Format> {
    super::detect::by_name(path).and_then(super::detect::Content::format)
}

/// First words of the names of files in which a program keeps its settings.
const SETTINGS: [&str; 10] = ["app", "application", "appsettings", "bootstrap", "config", "configuration", "credentials", "secrets", "settings", "values"];

/// Whether the name says that a program keeps its settings there: `appsettings.Production.json`, `application-prod.yml`, `web.config`.
pub fn holds_settings(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let word = name.split(['.', '-', '_']).find(|word| !word.is_empty()).unwrap_or_default();
    SETTINGS.contains(&word) || name.ends_with(".config") || name.contains("settings.") || name.contains("config.") || path.contains("config/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_the_format() {
        for (path, expected) in [
            ("a/values.yaml", "yaml"),
            ("b.YML", "yaml"),
            ("tsconfig.json", "json"),
            (".env.local", "dotenv"),
            ("prod.env", "dotenv"),
            ("setup.cfg", "ini"),
            ("Web.config", "xml"),
            ("gradle.properties", "properties"),
            ("Cargo.toml", "toml"),
            ("a.rs", ""),
        ] {
            assert_eq!(format_of(path).map_or("", |format| format.name), expected, "{path}");
        }
    }

    #[test]
    fn the_table_is_sorted_by_name() {
        assert!(formats().is_sorted_by_key(|format| format.name));
    }

    #[test]
    fn settings_are_known_by_name() {
        for (path, expected) in [
            ("appsettings.Production.json", true),
            ("src/main/resources/application-prod.yml", true),
            ("local.settings.json", true),
            ("config/jwt.yaml", true),
            ("Web.config", true),
            ("package.json", false),
            ("testdata/a.yaml", false),
        ] {
            assert_eq!(holds_settings(path), expected, "{path}");
        }
    }
}
