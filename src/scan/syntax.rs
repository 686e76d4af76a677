//! Bytes and a language → tree → neutral facts. What a literal amounts to is folded here: pieces joined, wrappers seen through, constants and variables followed within the file.

mod construct;
mod export;
mod fold;
mod outline;
mod query;
mod resources;

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tree_sitter::{Node, ParseOptions};

use crate::lang::{Import, Language};
use crate::model::facts::{Argument, Binding, Call, Value};
use crate::text::{Mapped, Span};

pub use construct::{Construct, Field, Part, Shape};
use fold::Folder;
use outline::{Capture, Outline};
pub use query::captured;

/// Strings within strings that are looked at.
const MAX_NESTED_TEXTS: usize = 16;
/// Arguments of one call that are looked at.
const MAX_ARGUMENTS: usize = 32;
/// Longest name that is looked up, in bytes.
const MAX_NAME: usize = 128;

/// Pieces of work that any file may be.
const BASE_WORK: u64 = 1_000;
/// Bytes of a file for which it may be one piece more.
const BYTES_OF_WORK: usize = 16;

/// Brackets in brackets, wherever they stand: in text and comments too.
const MAX_NESTING: usize = 4096;
/// Links of a chain of what nests to the right.
const MAX_CHAIN: usize = 512;

/// How much work one file may be.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Larger files are not parsed.
    pub max_bytes: usize,
    /// Pieces of work, of some hundred operations of the parser each, after which parsing stops. Work is counted and not timed, so that what is found does
    /// not depend on how busy the machine is: the densest programs seen take 20,000 a MiB. A short file may take [`BASE_WORK`] and one piece more for each
    /// [`BYTES_OF_WORK`] bytes: what a grammar does not understand can take very long, however short it is.
    pub max_work: u64,
    /// Parsing stops after this long all the same, should its pieces of work take very long.
    pub max_time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { max_bytes: 1 << 20, max_work: 40_000, max_time: Duration::from_secs(60) }
    }
}

/// Why there are no facts: only the text rules apply to the file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Bound {
    /// The file is larger than the bound.
    #[error("not parsed: {bytes} bytes are more than the {max} that are parsed, so only the text rules apply")]
    Size {
        /// Its length in bytes.
        bytes: usize,
        /// The bound in bytes.
        max: usize,
    },
    /// Parsing was more work than the bound.
    #[error("not parsed: it takes too much work, so only the text rules apply")]
    Work,
    /// Parsing took longer than the bound.
    #[error("not parsed: it took longer than {} ms, so only the text rules apply", .max.as_millis())]
    Time {
        /// The bound.
        max: Duration,
    },
    /// Brackets or operators are nested deeper than the bound: a parser that follows several readings of them at once would run out of stack.
    #[error("not parsed: it is nested too deep, so only the text rules apply")]
    Nesting,
    /// Grammar or query cannot be used: a defect of this program.
    #[error("not parsed: the grammar of {language} cannot be used, so only the text rules apply; please report this")]
    Grammar {
        /// Name of the language.
        language: &'static str,
    },
}

/// What is left of the work that one file may be.
struct Budget {
    work: Cell<u64>,
    deadline: Instant,
    bounds: Bounds,
}

impl Budget {
    fn new(bounds: Bounds, bytes: usize) -> Self {
        let own = BASE_WORK + (bytes / BYTES_OF_WORK) as u64;
        Self { work: Cell::new(bounds.max_work.min(own)), deadline: Instant::now() + bounds.max_time, bounds }
    }

    /// Takes one piece of work, some hundred operations of a parser or some thousand steps of a search; `Break` when none is left.
    fn spend(&self) -> ControlFlow<()> {
        let left = self.work.get();
        self.work.set(left.saturating_sub(1));
        if left == 0 || Instant::now() > self.deadline { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Which bound was reached.
    fn bound(&self) -> Bound {
        if self.work.get() == 0 { Bound::Work } else { Bound::Time { max: self.bounds.max_time } }
    }
}

/// What one file says.
#[derive(Debug, Default)]
pub struct Facts {
    /// Calls in the order of the bytes.
    pub calls: Vec<Call>,
    /// Assignments, fields, keys in the order of the bytes.
    pub bindings: Vec<Binding>,
    /// Names taken from elsewhere.
    pub imports: Vec<Import>,
    /// Functions in the order of the bytes.
    pub functions: Vec<Function>,
    /// Code that only tests run.
    pub tests: Vec<Span>,
    /// Strings, bare words and comments, in the order of the bytes: where text may stand.
    pub texts: Vec<Span>,
    /// What the grammar does not understand.
    pub errors: Vec<Span>,
    /// A bound of time, work or memory was reached: some values are not known that might be.
    pub incomplete: bool,
}

/// A function that is declared in a file.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// The names of its parameters, without the object that a method is called on.
    pub parameters: Vec<String>,
    /// All of it.
    pub span: Span,
}

impl Facts {
    /// Whether these bytes stand in a string, a bare word or a comment.
    pub fn is_text(&self, span: Span) -> bool {
        let before = self.texts.partition_point(|text| text.start <= span.start);
        self.texts[..before].iter().rev().take(MAX_NESTED_TEXTS).any(|text| text.contains(span))
    }
}

/// A block of infrastructure code, with spans instead of places.
#[derive(Clone, Debug)]
pub struct RawResource {
    /// `aws_secretsmanager_secret`; for other blocks their type: `variable`, `provider`, `locals`, `terraform`.
    pub kind: String,
    /// Its name within its kind; empty where the block has none.
    pub name: String,
    /// Attributes and nested blocks by dotted path, in source order.
    pub attributes: Vec<RawAttribute>,
    /// The header: `resource "type" "name"`.
    pub span: Span,
}

impl RawResource {
    /// The same, in the file that it was taken from. `None` where it stands nowhere in it.
    pub fn through(mut self, text: &Mapped) -> Option<Self> {
        let place = |span: Span| text.pieces(span).into_iter().find(|piece| !piece.is_empty());
        self.span = place(self.span)?;
        self.attributes.retain_mut(|attribute| place(attribute.span).map(|span| attribute.span = span).is_some());
        Some(self)
    }
}

/// One attribute of a [`RawResource`]; a nested block is one too, with an unknown value and its labels as expression.
#[derive(Clone, Debug)]
pub struct RawAttribute {
    /// Dotted path within the resource: `rotation_rules.automatically_after_days`, `tags.team`.
    pub path: String,
    /// The value, `Unknown` for an expression.
    pub value: Value,
    /// The expression as written.
    pub expression: String,
    /// Name and value.
    pub span: Span,
}

/// A parser that is kept for all files of a thread.
#[derive(Default)]
pub struct Parser {
    tree_sitter: tree_sitter::Parser,
    language: Option<&'static str>,
}

/// What `bytes` say in `language`.
pub fn facts(bytes: &[u8], language: &'static Language, parser: &mut Parser, bounds: Bounds) -> Result<Facts, Bound> {
    with_outline(bytes, language, parser, bounds, |outline, budget| Folder::new(outline, budget).facts())
}

/// The same with parameters that are not known: each call may give something else.
pub fn facts_of_each_call(bytes: &[u8], language: &'static Language, parser: &mut Parser, bounds: Bounds) -> Result<Facts, Bound> {
    with_outline(bytes, language, parser, bounds, |outline, budget| Folder::with_open_parameters(outline, budget).facts())
}

/// What names of a file mean to other files, each by its path of names (`Config`, `SECRET`).
pub fn exports(bytes: &[u8], language: &'static Language, parser: &mut Parser, names: &[Vec<String>]) -> Result<Vec<Option<Argument>>, Bound> {
    with_outline(bytes, language, parser, Bounds::default(), |outline, budget| {
        let mut folder = Folder::new(outline, budget);
        names.iter().map(|name| folder.exported(name)).collect()
    })
}

/// The top-level blocks of a Terraform file.
pub fn resources(bytes: &[u8], language: &'static Language, parser: &mut Parser, bounds: Bounds) -> Result<Vec<RawResource>, Bound> {
    with_outline(bytes, language, parser, bounds, |outline, budget| Folder::new(outline, budget).resources())
}

/// The calls of a program whose callee is wanted, with the names that it takes from elsewhere.
pub fn constructs(
    bytes: &[u8],
    language: &'static Language,
    parser: &mut Parser,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<(Vec<Construct>, Vec<Import>), Bound> {
    with_outline(bytes, language, parser, Bounds::default(), |outline, budget| {
        (Folder::with_open_parameters(outline, budget).with_steps(construct::MAX_STEPS).constructs(wanted), outline.imports.clone())
    })
}

/// Parses, runs the query, and hands the captures to `then`.
fn with_outline<R>(
    bytes: &[u8],
    language: &'static Language,
    parser: &mut Parser,
    bounds: Bounds,
    then: impl FnOnce(&Outline, &Budget) -> R,
) -> Result<R, Bound> {
    if bytes.len() > bounds.max_bytes {
        return Err(Bound::Size { bytes: bytes.len(), max: bounds.max_bytes });
    }
    if is_nested_too_deep(bytes) {
        return Err(Bound::Nesting);
    }
    let unusable = || Bound::Grammar { language: language.name };
    let query = language.query().map_err(|_| unusable())?;
    if parser.language != Some(language.name) {
        parser.tree_sitter.set_language(&(language.grammar)()).map_err(|_| unusable())?;
        parser.language = Some(language.name);
    }
    let budget = Budget::new(bounds, bytes.len());
    let tree = tree(bytes, parser, &budget)?;
    let mut outline = Outline::new(bytes, language);
    let names: Vec<Capture> = query.captures().iter().map(|name| Capture::of(name)).collect();
    if query.matches(&tree, bytes, &mut || budget.spend(), |found| outline.take(found, &names)).is_break() {
        return Err(budget.bound());
    }
    outline.finish();
    Ok(then(&outline, &budget))
}

/// The tree of `bytes` in the language that the parser is set to.
fn tree(bytes: &[u8], parser: &mut Parser, budget: &Budget) -> Result<tree_sitter::Tree, Bound> {
    let mut spend = |_: &tree_sitter::ParseState| budget.spend();
    let options = ParseOptions::new().progress_callback(&mut spend);
    let tree = parser.tree_sitter.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
    tree.ok_or_else(|| {
        parser.tree_sitter.reset();
        budget.bound()
    })
}

/// Brackets in brackets, and chains of what nests to the right (`a | a | …`, `a => a => …`): where one of them is cut off, the parser's memory grows with
/// the square of its length.
fn is_nested_too_deep(bytes: &[u8]) -> bool {
    let (mut depth, mut angles, mut chain, mut last) = (0_usize, 0_usize, 0_usize, b'\n');
    bytes.iter().any(|&byte| {
        match byte {
            b'{' | b'[' | b'(' => {
                depth += 1;
                angles = 0;
            }
            b'<' => angles += 1,
            b'|' => chain += 1,
            b'>' => {
                angles = angles.saturating_sub(1);
                chain += usize::from(last == b'=');
            }
            b';' => (chain, angles) = (0, 0),
            b',' => chain = 0,
            b'\n' if last != b'|' => chain = 0,
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                chain = 0;
            }
            b':' => angles = 0,
            _ => {}
        }
        if !byte.is_ascii_whitespace() || byte == b'\n' && last != b'|' {
            last = byte;
        }
        depth > MAX_NESTING || angles.max(chain) > MAX_CHAIN
    })
}

fn span(node: Node) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}

/// 1-based line of the first byte of a node.
fn line(node: Node) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}

/// The last name of a path: `clientSecret` of `this.config.clientSecret`.
pub(crate) fn last_name(path: &str) -> &str {
    path.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(path)
}

/// Whether `callee` is one of `wanted`: equal, or ending in it at a segment border.
pub(crate) fn is_callee(callee: &str, wanted: &[&str]) -> bool {
    let ends_name = |rest: &str| rest.is_empty() || !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    wanted.iter().any(|w| callee.strip_suffix(w).is_some_and(|rest| rest.is_empty() || (!w.starts_with('.') && ends_name(rest))))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::lang;
    use crate::model::facts::StepKind;

    fn rust(code: &str) -> Facts {
        facts(code.as_bytes(), lang::of("a.rs").unwrap(), &mut Parser::default(), Bounds::default()).unwrap()
    }

    /// The first argument of the call of `sink`.
    fn sunk(code: &str) -> String {
        let facts = rust(code);
        let call = facts.calls.iter().find(|c| c.callee == "sink").unwrap();
        show(&call.arguments[0].value)
    }

    fn show(value: &Value) -> String {
        match value {
            Value::Literal { text, .. } => format!("={}", String::from_utf8_lossy(text)),
            Value::Reference => "reference".into(),
            Value::Interpolated => "interpolated".into(),
            Value::Unknown => "unknown".into(),
        }
    }

    #[test]
    fn values_are_folded() {
        for (expression, expected) in [
            (r#""abc""#, "=abc"),
            (r#""a\x62c""#, "=abc"),
            (r##"r#"a"b"#"##, "=a\"b"),
            (r#""""#, "="),
            (r#""a".to_string()"#, "=a"),
            (r#"String::from("a").into()"#, "=a"),
            (r#"&*std::string::String::from("a")"#, "=a"),
            (r#"Some(SecretString::from("a".to_owned()))"#, "=a"),
            (r#"concat!("a", "b", r"c")"#, "=abc"),
            (r#""a".to_string() + "b" + "c""#, "=abc"),
            (r#"format!("abc")"#, "=abc"),
            (r#"format!("a{}", x)"#, "interpolated"),
            (r#""a".to_string() + other"#, "interpolated"),
            (r#"["a", "b"].concat()"#, "=ab"),
            (r#"["a", "b", "c"].join("-")"#, "=a-b-c"),
            (r#"std::env::var("X")?"#, "reference"),
            (r#"env::var("X").expect("X is set")"#, "reference"),
            (r#"env!("X")"#, "reference"),
            (r#"env::var("X").unwrap_or_else(|_| "a".to_string())"#, "=a"),
            (r#"env::var("X").unwrap_or("a".into())"#, "=a"),
            (r#"match env::var("X") { Ok(v) => v, Err(_) => "a".to_string() }"#, "=a"),
            (r#"if let Ok(v) = env::var("X") { v } else { "a".into() }"#, "=a"),
            (r#"String::from_utf8(base64::decode("YWJj").unwrap()).unwrap()"#, "=abc"),
            ("String::from_utf8(vec![97, 0x62, b'c']).unwrap()", "=abc"),
            (r#"std::str::from_utf8(b"abc")?"#, "=abc"),
            ("passed.to_string()", "=given"),
            (r#"format!("{}{}", TOP, "a")"#, "=topa"),
            (r#"vault.get_secret("a").await?"#, "unknown"),
            ("call(1)", "unknown"),
            ("other", "unknown"),
            (r#"a.join("b")"#, "unknown"),
            ("TOP", "=top"),
            ("Self::INNER", "=inner"),
            ("crate::TOP.to_string()", "=top"),
            ("local", "=local"),
            ("PARTS.concat()", "=xy"),
            ("config.local", "unknown"),
            ("changed", "unknown"),
            ("shadowed", "unknown"),
            ("later", "unknown"),
            ("outer", "=two"),
        ] {
            let code = format!(
                r#"const TOP: &str = "top"; const PARTS: [&str; 2] = ["x", "y"];
                impl A {{ const INNER: &'static str = "inner"; fn f(&self, shadowed: &str, passed: &str) {{
                    let local = "local"; let mut changed = "one"; changed = x(); let outer = "one"; let outer = "two";
                    {{ let outer = "three"; }}
                    sink({expression}); let later = "later";
                }} }} const shadowed: &str = "no"; fn g(a: A, x: &str) {{ a.f(x, "given") }}"#
            );
            assert_eq!(sunk(&code), expected, "{expression}");
        }
    }

    #[test]
    fn pieces_stand_where_the_text_is() {
        let code = r#"fn f() { sink(concat!("ab", "cd")) }"#;
        let facts = rust(code);
        let call = facts.calls.iter().find(|c| c.callee == "sink").unwrap();
        let Value::Literal { pieces, .. } = &call.arguments[0].value else { panic!() };
        assert_eq!(pieces.iter().map(|p| &code[p.range()]).collect::<Vec<_>>(), ["ab", "cd"]);
    }

    #[test]
    fn the_way_of_a_value_is_kept() {
        let facts = rust("const A: &str = \"x\";\nfn f() {\n  let b = A;\n  sink(b)\n}");
        let path = &facts.calls[0].arguments[0].path;
        let steps: Vec<_> = path.iter().map(|s| (s.kind, s.name.as_str(), s.line)).collect();
        assert_eq!(steps, [(StepKind::Variable, "b", 3), (StepKind::Constant, "A", 1)]);
    }

    #[test]
    fn calls_bindings_imports_and_tests_are_facts() {
        let facts = rust(
            "use oauth2::{ClientSecret, Scope};\nfn f() { a::b::<T>(1); x.y(2); z!(3); let n = S { field: \"v\" }; }\n#[cfg(test)]\n#[allow(unused)]\nmod tests { fn g() {} }\n#[cfg(not(test))] mod m {}\n#[tokio::test]\nasync fn t() {}",
        );
        assert_eq!(facts.calls.iter().map(|c| c.callee.as_str()).collect::<Vec<_>>(), ["a::b", ".y", "z!"]);
        assert_eq!(facts.bindings.iter().map(|b| b.name.as_str()).collect::<Vec<_>>(), ["n", "field"]);
        assert_eq!(facts.imports.len(), 2);
        assert_eq!(facts.tests.len(), 2);
    }

    #[test]
    fn cycles_and_doubling_end() {
        assert_eq!(sunk("const A: &str = B; const B: &str = A; fn f() { sink(A) }"), "unknown");
        let mut code = String::from("const A0: &str = \"xxxxxxxxxxxxxxxx\";");
        for n in 1..30 {
            let _ = write!(code, "const A{n}: String = A{0} + A{0};", n - 1);
        }
        assert_ne!(sunk(&format!("{code} fn f() {{ sink(A29) }}")), "=");
    }

    #[test]
    fn deep_nesting_ends_without_overflow() {
        for (open, close) in [("(", ")"), ("{", "}"), ("[", "]"), ("f(", ")"), ("|x| ", ""), ("&", ""), ("if x {", "}")] {
            let depth = 50_000;
            let code = format!("fn f() {{ sink({}\"x\"{}) }}", open.repeat(depth), close.repeat(depth));
            let bounds = Bounds { max_time: Duration::from_millis(500), ..Bounds::default() };
            let run = std::thread::Builder::new().stack_size(256 * 1024);
            let ended = run.spawn(move || facts(code.as_bytes(), lang::of("a.rs").unwrap(), &mut Parser::default(), bounds).is_ok()).unwrap().join();
            assert!(ended.is_ok(), "{open}");
        }
    }

    #[test]
    fn bounds_are_kept_and_the_parser_still_works() {
        let language = lang::of("a.rs").unwrap();
        let mut parser = Parser::default();
        let small = Bounds { max_bytes: 10, ..Bounds::default() };
        assert!(matches!(facts(b"fn main() {}", language, &mut parser, small), Err(Bound::Size { bytes: 12, max: 10 })));
        let none = Bounds { max_time: Duration::ZERO, ..Bounds::default() };
        let long = "fn f() { g(1) }\n".repeat(20_000);
        assert!(matches!(facts(long.as_bytes(), language, &mut parser, none), Err(Bound::Time { .. })));
        let little = Bounds { max_work: 100, ..Bounds::default() };
        assert_eq!(facts(long.as_bytes(), language, &mut parser, little).unwrap_err(), Bound::Work);
        assert!(facts(long.as_bytes(), language, &mut parser, Bounds::default()).is_ok_and(|facts| !facts.incomplete), "ordinary code has room");
        let deep = "{a:".repeat(MAX_NESTING + 1);
        assert_eq!(facts(deep.as_bytes(), language, &mut parser, Bounds::default()).unwrap_err(), Bound::Nesting);
        assert_eq!(facts(b"fn f() { g(1) }", language, &mut parser, Bounds::default()).unwrap().calls.len(), 1);
        assert!(facts(b"\xff\xfe fn f(\"\xff\") }{ \x00", language, &mut parser, Bounds::default()).is_ok());
    }

    #[test]
    fn terraform_blocks_are_flattened() {
        let code = r#"
variable "days" {
  default = 400
  validation {
    condition = var.days <= 90
  }
}
terraform {
  backend "s3" {}
}
resource "aws_x" "y" {
  name = "a-${var.env}"
  days = -1
  rotation_rules { automatically_after_days = 365 }
  dynamic "rule" {
    for_each = [1]
    content { flag = true }
  }
  tags = {
    rotation = "external"
    "Team"   = "a\"b"
  }
  ref = aws_y.z.id
}
locals { n = 3 }
"#;
        let found = resources(code.as_bytes(), lang::of("main.tf").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
        let heads: Vec<_> = found.iter().map(|r| (r.kind.as_str(), r.name.as_str(), &code[r.span.range()])).collect();
        assert_eq!(
            heads,
            [("variable", "days", "variable \"days\""), ("terraform", "", "terraform"), ("aws_x", "y", "resource \"aws_x\" \"y\""), ("locals", "", "locals")]
        );
        let show = |r: &RawResource| r.attributes.iter().map(|a| format!("{} {} {}", a.path, show(&a.value), a.expression)).collect::<Vec<_>>();
        assert_eq!(show(&found[0]), ["default =400 400", "validation unknown ", "validation.condition unknown var.days <= 90"]);
        assert_eq!(show(&found[1]), ["backend unknown s3"]);
        let resource = show(&found[2]);
        for expected in [
            "name interpolated \"a-${var.env}\"",
            "rotation_rules unknown ",
            "rotation_rules.automatically_after_days =365 365",
            "rule unknown ",
            "rule.flag =true true",
            "tags.rotation =external \"external\"",
            "tags.Team =a\"b \"a\\\"b\"",
            "ref unknown aws_y.z.id",
        ] {
            assert!(resource.iter().any(|r| r == expected), "{expected} in {resource:?}");
        }
        let days = &found[2].attributes.iter().find(|a| a.path.ends_with("after_days")).unwrap();
        assert_eq!(&code[days.span.range()], "automatically_after_days = 365");
    }

    #[cfg(feature = "lang-python")]
    #[test]
    fn values_of_python_are_folded() {
        for (expression, expected) in [
            ("'abc'", "=abc"),
            (r"'a\x62c'", "=abc"),
            (r"r'a\x62c'", r"=a\x62c"),
            ("'ab' 'cd'", "=abcd"),
            ("'ab' + \"cd\" + '''e'''", "=abcde"),
            ("f'a{TOP}b'", "=atopb"),
            ("f'a{other}b'", "interpolated"),
            ("'-'.join(['a', 'b'])", "=a-b"),
            ("''.join(PARTS)", "=xy"),
            ("'{}-{}'.format('a', TOP)", "=a-top"),
            ("base64.b64decode('YWJj').decode()", "=abc"),
            ("b64decode('YW' + 'Jj')", "=abc"),
            ("bytes.fromhex('616263').decode('utf-8')", "=abc"),
            ("bytes([97, 0x62])", "=ab"),
            ("'cba'[::-1]", "=abc"),
            ("os.environ['X']", "reference"),
            ("os.environ.get('X')", "reference"),
            ("os.environ.get('X', 'abc')", "=abc"),
            ("os.getenv('X', default='abc')", "=abc"),
            ("os.getenv('X') or 'abc'", "=abc"),
            ("TOP", "=top"),
            ("self.field", "=field"),
            ("A.INNER", "=inner"),
            ("local", "=local"),
            ("passed", "=given"),
            ("other", "unknown"),
            ("call('x')", "unknown"),
            ("bytes('x', 'utf-8')", "=x"),
            ("str(b'abc', 'utf-8')", "=abc"),
            ("cast(str, 'abc')", "=abc"),
            ("typing.cast(str, 'abc')", "=abc"),
            ("''.join(reversed('cba'))", "=abc"),
            ("bytes.fromhex('61 62\\t63')", "=abc"),
            ("unquote_plus('a+b%2Bc')", "=a b+c"),
            ("unquote('a+b%+4')", "interpolated"),
            ("f'a{{b}}c'", "=a{b}c"),
            ("f'{{{TOP}}}'", "={top}"),
            ("'{{'", "={{"),
            ("(  # why\n            'abc')", "=abc"),
            ("('ab'  # why\n            'cd')", "=abcd"),
            ("'-'.join([  # why\n            'a',  # and\n            'b'])", "=a-b"),
            ("os.getenv('X') or (  # why\n            'abc')", "=abc"),
            ("'abc' if x else os.environ['X']", "=abc"),
            ("os.environ['X'] if x else 'abc'", "=abc"),
            ("x if x else y", "unknown"),
        ] {
            let code = format!(
                "import os\nTOP = 'top'\nPARTS = ['x', 'y']\nclass A:\n    INNER = 'inner'\n    def __init__(self):\n        self.field = 'field'\n    \
                 def run(self, other, passed):\n        local = 'local'\n        sink({expression})\nA().run(x, 'given')\n"
            );
            let facts = facts(code.as_bytes(), lang::of("a.py").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
            let call = facts.calls.iter().find(|c| c.callee == "sink").unwrap();
            assert_eq!(show(&call.arguments[0].value), expected, "{expression}");
        }
    }

    #[cfg(feature = "lang-python")]
    #[test]
    fn the_last_binding_before_the_use_counts_unless_a_function_runs_later() {
        for (code, expected) in [
            ("A = 'abc'\nsink(A)\nA = None\n", "=abc"),
            ("A = None\nA = 'abc'\nsink(A)\n", "=abc"),
            ("A = 'abc'\nA = None\nsink(A)\n", "unknown"),
            ("def f():\n    sink(A)\nA = 'abc'\n", "=abc"),
            ("def f():\n    a = 'abc'\n    sink(a)\n    a = None\n", "=abc"),
        ] {
            let facts = facts(code.as_bytes(), lang::of("a.py").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
            let call = facts.calls.iter().find(|c| c.callee == "sink").unwrap();
            assert_eq!(show(&call.arguments[0].value), expected, "{code}");
        }
    }

    #[cfg(feature = "lang-python")]
    #[test]
    fn named_arguments_and_entries_of_objects_have_names() {
        let code = "sink(1, client_secret='a', auth={'x': {'secret': 'b'}}, c=[('k', 'd')])\nHEADERS = {'Authorization': 'e'}\npost(u, headers=HEADERS)\nd.set('name', 'f')\n";
        let facts = facts(code.as_bytes(), lang::of("a.py").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
        let named: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{name}{}", show(&a.value)))).collect();
        assert_eq!(
            named,
            ["client_secret=a", "authunknown", "auth.xunknown", "auth.x.secret=b", "cunknown", "c.k=d", "headersunknown", "headers.Authorization=e", "name=f"]
        );
    }
    #[cfg(feature = "lang-javascript")]
    #[test]
    fn members_are_entries_and_fields_and_no_constants_outside() {
        for (expression, expected) in [
            ("config.auth.secret", "=a"),
            ("config.secret", "unknown"),
            ("taken", "=b"),
            ("this.secret", "=c"),
            ("window.outside", "unknown"),
            ("load().secret", "unknown"),
            ("changed.secret", "=e"),
        ] {
            let code = format!(
                "const outside = 'd', config = {{ auth: {{ secret: 'a' }}, taken: 'b' }}, changed = {{ secret: 'no' }};\nconst {{ taken }} = config;\n\
                 changed.secret = 'e';\nclass A {{ secret = 'c'; run() {{ sink({expression}); }} }}\n"
            );
            let facts = facts(code.as_bytes(), lang::of("a.js").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
            let call = facts.calls.iter().find(|c| c.callee == "sink").unwrap();
            assert_eq!(show(&call.arguments[0].value), expected, "{expression}");
        }
    }

    #[cfg(feature = "lang-bash")]
    #[test]
    fn commands_flags_and_spaces_of_a_shell_are_understood() {
        let code = "A=a\nB=b\ncmd --name=x\"$A\" \"$A $B\"\n";
        let facts = facts(code.as_bytes(), lang::of("a.sh").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
        let call = &facts.calls[0];
        assert_eq!(call.arguments.iter().map(|a| show(&a.value)).collect::<Vec<_>>(), ["=--name=xa", "=a b"]);
        let (name, argument) = &call.named[0];
        assert_eq!((name.as_str(), show(&argument.value).as_str()), ("--name", "=xa"));
        let Value::Literal { pieces, .. } = &argument.value else { panic!() };
        assert_eq!(pieces.iter().map(|p| &code[p.range()]).collect::<Vec<_>>(), ["x", "a"]);
    }

    #[cfg(feature = "lang-ruby")]
    #[test]
    fn members_mean_the_same_in_every_scope() {
        let code = "class A\n  def a\n    @x = 'abc'\n  end\n  def b\n    Mod.sink(@x)\n  end\nend\n";
        let facts = facts(code.as_bytes(), lang::of("a.rb").unwrap(), &mut Parser::default(), Bounds::default()).unwrap();
        assert_eq!((facts.calls[0].callee.as_str(), show(&facts.calls[0].arguments[0].value).as_str()), ("Mod.sink", "=abc"));
    }
}
