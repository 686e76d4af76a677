//! Infrastructure that programs declare: classes of the AWS CDK and of Pulumi, as the resources of `CloudFormation`, Terraform and ARM that they make.

use std::collections::{BTreeMap, HashMap};

use crate::lang::{Import, Language};
use crate::model::facts::Value;
use crate::ruleset::programs::{Class, Programs, Style};
use crate::text::Span;

use super::syntax::{self, Bound, Construct, Field, Parser, Part, RawAttribute, RawResource, Shape};

/// Signs of the libraries in the files that import them, in small letters.
pub const SIGNS: [&str; 6] = ["aws-cdk", "aws_cdk", "awscdk", "amazon.cdk", "@pulumi/", "pulumi"];
/// Attributes of one resource that are kept.
const MAX_ATTRIBUTES: usize = 2_000;
/// Bytes of an expression that are kept.
const MAX_EXPRESSION: usize = 400;
/// What an attribute is called of which nobody knows which it is: a resource may have others than those that are written.
pub const OPEN: &str = "*";
/// What stands in an expression of which nobody knows what it refers to.
const ANYTHING: &str = "var.?";
/// What the address of a secret begins with, what its rotation is and how that names it.
const ROTATIONS: [(&str, &str, &str); 2] =
    [("cfn.", "AWS::SecretsManager::RotationSchedule", "SecretId"), ("aws_", "aws_secretsmanager_secret_rotation", "secret_id")];
/// What a rule of a security group is.
const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
/// Named ports of the CDK.
const PORTS: [(&str, u16); 10] = [
    ("SSH", 22),
    ("HTTP", 80),
    ("HTTPS", 443),
    ("RDP", 3389),
    ("MYSQL_AURORA", 3306),
    ("POSTGRES", 5432),
    ("REDIS", 6379),
    ("MSSQL", 1433),
    ("NFS", 2049),
    ("ORACLEDB", 1521),
];

/// The languages in which such programs are read.
const LANGUAGES: [&str; 8] = ["csharp", "go", "java", "javascript", "kotlin", "python", "tsx", "typescript"];

/// Whether programs of a language are read.
pub fn is_one(language: &Language) -> bool {
    LANGUAGES.contains(&language.name)
}

/// Whether a file that imports one of the libraries may declare something that a rule asks about.
pub fn may_declare(bytes: &[u8], programs: &Programs) -> bool {
    let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    let classes = programs.classes.iter().map(Class::last);
    classes.chain(["otation", "ngressRule", "ngress_rule", "AnyIpv4", "any_ipv4"]).any(has)
}

/// What a program declares.
pub fn resources(bytes: &[u8], language: &'static Language, parser: &mut Parser, programs: &Programs) -> Result<Vec<RawResource>, Bound> {
    let wanted = |callee: &str| {
        let last = last(callee);
        last.contains("otat") || of_ingress(last).is_some() || is_method(last, programs) || programs.classes.iter().any(|class| class.is_called(last))
    };
    let (constructs, imports) = syntax::constructs(bytes, language, parser, &wanted)?;
    let reader = Reader { bytes, programs, imports: &imports };
    let declared: Vec<(&Construct, Declared)> = constructs.iter().filter_map(|construct| Some((construct, reader.declared(construct)?))).collect();
    let known: HashMap<usize, String> = declared.iter().filter_map(|(construct, declared)| Some((construct.index, declared.address(construct)?))).collect();
    Ok(declared.iter().filter_map(|(construct, declared)| reader.resource(construct, declared, &known)).collect())
}

/// What a call is.
enum Declared<'p> {
    /// An object of a class.
    Object(&'p Class),
    /// A method of a table.
    Method(usize),
    /// A rule of a security group.
    Ingress,
    /// Something that rotates, as its name says.
    Rotator,
}

impl Declared<'_> {
    /// What others call it who refer to it.
    fn address(&self, construct: &Construct) -> Option<String> {
        let Self::Object(class) = self else { return None };
        let name = name_of(construct).unwrap_or_else(|| class.last().to_owned());
        Some(if class.kind.contains("::") || class.kind.starts_with("Microsoft.") { format!("cfn.{name}") } else { format!("{}.{name}", class.kind) })
    }
}

impl Class {
    /// The name of the class alone.
    fn last(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    /// Whether a callee that ends so may be its constructor: functions go by any style, constructors of Go begin with `New`.
    fn is_called(&self, last: &str) -> bool {
        let own = self.last();
        last == own || last.strip_prefix("New") == Some(own) || own.starts_with(|c: char| c.is_ascii_lowercase()) && camel(last) == own
    }

    /// Whether it is what such a path names, by the words of its packages.
    fn is_at(&self, words: &[String]) -> bool {
        let provider_of = |word: &String| word.strip_prefix("pulumi").unwrap_or(word).trim_end_matches("sdk").to_owned();
        let has = |part: &str| words.iter().any(|word| word == part || word.strip_prefix("aws") == Some(part) || provider_of(word) == part);
        let parts: Vec<String> = self.name.split('.').map(bare).collect();
        words.iter().any(|word| word.contains(&self.library)) && parts[..parts.len() - 1].iter().all(|part| has(part))
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    programs: &'a Programs,
    imports: &'a [Import],
}

impl<'a> Reader<'a> {
    fn declared(&self, construct: &Construct) -> Option<Declared<'a>> {
        let last = last(&construct.callee);
        let paths = self.paths(&construct.callee);
        let is_it = |class: &&'a Class| class.is_called(last) && paths.iter().any(|words| class.is_at(words));
        if let Some(class) = self.programs.classes.iter().find(is_it) {
            return Some(Declared::Object(class));
        }
        if of_ingress(last).is_some() {
            return Some(Declared::Ingress);
        }
        let method = self.programs.methods.iter().position(|method| method.name == camel(last));
        method.filter(|_| construct.receiver.is_some()).map(Declared::Method).or_else(|| last.contains("otat").then_some(Declared::Rotator))
    }

    /// What a callee may be in full, by the imports of the file: the words of each path.
    fn paths(&self, callee: &str) -> Vec<Vec<String>> {
        let (first, rest) = callee.split_once('.').unwrap_or((callee, ""));
        let named = self.imports.iter().filter(|import| import.name.as_deref() == Some(first)).map(|import| format!("{}.{rest}", import.path));
        let within = self.imports.iter().filter(|import| import.name.is_none()).map(|import| format!("{}.{callee}", import.path));
        let paths: Vec<String> = named.chain(within).chain([callee.to_owned()]).collect();
        paths.iter().map(|path| path.split(['/', '.', ':', '@']).filter(|word| !word.is_empty()).map(bare).collect()).collect()
    }

    fn resource(&self, construct: &Construct, declared: &Declared, known: &HashMap<usize, String>) -> Option<RawResource> {
        match declared {
            Declared::Object(class) => {
                let mut flat = self.flat(class.style, &class.rename, known);
                flat.arguments(construct);
                let name = name_of(construct).unwrap_or_else(|| class.last().to_owned());
                let mut kind = class.kind.clone();
                if kind.ends_with(':') {
                    kind.push_str(flat.out.iter().find(|a| a.path == "kind").map_or("", |a| a.expression.trim_matches('"')));
                }
                Some(RawResource { kind, name, attributes: flat.out, span: self.head(construct) })
            }
            Declared::Method(index) => {
                let method = self.programs.methods.get(*index)?;
                let mut flat = self.flat(Style::Pascal, &method.rename, known);
                if let (Some(path), Some(receiver)) = (&method.receiver, &construct.receiver) {
                    let expression = flat.expression(receiver);
                    flat.out.push(RawAttribute { path: path.clone(), value: Value::Unknown, expression, span: receiver.span });
                }
                flat.arguments(construct);
                let name = name_of(construct).unwrap_or_default();
                Some(RawResource { kind: method.kind.clone(), name, attributes: flat.out, span: self.head(construct) })
            }
            Declared::Ingress => self.ingress(construct),
            Declared::Rotator => {
                let all = [construct.receiver.as_ref()].into_iter().flatten().chain(&construct.arguments).chain(construct.fields.iter().map(|f| &f.value));
                let addresses: Vec<&String> = all.flat_map(mentions_in).filter_map(|index| known.get(&index)).collect();
                let first = addresses.first()?;
                let (_, kind, path) = ROTATIONS.into_iter().find(|(start, ..)| first.starts_with(start))?;
                let expression = addresses.iter().map(|address| address.as_str()).collect::<Vec<_>>().join(" ");
                let attribute = RawAttribute { path: path.to_owned(), value: Value::Unknown, expression, span: construct.span };
                Some(RawResource { kind: kind.to_owned(), name: String::new(), attributes: vec![attribute], span: self.head(construct) })
            }
        }
    }

    fn flat<'r>(&'r self, style: Style, rename: &'r BTreeMap<String, String>, known: &'r HashMap<usize, String>) -> Flat<'r> {
        Flat { bytes: self.bytes, style, rename, known, out: Vec::new() }
    }

    /// The call up to its first bracket.
    fn head(&self, construct: &Construct) -> Span {
        let text = &self.bytes[construct.span.range()];
        let length = text.iter().position(|b| matches!(b, b'(' | b'{' | b'\n')).unwrap_or(text.len());
        Span::new(construct.span.start, construct.span.start + length.max(1).min(text.len()))
    }

    /// `addIngressRule(Peer.anyIpv4(), Port.tcp(22))` and its kin.
    fn ingress(&self, construct: &Construct) -> Option<RawResource> {
        let kind = of_ingress(last(&construct.callee))?;
        let field = |name: &str| construct.fields.iter().find(|field| camel(&field.name) == name).map(|field| &field.value);
        let (peer, port) = match kind {
            Ingress::Rule => (field("peer").or_else(|| construct.arguments.first()), field("connection").or_else(|| construct.arguments.get(1))),
            Ingress::From => (field("other").or_else(|| construct.arguments.first()), field("portRange").or_else(|| construct.arguments.get(1))),
            Ingress::Anywhere => (None, field("portRange").or_else(|| construct.arguments.first())),
        };
        let (path, addresses, span) = match (kind, peer) {
            (Ingress::Anywhere, _) => ("CidrIp", Some("0.0.0.0/0".to_owned()), construct.span),
            (_, Some(peer)) => addresses_of(peer)?,
            (_, None) => return None,
        };
        let unknown = |path: &str, span: Span| RawAttribute { path: path.to_owned(), value: Value::Unknown, expression: ANYTHING.to_owned(), span };
        let attribute = |path: &str, text: String, span: Span| RawAttribute {
            path: path.to_owned(),
            value: Value::literal(text.as_bytes(), span),
            expression: format!("\"{text}\""),
            span,
        };
        let mut attributes = vec![addresses.map_or_else(|| unknown(path, span), |text| attribute(path, text, span))];
        if let Some((part, (protocol, ports))) = port.and_then(|part| Some((part, self.ports_of(part)?))) {
            attributes.push(attribute("IpProtocol", protocol.to_owned(), part.span));
            for (path, number) in ports.into_iter().flat_map(|(from, to)| [("FromPort", from), ("ToPort", to)]) {
                attributes.push(attribute(path, number, part.span));
            }
        }
        let name = construct.receiver.as_ref().map_or("", |receiver| std::str::from_utf8(&self.bytes[receiver.span.range()]).unwrap_or_default());
        // `group.connections.allowFromAnyIpv4(…)`: those of the group.
        let is_own = |part: &&str| !matches!(part.to_ascii_lowercase().as_str(), "connections" | "getconnections");
        let name = name.rsplit(['.', '>']).map(|part| part.trim_end_matches("()")).find(is_own).unwrap_or(name).to_owned();
        let name = if name.len() <= 64 && !name.contains(char::is_whitespace) { name } else { String::new() };
        Some(RawResource { kind: INGRESS.to_owned(), name, attributes, span: self.head(construct) })
    }

    /// Protocol, first and last port; no ports where they are not known.
    fn ports_of(&self, part: &Part) -> Option<(&'static str, Option<(String, String)>)> {
        let Shape::Call(call) = &part.shape else {
            let text = std::str::from_utf8(&self.bytes[part.span.range()]).ok()?;
            let number = PORTS.iter().find(|(name, _)| text.rsplit(['.', '_']).next() == Some(name) || text.ends_with(&format!("Port.{name}")))?.1.to_string();
            return Some(("tcp", Some((number.clone(), number))));
        };
        let text = |at: usize| match call.arguments.get(at).map(|part| &part.shape) {
            Some(Shape::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let name = last(&call.callee);
        let name = camel(name.strip_prefix("Port_").unwrap_or(name));
        Some(match name.as_str() {
            "tcp" => ("tcp", text(0).map(|port| (port.clone(), port))),
            "udp" => ("udp", text(0).map(|port| (port.clone(), port))),
            "tcpRange" => ("tcp", text(0).zip(text(1))),
            "udpRange" => ("udp", text(0).zip(text(1))),
            "allTcp" => ("tcp", Some(("0".to_owned(), "65535".to_owned()))),
            "allUdp" => ("udp", Some(("0".to_owned(), "65535".to_owned()))),
            "allTraffic" => ("-1", None),
            _ => return None,
        })
    }
}

/// How addresses are let in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ingress {
    Rule,
    From,
    Anywhere,
}

fn of_ingress(last: &str) -> Option<Ingress> {
    match camel(last).as_str() {
        "addIngressRule" => Some(Ingress::Rule),
        "allowFrom" => Some(Ingress::From),
        "allowFromAnyIpv4" => Some(Ingress::Anywhere),
        _ => None,
    }
}

/// Attribute, addresses where they are known, and place of `Peer.anyIpv4()` and its kin.
fn addresses_of(peer: &Part) -> Option<(&'static str, Option<String>, Span)> {
    let Shape::Call(call) = &peer.shape else { return None };
    let name = last(&call.callee);
    let name = camel(name.strip_prefix("Peer_").unwrap_or(name));
    let given = || match call.arguments.first().map(|part| &part.shape) {
        Some(Shape::Text(text)) => Some(text.clone()),
        _ => None,
    };
    Some(match name.as_str() {
        "anyIpv4" => ("CidrIp", Some("0.0.0.0/0".to_owned()), peer.span),
        "anyIpv6" => ("CidrIpv6", Some("::/0".to_owned()), peer.span),
        "ipv4" => ("CidrIp", given(), peer.span),
        "ipv6" => ("CidrIpv6", given(), peer.span),
        _ => return None,
    })
}

fn is_method(last: &str, programs: &Programs) -> bool {
    let name = camel(last);
    programs.methods.iter().any(|method| method.name == name)
}

fn mentions_in(part: &Part) -> Vec<usize> {
    let within: Vec<usize> = match &part.shape {
        Shape::Map { fields, .. } => fields.iter().flat_map(|field| mentions_in(&field.value)).collect(),
        Shape::List(items) => items.iter().flat_map(mentions_in).collect(),
        _ => Vec::new(),
    };
    part.mentions.iter().copied().chain(within).collect()
}

/// The name by which a program tells resources of one kind apart: the first text among its first arguments.
fn name_of(construct: &Construct) -> Option<String> {
    let at = name_at(construct)?;
    match &construct.arguments[at].shape {
        Shape::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn name_at(construct: &Construct) -> Option<usize> {
    construct.arguments.iter().take(3).position(|part| matches!(part.shape, Shape::Text(_)))
}

/// What a resource is given, as attributes.
struct Flat<'r> {
    bytes: &'r [u8],
    style: Style,
    rename: &'r BTreeMap<String, String>,
    known: &'r HashMap<usize, String>,
    out: Vec<RawAttribute>,
}

impl Flat<'_> {
    fn arguments(&mut self, construct: &Construct) {
        let mut is_open = construct.is_open;
        for field in &construct.fields {
            match (field.name.as_str(), &field.value.shape) {
                ("args" | "props", _) => is_open |= !self.properties(&field.value),
                _ => self.field("", field, 0),
            }
        }
        let behind = name_at(construct).map_or(0, |at| at + 1);
        let is_object = |part: &&Part| behind > 0 || matches!(part.shape, Shape::Map { .. } | Shape::Call(_));
        if let Some(part) = construct.arguments.get(behind..).unwrap_or_default().iter().find(is_object) {
            is_open |= !self.properties(part);
        }
        if is_open {
            self.out.push(RawAttribute { path: OPEN.to_owned(), value: Value::Unknown, expression: String::new(), span: construct.span });
        }
    }

    /// The object of arguments; `false` where it may have more than is seen.
    fn properties(&mut self, part: &Part) -> bool {
        let (fields, is_whole) = match &part.shape {
            Shape::Map { fields, is_open } => (fields, !is_open),
            Shape::Call(call) if !call.fields.is_empty() || call.arguments.is_empty() && self.bytes.get(call.span.end - 1) == Some(&b'}') => {
                (&call.fields, !call.is_open)
            }
            Shape::Call(call) => {
                return (call.callee.ends_with("Args") || call.callee.ends_with("Props")) && last(&call.callee).starts_with(char::is_uppercase);
            }
            Shape::Null => return true,
            _ => return false,
        };
        for field in fields {
            self.field("", field, 0);
        }
        is_whole
    }

    fn field(&mut self, parent: &str, field: &Field, depth: usize) {
        let name = styled(&field.name, self.style);
        let path = if parent.is_empty() { name } else { format!("{parent}.{name}") };
        let path = self.rename.get(&path).cloned().unwrap_or(path);
        self.part(&path, &field.value, field.span, depth);
    }

    /// `span` is what is reported of it.
    fn part(&mut self, path: &str, part: &Part, span: Span, depth: usize) {
        if self.out.len() >= MAX_ATTRIBUTES || depth > 12 {
            return;
        }
        let (value, expression, fields, is_open) = match &part.shape {
            Shape::Text(text) => {
                let is_bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) || text == "true" || text == "false";
                let expression = if is_bare { text.clone() } else { format!("\"{text}\"") };
                (Value::literal(text.as_bytes(), part.span), expression, None, false)
            }
            Shape::Null => (Value::Unknown, "null".to_owned(), None, false),
            Shape::Map { fields, is_open } => (Value::Unknown, String::new(), Some(fields), *is_open),
            Shape::Call(call) => match length(call) {
                Some(text) => (Value::literal(text.as_bytes(), part.span), format!("\"{text}\""), None, false),
                None if !call.fields.is_empty() => (Value::Unknown, String::new(), Some(&call.fields), call.is_open),
                None => (Value::Unknown, self.expression(part), None, false),
            },
            Shape::List(items) => {
                self.out.push(RawAttribute { path: path.to_owned(), value: Value::Unknown, expression: String::new(), span });
                return self.items(path, items, depth);
            }
            Shape::Unknown => (Value::Unknown, self.expression(part), None, false),
        };
        self.out.push(RawAttribute { path: path.to_owned(), value, expression, span });
        if is_open {
            self.out.push(RawAttribute { path: format!("{path}.{OPEN}"), value: Value::Unknown, expression: String::new(), span });
        }
        fields.into_iter().flatten().for_each(|field| self.field(path, field, depth + 1));
    }

    fn items(&mut self, path: &str, items: &[Part], depth: usize) {
        for item in items {
            let fields = match &item.shape {
                Shape::Map { fields, .. } => fields,
                Shape::Call(call) if !call.fields.is_empty() => &call.fields,
                _ => {
                    self.part(&format!("{path}[]"), item, item.span, depth + 1);
                    continue;
                }
            };
            self.out.push(RawAttribute { path: format!("{path}[]"), value: Value::Unknown, expression: String::new(), span: item.span });
            for field in fields {
                self.field(path, field, depth + 1);
            }
        }
    }

    /// The expression as it stands, with the addresses of the resources that it names.
    fn expression(&self, part: &Part) -> String {
        let text = String::from_utf8_lossy(&self.bytes[part.span.range()]);
        let text = text.chars().take(MAX_EXPRESSION).collect::<String>();
        let addresses: Vec<&str> = part.mentions.iter().filter_map(|index| self.known.get(index)).map(String::as_str).collect();
        if addresses.is_empty() { format!("{text} {ANYTHING}") } else { format!("{text} {}", addresses.join(" ")) }
    }
}

/// `Duration.days(90)` as `90d`.
fn length(call: &Construct) -> Option<String> {
    let name = last(&call.callee);
    let is_duration = call.callee.contains("Duration");
    let unit = match camel(name.strip_prefix("Duration_").unwrap_or(name)).as_str() {
        "days" => "d",
        "hours" => "h",
        "minutes" => "m",
        "seconds" => "s",
        _ => return None,
    };
    match call.arguments.first().map(|part| &part.shape) {
        Some(Shape::Text(number)) if is_duration && number.bytes().all(|b| b.is_ascii_digit()) => Some(format!("{number}{unit}")),
        _ => None,
    }
}

/// The last name of a path.
fn last(path: &str) -> &str {
    path.rsplit(['.', ':']).next().unwrap_or(path)
}

/// A word of a package without case, hyphens and underscores.
fn bare(word: &str) -> String {
    word.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A name in another style; what is no name stays as it is.
fn styled(name: &str, style: Style) -> String {
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return name.to_owned();
    }
    match style {
        Style::Camel => camel(name),
        Style::Snake => snake(name),
        Style::Pascal => {
            let name = camel(name);
            name.get(..1).map_or_else(String::new, str::to_ascii_uppercase) + name.get(1..).unwrap_or_default()
        }
    }
}

fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut is_next_large = false;
    for (at, c) in name.chars().enumerate() {
        match c {
            '_' => is_next_large = at > 0,
            _ if is_next_large => {
                out.extend(c.to_uppercase());
                is_next_large = false;
            }
            _ if at == 0 => out.extend(c.to_lowercase()),
            _ => out.push(c),
        }
    }
    out
}

fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, c) in chars.iter().enumerate() {
        let is_start = c.is_ascii_uppercase()
            && at > 0
            && chars[at - 1] != '_'
            && (!chars[at - 1].is_ascii_uppercase() || chars.get(at + 1).is_some_and(char::is_ascii_lowercase));
        if is_start {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}
