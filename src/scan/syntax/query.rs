//! What a query of a user's rule captures.

use tree_sitter::{QueryCursor, QueryCursorOptions, StreamingIterator};

use crate::lang::Language;
use crate::ruleset::QueryEngine;
use crate::text::Span;

use super::{Bound, Bounds, Budget, Parser, is_nested_too_deep, span, tree};

/// Matches of one query that are taken.
const MAX_MATCHES: usize = 10_000;

/// The nodes that each of these queries captures as `@secret`, without their quotes, in the order of the bytes.
pub fn captured(bytes: &[u8], language: &'static Language, parser: &mut Parser, queries: &[&QueryEngine]) -> Result<Vec<Vec<Span>>, Bound> {
    let bounds = Bounds::default();
    if bytes.len() > bounds.max_bytes {
        return Err(Bound::Size { bytes: bytes.len(), max: bounds.max_bytes });
    }
    if is_nested_too_deep(bytes) {
        return Err(Bound::Nesting);
    }
    parser.tree_sitter.set_language(&(language.grammar)()).map_err(|_| Bound::Grammar { language: language.name })?;
    parser.language = Some(language.name);
    let budget = Budget::new(bounds, bytes.len());
    let tree = tree(bytes, parser, &budget)?;
    let (mut all, mut cursor) = (Vec::new(), QueryCursor::new());
    for engine in queries {
        let mut stopped = false;
        let mut spend = |_: &tree_sitter::QueryCursorState| {
            let flow = budget.spend();
            stopped = flow.is_break();
            flow
        };
        let options = QueryCursorOptions::new().progress_callback(&mut spend);
        let mut found = Vec::new();
        let mut matches = cursor.matches_with_options(&engine.query, tree.root_node(), bytes, options);
        while let Some(one) = matches.next() {
            found.extend(one.captures().iter().filter(|capture| capture.index == engine.secret).map(|capture| without_quotes(bytes, span(capture.node))));
            if found.len() > MAX_MATCHES {
                break;
            }
        }
        drop(matches);
        if stopped {
            return Err(budget.bound());
        }
        found.sort();
        found.dedup();
        all.push(found);
    }
    Ok(all)
}

/// A string without its quotes and what stands before them.
fn without_quotes(bytes: &[u8], whole: Span) -> Span {
    let text = &bytes[whole.range()];
    let Some(first) = text.iter().take(3).position(|b| matches!(b, b'"' | b'\'' | b'`')).filter(|first| text[..*first].iter().all(u8::is_ascii_alphabetic))
    else {
        return whole;
    };
    let quote = text[first];
    let count = if text[first..].starts_with(&[quote; 3]) && text.len() >= first + 6 { 3 } else { 1 };
    let is_closed = text.len() >= first + 2 * count && text[text.len() - count..].iter().all(|b| *b == quote);
    if is_closed { Span::new(whole.start + first + count, whole.end - count) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_no_part_of_a_value() {
        for (text, expected) in
            [("\"abc\"", "abc"), ("'abc'", "abc"), ("b'abc'", "abc"), ("\"\"\"abc\"\"\"", "abc"), ("abc", "abc"), ("\"abc", "\"abc"), ("\"\"", "")]
        {
            assert_eq!(&text[without_quotes(text.as_bytes(), Span::new(0, text.len())).range()], expected, "{text}");
        }
    }
}
