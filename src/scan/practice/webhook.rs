//! Handlers of Aelix webhooks that do not verify the signature, or compare it so that the time it takes tells the right one.

use crate::model::Confidence;
use crate::model::facts::Call;
use crate::text::Span;

use super::{Found, MOST_PLACES, Page, Practice, text_of};

/// The header that carries the signature, as it is written in code.
pub const ANCHORS: [&str; 3] = ["aelix-signature", "aelix_signature", "aelixsignature"];
/// The word that every handler of its webhooks holds.
pub const PROVIDER: &str = "aelix";
/// Names of one header that are followed.
const MOST_NAMES: usize = 16;
/// Words of which a file that verifies anything holds one.
const VERIFYING: [&str; 5] = ["verif", "signature", "hmac", "timingsafe", "webhooksecret"];
/// Callees that register a handler, or annotate one: the last word.
const ROUTES: [&str; 25] = [
    "Controller",
    "post",
    "route",
    "all",
    "use",
    "add_url_rule",
    "api_route",
    "add_api_route",
    "path",
    "re_path",
    "add_route",
    "HandleFunc",
    "Handle",
    "POST",
    "Post",
    "Any",
    "PostMapping",
    "RequestMapping",
    "MapPost",
    "HttpPost",
    "Route",
    "add_post",
    "match",
    "route_service",
    "add",
];

/// Whether a file that has to do with Aelix may handle its webhooks without verifying them. Judged before anything is parsed.
pub fn may_handle_hooks(bytes: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    has("hook") && (has("/aelix") || has("aelix/") || !["verif", "ignature", "hmac"].iter().any(|word| has(word)))
}

/// What is wrong with the handlers of a file.
pub fn found(page: &Page) -> Vec<Found> {
    if page.context.test {
        return Vec::new();
    }
    let mut all = compared(page);
    let unverified = unverified(page);
    all.extend(unverified);
    all
}

/// Routes of Aelix webhooks whose handlers hold no word about verifying.
fn unverified(page: &Page) -> Vec<Found> {
    let lower = page.bytes.to_ascii_lowercase();
    let is_verifying = |text: &[u8]| VERIFYING.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some());
    let is_verified = is_verifying(&lower);
    if is_verified && page.facts.calls.iter().any(|call| GUARDS.contains(&super::last_name(&call.callee)) && is_verifying(&lower[call.span.range()])) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for call in &page.facts.calls {
        let last = super::last_name(call.callee.trim_end_matches('!'));
        if !ROUTES.contains(&last) || page.is_test(call.span) {
            continue;
        }
        let arguments = call.arguments.iter().chain(call.named.iter().filter(|(name, _)| matches!(name.as_str(), "path" | "value" | "rule")).map(|(_, a)| a));
        let route = arguments.take(3).find(|argument| text_of(argument).is_some_and(is_route));
        let is_checked = || is_verified && handler(page, call).is_none_or(|handler| checks(&lower[handler.range()]));
        if let Some(route) = route.filter(|_| has_handler(page, call) && !is_checked()) {
            let message = format!("handler of Aelix webhooks, line {}, that never looks at `X-Aelix-Signature`", route.line);
            let mut found = Found::plain(Practice::UnverifiedWebhook, route.span, message);
            found.confidence = Confidence::Medium;
            all.push(found);
        }
    }
    all.sort_by_key(|found| found.span);
    all.dedup_by_key(|found| found.span);
    all
}

/// Callees that put something before all handlers.
const GUARDS: [&str; 18] = [
    "use",
    "Use",
    "before_action",
    "before",
    "before_request",
    "prepend_before_action",
    "middleware",
    "Depends",
    "UseGuards",
    "UseMiddleware",
    "addHook",
    "layer",
    "route_layer",
    "With",
    "intercept",
    "APIRouter",
    "ServiceFilter",
    "TypeFilter",
];
/// Words of a handler that leaves the check to a function.
const CHECKING: [&str; 4] = ["authenticat", "valid", "check", "trusted"];

/// Whether a handler verifies what it gets, or calls something that may.
fn checks(lower: &[u8]) -> bool {
    VERIFYING.iter().chain(&CHECKING).any(|word| memchr::memmem::find(lower, word.as_bytes()).is_some())
}

/// The text of the handler of a route, where its end is known: a function in the call, what follows an annotation, a function under its name.
fn handler(page: &Page, call: &Call) -> Option<Span> {
    if is_annotation(page, call.span) {
        // Annotations stand together, before and behind.
        let start = memchr::memrchr_iter(b'\n', &page.bytes[..call.span.start]).nth(2).map_or(0, |end| end + 1);
        return Some(Span::new(start, end_of_declaration(page.bytes, call.span.end)));
    }
    let text = page.text(call.span);
    if CLOSURES.iter().any(|sign| text.contains(sign)) || text.trim_end().ends_with('}') {
        return Some(call.span);
    }
    let open = call.span.end + page.bytes[call.span.end..].iter().take_while(|b| b.is_ascii_whitespace()).count();
    if page.bytes.get(open) == Some(&b'{') {
        return Some(Span::new(call.span.start, end_of_block(page.bytes, open)));
    }
    let name = super::last_name(page.text(call.arguments.last()?.span).trim_end_matches([')', ';']));
    let declared = |word: &&str| memchr::memmem::find(page.bytes, format!("{word} {name}").as_bytes());
    let start = DECLARING.iter().filter_map(declared).min()?;
    Some(Span::new(start, end_of_declaration(page.bytes, start)))
}

/// Signs of a function that is written among the arguments.
const CLOSURES: [&str; 8] = ["=>", "function", "func(", "lambda", "->", " do ", " do\n", "fn("];
/// Words before the name of a function.
const DECLARING: [&str; 9] = ["def", "func", "function", "fn", "const", "let", "void", "Task", "async"];

/// Where the declaration at this byte ends: before the next line that begins as far to the left, or at the end of a block.
fn end_of_declaration(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let brace = memchr::memchr2(b'{', b';', rest).filter(|brace| rest[*brace] == b'{').map(|brace| end_of_block(bytes, at + brace));
    let line = memchr::memchr_iter(b'\n', rest).skip(1).find(|end| rest.get(end + 1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'@'));
    let def = memchr::memmem::find(rest, b"def ").map(|def| at + def);
    match (brace, line.map_or(bytes.len(), |line| at + line)) {
        // Python: the declaration itself begins a line.
        (_, _) if def.is_some() => {
            let from = def.unwrap_or(at);
            let next = memchr::memchr_iter(b'\n', &bytes[from..]).find(|end| bytes.get(from + end + 1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'@'));
            next.map_or(bytes.len(), |next| from + next)
        }
        (Some(brace), _) => brace,
        (None, line) => line,
    }
}

/// Where the block that opens at this byte ends.
fn end_of_block(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    let end = bytes[open..].iter().position(|b| {
        match b {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    end.map_or(bytes.len(), |end| open + end + 1)
}

/// Whether the handler of a route stands in this file: behind an annotation, in the call, or declared under its name. Elsewhere it may verify.
fn has_handler(page: &Page, call: &Call) -> bool {
    if is_annotation(page, call.span) {
        return true;
    }
    let text = page.text(call.span);
    let behind = page.bytes[call.span.end..].trim_ascii_start();
    if CLOSURES.iter().any(|sign| text.contains(sign)) || page.language.name == "kotlin" && (text.ends_with('}') || behind.starts_with(b"{")) {
        return true;
    }
    let Some(handler) = call.arguments.last().filter(|_| call.arguments.len() > 1) else { return false };
    let name = super::last_name(page.text(handler.span).trim_end_matches([')', ';']));
    let declares = |word: &str| memchr::memmem::find(page.bytes, format!("{word} {name}").as_bytes()).is_some();
    name.len() > 2 && DECLARING.iter().any(|word| declares(word))
}

/// `/webhooks/aelix`, `/aelix/webhook`: a path on this host.
fn is_route(text: &str) -> bool {
    // `POST /webhooks/aelix`: Go's patterns begin with a method.
    let lower = text.rsplit(' ').next().unwrap_or(text).to_ascii_lowercase();
    lower.contains("aelix")
        && lower.contains("hook")
        && !lower.contains("://")
        && (text.len() == lower.len() || text.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Whether a call stands behind `@` or in brackets: a decorator, an annotation, an attribute.
fn is_annotation(page: &Page, call: Span) -> bool {
    let text = page.text(call);
    let before = page.bytes[..call.start].trim_ascii_end();
    text.starts_with('@') || before.ends_with(b"@") || matches!(page.language.name, "csharp" | "php") && before.ends_with(b"[") && text.ends_with(')')
}

/// Comparisons of what was read from the header with `==`.
fn compared(page: &Page) -> Vec<Found> {
    let mut all = Vec::new();
    for name in names_of_signature(page).into_iter().take(MOST_NAMES) {
        for at in memchr::memmem::find_iter(page.bytes, name.as_bytes()).take(MOST_PLACES) {
            let whole = Span::new(at, at + name.len());
            if is_part_of_a_name(page.bytes, whole) || page.facts.is_text(whole) || page.is_test(whole) {
                continue;
            }
            if let Some(span) = comparison(page.bytes, whole) {
                let message = format!("`{name}`, read from `X-Aelix-Signature`, is compared in a time that depends on how much of it is right");
                all.push(Found::plain(Practice::UnverifiedWebhook, span, message));
            }
        }
    }
    for read in reads_of_header(page) {
        if let Some(span) = comparison(page.bytes, read).filter(|_| !page.is_test(read)) {
            let message = "`X-Aelix-Signature` is compared in a time that depends on how much of it is right";
            all.push(Found::plain(Practice::UnverifiedWebhook, span, message));
        }
    }
    all.sort_by_key(|found| found.span);
    all.dedup_by_key(|found| found.span);
    all
}

/// Expressions that read the header: `request.headers["X-Aelix-Signature"]`.
fn reads_of_header(page: &Page) -> Vec<Span> {
    let is_header = |text: &str| text.trim_matches(['"', '\'', '`']).eq_ignore_ascii_case("x-aelix-signature");
    let literals = page.facts.texts.iter().filter(|text| is_header(page.text(**text)));
    let whole = |literal: &Span| {
        let behind = page.bytes[literal.end..].iter().take_while(|b| matches!(b, b')' | b']')).count();
        let is_path = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'(' | b'[' | b'$' | b'>' | b'-' | b'?' | b'!');
        let before = page.bytes[..literal.start].iter().rev().take_while(is_path).count();
        let start = literal.start - before;
        // `if (request…`: what stands before the name is no part of it.
        let skipped = page.bytes[start..literal.start].iter().take_while(|b| matches!(b, b'(' | b'[' | b'!')).count();
        let surplus = if behind > 1 { 1.max(behind - skipped.min(behind - 1)) } else { behind };
        Span::new(start + skipped, literal.end + surplus)
    };
    literals.map(whole).collect()
}

/// Variables that hold the header.
fn names_of_signature(page: &Page) -> Vec<String> {
    let is_header = |text: &str| {
        let lower = text.to_ascii_lowercase();
        ANCHORS.iter().any(|anchor| lower.contains(anchor))
    };
    let bound = page.facts.bindings.iter().filter(|binding| is_header(page.text(binding.value.span)) && !is_comparing(page.text(binding.value.span)));
    let mut names: Vec<String> = bound.map(|binding| binding.name.trim_start_matches('$').to_owned()).filter(|name| name.len() > 2 && is_name(name)).collect();
    names.extend(parameters(page));
    names.sort();
    names.dedup();
    names
}

/// `x_aelix_signature: str = Header()`, `@RequestHeader("X-Aelix-Signature") String signature`: parameters that hold the header.
fn parameters(page: &Page) -> Vec<String> {
    let own = page.facts.bindings.iter().map(|binding| binding.name.as_str()).filter(|name| name.to_ascii_lowercase().ends_with("aelix_signature"));
    let mut names: Vec<String> = own.map(str::to_owned).collect();
    for call in page.facts.calls.iter().filter(|call| matches!(super::last_name(&call.callee), "RequestHeader" | "FromHeader" | "HeaderParam" | "Headers")) {
        let is_it = call
            .arguments
            .iter()
            .chain(call.named.iter().map(|(_, a)| a))
            .any(|a| text_of(a).is_some_and(|text| text.eq_ignore_ascii_case("x-aelix-signature")));
        if is_it {
            let rest = page.bytes.get(call.span.end..).unwrap_or_default();
            let declared = &rest[..rest.iter().position(|b| matches!(b, b',' | b')' | b'\n')).unwrap_or(rest.len())];
            let text = String::from_utf8_lossy(declared).into_owned();
            // In Kotlin and TypeScript the name stands before the type.
            let (name, _) = text.trim_start_matches([']', ' ']).split_once(':').unwrap_or((&text, ""));
            names.extend(name.split_whitespace().last().filter(|name| is_name(name)).map(str::to_owned));
        }
    }
    names
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn is_comparing(text: &str) -> bool {
    text.contains("==") || text.contains("!=")
}

fn is_part_of_a_name(bytes: &[u8], span: Span) -> bool {
    let is_word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    is_word(span.start.checked_sub(1).and_then(|at| bytes.get(at))) || is_word(bytes.get(span.end))
}

/// The comparison that a name is part of, unless it only asks whether there is anything.
fn comparison(bytes: &[u8], name: Span) -> Option<Span> {
    let line = super::logical_line(bytes, name.start);
    let (before, behind) = (&bytes[line.start..name.start], &bytes[name.end..line.end]);
    let (before, behind) = (std::str::from_utf8(before).ok()?, std::str::from_utf8(behind).ok()?);
    let operand_behind = ["===", "!==", "==", "!="].iter().find_map(|operator| {
        let rest = behind.trim_start().strip_prefix(operator)?;
        let skipped = behind.len() - behind.trim_start().len() + operator.len();
        let operand = operand(rest.trim_start());
        Some((skipped + (rest.len() - rest.trim_start().len()) + operand.len(), operand))
    });
    if let Some((length, operand)) = operand_behind {
        return (!is_nothing(operand)).then(|| Span::new(name.start, name.end + length));
    }
    let bare = before.trim_end_matches(['$', '@']).trim_end();
    let bare = ["===", "!==", "==", "!="].iter().find_map(|operator| bare.strip_suffix(operator));
    if let Some(operand) = bare.map(|bare| last_operand(bare.trim_end())) {
        let start = name.start - (before.len() - (operand.as_ptr() as usize - before.as_ptr() as usize));
        return (!is_nothing(operand)).then(|| Span::new(start, name.end));
    }
    // `expected.equals(signature)`, `signature.equals(expected)`.
    let is_argument = [".equals(", ".equalsIgnoreCase(", ".Equals(", ".eq(", ".eql?("].iter().find(|call| before.ends_with(**call));
    if let Some(call) = is_argument.filter(|_| behind.starts_with(')')) {
        let operand = last_operand(before.strip_suffix(call)?);
        return Some(Span::new(name.start - call.len() - operand.len(), name.end + 1)).filter(|_| !is_nothing(operand));
    }
    let called = [".equals(", ".equalsIgnoreCase(", ".Equals(", ".eql?("].iter().find_map(|call| behind.strip_prefix(call).map(|rest| (call.len(), rest)));
    let (skipped, rest) = called?;
    let operand = operand(rest);
    (!is_nothing(operand)).then(|| Span::new(name.start, (name.end + skipped + operand.len() + 1).min(line.end)))
}

/// What an operator is followed by: a name, a path or a call.
fn operand(text: &str) -> &str {
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(_, c)| {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => {
                depth -= 1;
                return false;
            }
            _ => {}
        }
        depth == 0 && !(c.is_alphanumeric() || "_.$@\"'-:>[(".contains(*c))
    });
    text[..end.map_or(text.len(), |(at, _)| at)].trim_end_matches(':')
}

fn last_operand(text: &str) -> &str {
    if text.ends_with(')') {
        let mut depth = 0_usize;
        let open = text.char_indices().rev().find(|(_, c)| {
            match c {
                ')' => depth += 1,
                '(' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let callee = open.map_or("", |(at, _)| last_operand(&text[..at]));
        return open.map_or(text, |(at, _)| &text[at - callee.len()..]);
    }
    let start =
        text.rfind(|c: char| !(c.is_alphanumeric() || "_.$@\"'->".contains(c))).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    &text[start..]
}

/// What a signature is compared with to know whether there is one.
fn is_nothing(operand: &str) -> bool {
    matches!(operand, "None" | "null" | "nil" | "undefined" | "\"\"" | "''" | "" | "0" | "false" | "true")
        || operand.ends_with(".length")
        || operand.starts_with("typeof")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_told_from_questions_whether_there_is_anything() {
        for (code, expected) in [
            ("if signature == expected:", Some("signature == expected")),
            ("if (signature !== digest(body)) {", Some("signature !== digest(body)")),
            ("if expected != signature {", Some("expected != signature")),
            ("return expected.equals(signature);", Some("expected.equals(signature)")),
            ("if (signature.equals(expected)) {", Some("signature.equals(expected)")),
            ("if signature == None:", None),
            ("if (signature === undefined) {", None),
            ("if signature == \"\" {", None),
            ("signature = header", None),
            ("compare(signature, expected)", None),
        ] {
            let at = code.find("signature").unwrap();
            let found = comparison(code.as_bytes(), Span::new(at, at + "signature".len()));
            assert_eq!(found.map(|span| &code[span.range()]), expected, "{code}");
        }
    }
}
