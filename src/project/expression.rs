//! Expressions of infrastructure code, evaluated as far as its text tells: the expression language of Terraform and `OpenTofu`.
//!
//! What is not known before it is applied is [`Datum::Unknown`], and so is everything that depends on it.

use crate::text::value::date::Moment;
use crate::text::value::duration;

/// Nesting of expressions, names followed included, that is looked into.
pub const MAX_DEPTH: u32 = 24;
/// Values of one list or map.
const MAX_ITEMS: usize = 2_000;
/// Branches of conditions that are told apart.
const MAX_BRANCHES: usize = 8;

/// What an expression amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// Text, a number or a truth value, as written.
    Text(String),
    /// A list, tuple or set.
    List(Vec<Datum>),
    /// A map or object.
    Map(Vec<(String, Datum)>),
    /// `null`: as if it were not there.
    Null,
    /// Each of these, for one of several copies (`for_each`).
    Any(Vec<Datum>),
    /// One of these, and nobody can tell which: the branches of a condition.
    Either(Vec<Datum>),
    /// Not known before it is applied.
    Unknown,
}

impl Datum {
    /// The text it is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Every value that some copy has.
    pub fn alternatives(&self) -> &[Self] {
        match self {
            Self::Any(all) => all,
            one => std::slice::from_ref(one),
        }
    }

    /// The values of which it is one, in a condition that nobody can tell.
    pub fn branches(&self) -> &[Self] {
        match self {
            Self::Either(all) => all,
            one => std::slice::from_ref(one),
        }
    }

    fn is_known(&self) -> bool {
        match self {
            Self::Unknown | Self::Either(_) => false,
            Self::List(items) | Self::Any(items) => items.iter().all(Self::is_known),
            Self::Map(items) => items.iter().all(|(_, item)| item.is_known()),
            Self::Text(_) | Self::Null => true,
        }
    }

    fn number(&self) -> Option<f64> {
        self.text()?.trim().parse().ok()
    }

    fn truth(&self) -> Option<bool> {
        match self.text()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn of_number(number: f64) -> Self {
        if number.is_finite() { Self::Text(number.to_string()) } else { Self::Unknown }
    }

    fn of_truth(truth: bool) -> Self {
        Self::Text(truth.to_string())
    }

    /// One of two, and nobody can tell which. Where one is not known, neither is the whole.
    fn either(one: Self, other: Self) -> Self {
        if one == other {
            return one;
        }
        let mut all = Vec::new();
        for datum in [one, other] {
            match datum {
                Self::Either(inner) => all.extend(inner),
                Self::Unknown => return Self::Unknown,
                datum => all.push(datum),
            }
        }
        if all.len() <= MAX_BRANCHES { Self::Either(all) } else { Self::Unknown }
    }

    /// The entry behind one step of a path.
    pub fn step(&self, key: &str) -> Self {
        match self {
            Self::Map(items) => items.iter().find(|(name, _)| name == key).map_or(Self::Unknown, |(_, item)| item.clone()),
            Self::List(items) if key == "*" => Self::List(items.clone()),
            Self::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)).cloned().unwrap_or(Self::Unknown),
            Self::Any(all) => Self::Any(all.iter().map(|one| one.step(key)).collect()),
            Self::Either(all) => all.iter().map(|one| one.step(key)).reduce(Self::either).unwrap_or(Self::Unknown),
            Self::Text(_) | Self::Null | Self::Unknown => Self::Unknown,
        }
    }

    /// The values, of which there is a copy each: the elements of a list, the entries of a map.
    pub fn copies(&self) -> Option<Vec<(String, Self)>> {
        match self {
            Self::List(items) => Some(items.iter().map(|item| (item.text().unwrap_or_default().to_owned(), item.clone())).collect()),
            Self::Map(items) => Some(items.clone()),
            _ => None,
        }
    }
}

/// Who knows what names stand for.
pub trait Names {
    /// What a path such as `var.days` or `aws_x.y.name` stands for; its first part is a bare name, an index is a part like any other.
    fn value(&self, path: &[String], depth: u32) -> Datum;
    /// What counts as now.
    fn now(&self) -> Moment;
}

/// Evaluates an expression.
pub fn evaluate(expression: &str, names: &dyn Names, depth: u32) -> Datum {
    if depth >= MAX_DEPTH || expression.len() > 100_000 {
        return Datum::Unknown;
    }
    let mut reader = Reader { text: expression, at: 0, names, depth, failed: false };
    let datum = reader.conditional();
    reader.space();
    if reader.failed || reader.at < expression.len() { Datum::Unknown } else { datum }
}

/// Evaluates the inside of a quoted template: `a-${var.b}`.
pub fn template(text: &str, names: &dyn Names, depth: u32) -> Datum {
    if depth >= MAX_DEPTH {
        return Datum::Unknown;
    }
    Reader { text, at: 0, names, depth, failed: false }.template_until(None)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    names: &'a dyn Names,
    depth: u32,
    failed: bool,
}

/// Binary operators by how tightly they bind, loosest first.
const LEVELS: [&[&str]; 6] = [&["||"], &["&&"], &["==", "!="], &["<=", ">=", "<", ">"], &["+", "-"], &["*", "/", "%"]];

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn fail(&mut self) -> Datum {
        self.failed = true;
        self.at = self.text.len();
        Datum::Unknown
    }

    /// Passes blanks, line ends and comments.
    fn space(&mut self) {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            let comment = match &rest.as_bytes()[blank..] {
                [b'#', ..] | [b'/', b'/', ..] => rest[blank..].find('\n').unwrap_or(rest.len() - blank),
                [b'/', b'*', ..] => rest[blank..].find("*/").map_or(rest.len() - blank, |end| end + 2),
                _ => 0,
            };
            self.at += blank + comment;
            if comment == 0 {
                return;
            }
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let is_there = self.rest().starts_with(token);
        if is_there {
            self.at += token.len();
        }
        is_there
    }

    fn conditional(&mut self) -> Datum {
        self.depth += 1;
        if self.depth >= MAX_DEPTH * 4 {
            return self.fail();
        }
        let condition = self.binary(0);
        let datum = if self.eat("?") {
            let yes = self.conditional();
            if !self.eat(":") {
                return self.fail();
            }
            let no = self.conditional();
            match condition.truth() {
                Some(true) => yes,
                Some(false) => no,
                None => Datum::either(yes, no),
            }
        } else {
            condition
        };
        self.depth -= 1;
        datum
    }

    fn binary(&mut self, level: usize) -> Datum {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1);
        loop {
            self.space();
            let rest = self.rest();
            let Some(operator) = operators.iter().find(|op| rest.starts_with(**op)) else { return left };
            self.at += operator.len();
            let right = self.binary(level + 1);
            left = applied(operator, &left, &right);
        }
    }

    fn unary(&mut self) -> Datum {
        self.space();
        let Some(sign @ (b'!' | b'-')) = self.peek() else { return self.postfix() };
        self.at += 1;
        self.depth += 1;
        if self.depth >= MAX_DEPTH * 4 {
            return self.fail();
        }
        let datum = self.unary();
        self.depth -= 1;
        match sign {
            b'!' => datum.truth().map_or(Datum::Unknown, |truth| Datum::of_truth(!truth)),
            _ => datum.number().map_or(Datum::Unknown, |number| Datum::of_number(-number)),
        }
    }

    fn postfix(&mut self) -> Datum {
        let mut datum = self.primary();
        while let Some(step) = self.next_step() {
            datum = match step {
                Some(key) => datum.step(&key),
                None => Datum::Unknown,
            };
        }
        datum
    }

    /// `.name`, `[index]`, `.*`: the key; an inner `None` where it is not known.
    #[expect(clippy::option_option, reason = "no step, and a step that is not known")]
    fn next_step(&mut self) -> Option<Option<String>> {
        match (self.peek()?, self.text.as_bytes().get(self.at + 1)) {
            (b'.', Some(b'*')) => {
                self.at += 2;
                Some(Some("*".to_owned()))
            }
            (b'.', Some(b)) if b.is_ascii_alphanumeric() || *b == b'_' => {
                self.at += 1;
                Some(Some(self.word()))
            }
            (b'[', _) => {
                self.at += 1;
                if self.eat("*") {
                    if !self.eat("]") {
                        self.fail();
                    }
                    return Some(Some("*".to_owned()));
                }
                let key = self.conditional();
                if !self.eat("]") {
                    self.fail();
                }
                Some(key.text().map(str::to_owned))
            }
            _ => None,
        }
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        word
    }

    fn primary(&mut self) -> Datum {
        self.space();
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.template_until(Some('"'))
            }
            Some(b'(') => {
                self.at += 1;
                let datum = self.conditional();
                if self.eat(")") { datum } else { self.fail() }
            }
            Some(b'[') => self.list(),
            Some(b'{') => self.map(),
            Some(b'<') if self.rest().starts_with("<<") => self.heredoc(),
            Some(b) if b.is_ascii_digit() => self.number(),
            Some(b) if b.is_ascii_alphabetic() || b == b'_' => self.name(),
            _ => self.fail(),
        }
    }

    fn number(&mut self) -> Datum {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let number = rest[..end].trim_end_matches('.').to_owned();
        self.at += number.len();
        Datum::Text(number)
    }

    fn name(&mut self) -> Datum {
        let first = self.word();
        self.space();
        if self.peek() == Some(b'(') {
            self.at += 1;
            let arguments = self.items(")");
            return self.call(&first, &arguments);
        }
        match first.as_str() {
            "true" | "false" => return Datum::Text(first),
            "null" => return Datum::Null,
            _ => {}
        }
        let mut path = vec![first];
        let mut is_known = true;
        while let Some(step) = self.next_step() {
            match step {
                Some(key) => path.push(key),
                None => is_known = false,
            }
        }
        if is_known && !self.failed { self.names.value(&path, self.depth) } else { Datum::Unknown }
    }

    /// Expressions separated by commas up to a closing token.
    fn items(&mut self, close: &str) -> Vec<Datum> {
        let mut out = Vec::new();
        loop {
            if self.eat(close) || self.failed {
                return out;
            }
            let datum = self.conditional();
            if self.eat("...") {
                match datum {
                    Datum::List(items) => out.extend(items),
                    _ => out.push(Datum::Unknown),
                }
            } else {
                out.push(datum);
            }
            if !self.eat(",") {
                if !self.eat(close) {
                    self.fail();
                }
                return out;
            }
            if out.len() > MAX_ITEMS {
                self.fail();
            }
        }
    }

    fn list(&mut self) -> Datum {
        if self.is_comprehension() {
            return self.skip_brackets();
        }
        self.at += 1;
        let items = self.items("]");
        if self.failed { Datum::Unknown } else { Datum::List(items) }
    }

    fn is_comprehension(&self) -> bool {
        let inside = self.rest().get(1..).unwrap_or("").trim_start();
        inside.strip_prefix("for").is_some_and(|rest| rest.starts_with(char::is_whitespace))
    }

    /// Passes a bracket with all that is in it.
    fn skip_brackets(&mut self) -> Datum {
        let mut depth = 0usize;
        let mut in_text = false;
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' if in_text => self.at += 1,
                b'"' => in_text = !in_text,
                b'[' | b'{' | b'(' if !in_text => depth += 1,
                b']' | b'}' | b')' if !in_text => {
                    depth -= 1;
                    if depth == 0 {
                        return Datum::Unknown;
                    }
                }
                _ => {}
            }
        }
        self.fail()
    }

    fn map(&mut self) -> Datum {
        if self.is_comprehension() {
            return self.skip_brackets();
        }
        self.at += 1;
        let mut out = Vec::new();
        let mut is_known = true;
        loop {
            if self.eat("}") {
                return if is_known { Datum::Map(out) } else { Datum::Unknown };
            }
            self.space();
            let key = match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    self.template_until(Some('"'))
                }
                Some(b'(') => self.primary(),
                Some(b) if b.is_ascii_alphanumeric() || b == b'_' => {
                    let mut word = self.word();
                    while self.peek() == Some(b'.') {
                        self.at += 1;
                        word = format!("{word}.{}", self.word());
                    }
                    Datum::Text(word)
                }
                _ => return self.fail(),
            };
            if !self.eat("=") && !self.eat(":") {
                return self.fail();
            }
            let value = self.conditional();
            match key {
                Datum::Text(key) => out.push((key, value)),
                _ => is_known = false,
            }
            self.eat(",");
            if self.failed || out.len() > MAX_ITEMS {
                return self.fail();
            }
        }
    }

    fn heredoc(&mut self) -> Datum {
        self.at += 2;
        let is_indented = self.peek() == Some(b'-');
        self.at += usize::from(is_indented);
        let label = self.word();
        let Some(start) = self.rest().find('\n').map(|end| self.at + end + 1) else { return self.fail() };
        let mut end = start;
        for line in self.text[start..].split_inclusive('\n') {
            if line.trim() == label {
                let body = &self.text[start..end];
                self.at = end + line.trim_end().len();
                return template(body, self.names, self.depth + 1);
            }
            end += line.len();
        }
        self.fail()
    }

    /// Text with holes, up to an unescaped `quote`, or to the end.
    fn template_until(&mut self, quote: Option<char>) -> Datum {
        let mut parts: Vec<Datum> = Vec::new();
        let mut literal = String::new();
        let mut is_closed = quote.is_none();
        while let Some(c) = self.rest().chars().next() {
            if Some(c) == quote {
                self.at += 1;
                is_closed = true;
                break;
            }
            let rest = self.rest();
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                literal.push_str(&rest[1..3]);
                self.at += 3;
            } else if rest.starts_with("${") {
                self.at += if rest.starts_with("${~") { 3 } else { 2 };
                let datum = self.conditional();
                self.eat("~");
                if !self.eat("}") {
                    return self.fail();
                }
                if !literal.is_empty() {
                    parts.push(Datum::Text(std::mem::take(&mut literal)));
                }
                parts.push(datum);
            } else if rest.starts_with("%{") {
                let length = rest.find('}').map_or(rest.len(), |end| end + 1);
                self.at += length;
                parts.push(Datum::Unknown);
            } else if c == '\\' && quote.is_some() {
                let escaped = rest.chars().nth(1).unwrap_or('\\');
                literal.push(match escaped {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
                self.at += 1 + escaped.len_utf8();
            } else {
                literal.push(c);
                self.at += c.len_utf8();
            }
        }
        if !is_closed {
            return self.fail();
        }
        if !literal.is_empty() || parts.is_empty() {
            parts.push(Datum::Text(literal));
        }
        joined(parts)
    }

    fn call(&mut self, function: &str, arguments: &[Datum]) -> Datum {
        called(function, arguments, self.names.now()).unwrap_or(Datum::Unknown)
    }
}

/// The parts of a template: one alone is what it is.
fn joined(mut parts: Vec<Datum>) -> Datum {
    if parts.len() == 1 {
        return parts.pop().unwrap_or(Datum::Unknown);
    }
    let texts: Option<Vec<&str>> = parts.iter().map(Datum::text).collect();
    texts.map_or(Datum::Unknown, |texts| Datum::Text(texts.concat()))
}

fn applied(operator: &str, left: &Datum, right: &Datum) -> Datum {
    let truths = (left.truth(), right.truth());
    match operator {
        "||" if truths.0 == Some(true) || truths.1 == Some(true) => return Datum::of_truth(true),
        "&&" if truths.0 == Some(false) || truths.1 == Some(false) => return Datum::of_truth(false),
        _ => {}
    }
    if !left.is_known() || !right.is_known() {
        return Datum::Unknown;
    }
    let numbers = left.number().zip(right.number());
    let compare = |f: fn(f64, f64) -> bool| numbers.map_or(Datum::Unknown, |(a, b)| Datum::of_truth(f(a, b)));
    let count = |f: fn(f64, f64) -> f64| numbers.map_or(Datum::Unknown, |(a, b)| Datum::of_number(f(a, b)));
    let equal = || numbers.map_or(left == right, |(a, b)| (a - b).abs() < f64::EPSILON);
    match operator {
        "||" => truths.0.zip(truths.1).map_or(Datum::Unknown, |(a, b)| Datum::of_truth(a || b)),
        "&&" => truths.0.zip(truths.1).map_or(Datum::Unknown, |(a, b)| Datum::of_truth(a && b)),
        "==" => Datum::of_truth(equal()),
        "!=" => Datum::of_truth(!equal()),
        "<" => compare(|a, b| a < b),
        ">" => compare(|a, b| a > b),
        "<=" => compare(|a, b| a <= b),
        ">=" => compare(|a, b| a >= b),
        "+" => count(|a, b| a + b),
        "-" => count(|a, b| a - b),
        "*" => count(|a, b| a * b),
        "/" => count(|a, b| a / b),
        _ => count(|a, b| a % b),
    }
}

/// The functions of Terraform, Bicep and ARM templates that the text alone can compute; `None` for all others.
fn called(function: &str, arguments: &[Datum], now: Moment) -> Option<Datum> {
    let first = arguments.first();
    let text = |at: usize| arguments.get(at).and_then(Datum::text);
    // Those of Bicep and ARM templates go by any case.
    let function = function.to_ascii_lowercase();
    Some(match function.as_str() {
        "tostring" | "tonumber" | "tobool" | "sensitive" | "nonsensitive" | "tolist" | "toset" | "tomap" | "jsonencode" | "yamlencode" | "ephemeralasnull" => {
            first?.clone()
        }
        "lower" => Datum::Text(text(0)?.to_lowercase()),
        "upper" => Datum::Text(text(0)?.to_uppercase()),
        "trimspace" => Datum::Text(text(0)?.trim().to_owned()),
        "timestamp" | "plantimestamp" | "utcnow" => Datum::Text(now.to_string()),
        "timeadd" => {
            let moment: Moment = text(0)?.parse().ok()?;
            Datum::Text(match text(1)?.strip_prefix('-') {
                Some(earlier) => Moment { seconds: moment.seconds - i64::try_from(duration::units(earlier)?.seconds).ok()? }.to_string(),
                None => moment.after(duration::units(text(1)?)?.seconds).to_string(),
            })
        }
        "datetimeadd" => Datum::Text(text(0)?.parse::<Moment>().ok()?.after(duration::iso(text(1)?)?.seconds).to_string()),
        "datetimetoepoch" => Datum::Text(text(0)?.parse::<Moment>().ok()?.seconds.to_string()),
        "equals" => applied("==", first?, arguments.get(1)?),
        // Those of templates of Helm, as `scan::helm` writes them.
        "truthy" => Datum::of_truth(is_truthy(first?)?),
        "given" => Some(first?).filter(|value| !matches!(value, Datum::Null) && value.text() != Some(""))?.clone(),
        "default" => arguments.get(usize::from(!is_truthy(first?)?))?.clone(),
        "when" => Some(arguments.get(1)?).filter(|_| first.and_then(Datum::truth) != Some(false))?.clone(),
        "each" => match first? {
            Datum::List(items) => Datum::Any(items.clone()),
            Datum::Map(items) => Datum::Any(items.iter().map(|(_, value)| value.clone()).collect()),
            _ => return None,
        },
        "if" => arguments.get(if first?.truth()? { 1 } else { 2 })?.clone(),
        "createarray" => Datum::List(arguments.to_vec()),
        "format" => format(arguments)?,
        "join" => {
            let Datum::List(items) = arguments.get(1)? else { return None };
            let items: Option<Vec<&str>> = items.iter().map(Datum::text).collect();
            Datum::Text(items?.join(text(0)?))
        }
        "split" => Datum::List(text(1)?.split(text(0)?).map(|part| Datum::Text(part.to_owned())).collect()),
        "concat" | "setunion" | "compact" | "distinct" | "sort" => flat(arguments, 1)?,
        "flatten" => flat(arguments, 8)?,
        "merge" => merged(arguments)?,
        "keys" => Datum::List(first?.copies().filter(|_| matches!(first, Some(Datum::Map(_))))?.into_iter().map(|(key, _)| Datum::Text(key)).collect()),
        "values" => Datum::List(first?.copies().filter(|_| matches!(first, Some(Datum::Map(_))))?.into_iter().map(|(_, value)| value).collect()),
        "length" => Datum::Text(
            match first? {
                Datum::List(items) => items.len(),
                Datum::Map(items) => items.len(),
                Datum::Text(text) => text.chars().count(),
                _ => return None,
            }
            .to_string(),
        ),
        "element" => {
            let Datum::List(items) = first? else { return None };
            let at: usize = text(1)?.parse().ok()?;
            items.get(at.checked_rem(items.len())?)?.clone()
        }
        "one" => match first? {
            Datum::List(items) if items.len() == 1 => items[0].clone(),
            Datum::List(items) if items.is_empty() => Datum::Null,
            _ => return None,
        },
        "lookup" => match (first?, text(1)?) {
            (Datum::Map(items), key) => items.iter().find(|(name, _)| name == key).map(|(_, item)| item).or(arguments.get(2))?.clone(),
            _ => return None,
        },
        // What fails where it is applied is not known here: only the first that is surely there.
        "coalesce" => arguments.iter().find(|a| !matches!(a, Datum::Null) && a.text() != Some(""))?.clone(),
        "try" => first.filter(|a| a.is_known())?.clone(),
        "max" => extreme(arguments, f64::max)?,
        "min" => extreme(arguments, f64::min)?,
        "ceil" => Datum::of_number(first?.number()?.ceil()),
        "floor" => Datum::of_number(first?.number()?.floor()),
        "abs" => Datum::of_number(first?.number()?.abs()),
        _ => return None,
    })
}

/// Whether a template of Helm takes a value for one that is given; a zero may be a number or a text, which differ.
fn is_truthy(value: &Datum) -> Option<bool> {
    match value {
        Datum::Null => Some(false),
        Datum::Text(text) if text == "0" => None,
        Datum::Text(text) => Some(!matches!(text.as_str(), "" | "false")),
        Datum::List(items) => Some(!items.is_empty()),
        Datum::Map(items) => Some(!items.is_empty()),
        Datum::Any(_) | Datum::Either(_) | Datum::Unknown => None,
    }
}

fn extreme(arguments: &[Datum], pick: fn(f64, f64) -> f64) -> Option<Datum> {
    let numbers: Option<Vec<f64>> = arguments.iter().map(Datum::number).collect();
    numbers?.into_iter().reduce(pick).map(Datum::of_number)
}

fn merged(arguments: &[Datum]) -> Option<Datum> {
    let mut out: Vec<(String, Datum)> = Vec::new();
    for argument in arguments {
        let Datum::Map(items) = argument else { return None };
        for (key, value) in items {
            out.retain(|(known, _)| known != key);
            out.push((key.clone(), value.clone()));
        }
    }
    Some(Datum::Map(out))
}

/// The elements of all lists; those that are no lists by themselves. A list that is not known counts as one unknown element.
fn flat(arguments: &[Datum], depth: usize) -> Option<Datum> {
    fn into(datum: &Datum, depth: usize, out: &mut Vec<Datum>) {
        match datum {
            Datum::List(items) if depth > 0 => items.iter().for_each(|item| into(item, depth - 1, out)),
            Datum::Null => {}
            other => out.push(other.clone()),
        }
    }
    let mut out = Vec::new();
    for argument in arguments {
        into(argument, depth, &mut out);
    }
    (out.len() <= MAX_ITEMS).then_some(Datum::List(out))
}

/// `format("%s-%02d", …)` with `%s`, `%d` and `%v` alone.
fn format(arguments: &[Datum]) -> Option<Datum> {
    let mut out = String::new();
    let mut values = arguments.iter().skip(1);
    let mut rest = arguments.first()?.text()?;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        match after.as_bytes().first()? {
            b'%' => out.push('%'),
            b's' | b'd' | b'v' => out.push_str(values.next()?.text()?),
            _ => return None,
        }
        rest = &after[1..];
    }
    out.push_str(rest);
    Some(Datum::Text(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known;

    impl Names for Known {
        fn value(&self, path: &[String], _: u32) -> Datum {
            if path.len() > 2 {
                return path[2..].iter().fold(self.value(&path[..2], 0), |datum, key| datum.step(key));
            }
            match path.join(".").as_str() {
                "var.days" => Datum::Text("400".into()),
                "var.map" => Datum::Map(vec![("a".into(), Datum::Text("1".into()))]),
                "var.list" => Datum::List(vec![Datum::Text("x".into()), Datum::Text("y".into())]),
                "each.value" => Datum::Any(vec![Datum::Text("30".into()), Datum::Text("365".into())]),
                _ => Datum::Unknown,
            }
        }

        fn now(&self) -> Moment {
            "2026-01-01".parse().unwrap()
        }
    }

    fn shown(datum: &Datum) -> String {
        match datum {
            Datum::Text(text) => text.clone(),
            Datum::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Datum::Map(items) => format!("{{{}}}", items.iter().map(|(k, v)| format!("{k}={}", shown(v))).collect::<Vec<_>>().join(" ")),
            Datum::Any(items) => format!("any({})", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Datum::Either(items) => format!("either({})", items.iter().map(shown).collect::<Vec<_>>().join(" ")),
            Datum::Null => "null".into(),
            Datum::Unknown => "?".into(),
        }
    }

    #[test]
    fn what_the_text_tells_is_known() {
        for (expression, expected) in [
            ("365", "365"),
            ("\"a\\\"b\"", "a\"b"),
            ("var.days", "400"),
            ("\"${var.days}\"", "400"),
            ("\"${var.days}h\"", "400h"),
            ("var.days * 24", "9600"),
            ("(1 + 2) * 3 - 4 / 2", "7"),
            ("-1", "-1"),
            ("true ? 365 : 30", "365"),
            ("var.days > 90 ? \"long\" : \"short\"", "long"),
            ("var.other ? 365 : 365", "365"),
            ("var.other ? 30 : var.other ? 60 : 365", "either(30 60 365)"),
            ("(var.other ? { a = 1 } : { a = 2 }).a", "either(1 2)"),
            ("[1, \"a\", var.days,]", "[1 a 400]"),
            ("{ a = 1, \"b\" : 2\n c = [3] }", "{a=1 b=2 c=[3]}"),
            ("var.list[1]", "y"),
            ("var.map[\"a\"]", "1"),
            ("{ a = { b = 5 } }.a.b", "5"),
            ("lookup(var.map, \"z\", 7)", "7"),
            ("concat([1], [2, 3])", "[1 2 3]"),
            ("concat([1], var.other)", "[1 ?]"),
            ("flatten([[1], [[2]]])", "[1 2]"),
            ("merge({a = 1}, {a = 2, b = 3})", "{a=2 b=3}"),
            ("toset([\"a\"])", "[a]"),
            ("format(\"%s-%d\", \"a\", 5)", "a-5"),
            ("join(\",\", [\"a\", \"b\"])", "a,b"),
            ("split(\",\", \"a,b\")", "[a b]"),
            ("timeadd(\"2026-01-01T00:00:00Z\", \"2160h\")", "2026-04-01T00:00:00Z"),
            ("timeadd(timestamp(), \"8760h\")", "2027-01-01T00:00:00Z"),
            ("jsonencode({ a = [\"b\"] })", "{a=[b]}"),
            ("coalesce(null, \"\", \"a\")", "a"),
            ("length([1,2])", "2"),
            ("max(1, 5, 3)", "5"),
            ("<<EOT\nline ${var.days}\nEOT", "line 400\n"),
            ("<<-EOT\n  x\n  EOT\n", "  x\n"),
            ("\"$${x}\"", "${x}"),
            ("null", "null"),
            ("each.value", "any(30 365)"),
            ("dateTimeToEpoch(dateTimeAdd(utcNow(), \"P1Y\"))", "1798782552"),
            ("if(equals(\"a\", \"b\"), 1, 2)", "2"),
            ("1 # days", "1"),
            ("/* a */ 1", "1"),
            ("var.days == \"400\" && !false", "true"),
        ] {
            assert_eq!(shown(&evaluate(expression, &Known, 0)), expected, "{expression}");
        }
    }

    #[test]
    fn what_it_does_not_tell_is_not() {
        for expression in [
            "var.other",
            "var.other ? 365 : var.nowhere",
            "(var.other ? 365 : 30) * 2",
            "\"a-${var.other}\"",
            "data.x.y.z",
            "file(\"x\")",
            "cidrsubnet(\"10.0.0.0/8\", 8, 1)",
            "[for x in var.list : upper(x)]",
            "{for k, v in var.map : k => v}",
            "try(var.other, 5)",
            "\"%{ if true }a%{ endif }\"",
            "var.list[var.other]",
            "",
            "(",
            "[1",
            "{ a",
            "\"a",
            "<<EOT\nx",
            "a b",
            "!Ref X",
            "))",
        ] {
            assert_eq!(shown(&evaluate(expression, &Known, 0)), "?", "{expression}");
        }
    }

    #[test]
    fn nesting_without_end_is_cut() {
        for bracket in ["(", "[", "{a=", "-", "!", "\"${"] {
            assert_eq!(evaluate(&bracket.repeat(30_000), &Known, 0), Datum::Unknown, "{bracket}");
        }
    }
}
