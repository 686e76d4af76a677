//! Any bytes as a program in every language: the first byte chooses. Reading them neither panics nor hangs, and what is found lies within them.
#![no_main]

use std::time::Duration;

use aelix_lint::lang;
use aelix_lint::model::facts::Value;
use aelix_lint::scan::syntax::{Bounds, Parser, captured, exports, facts, facts_of_each_call};
use aelix_lint::text::Span;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let table = lang::table();
    let language = table[usize::from(first) % table.len()];
    let bounds = Bounds { max_time: Duration::from_millis(500), ..Bounds::default() };
    let (whole, mut parser) = (Span::new(0, bytes.len()), Parser::default());
    if let Ok(found) = facts(bytes, language, &mut parser, bounds) {
        let arguments = found.calls.iter().flat_map(|call| call.arguments.iter().chain(call.named.iter().map(|(_, argument)| argument)));
        for argument in arguments.chain(found.bindings.iter().map(|binding| &binding.value)) {
            assert!(whole.contains(argument.span), "an argument lies within the file");
            if let Value::Literal { pieces, starts, .. } = &argument.value {
                assert_eq!(pieces.len(), starts.len(), "each piece begins somewhere");
                assert!(pieces.iter().all(|piece| whole.contains(*piece)), "a piece lies within the file");
            }
        }
    }
    let _ = facts_of_each_call(bytes, language, &mut parser, bounds);
    let _ = exports(bytes, language, &mut parser, &[vec!["a".to_owned()], vec!["A".to_owned(), "b".to_owned()]]);
    let _ = captured(bytes, language, &mut parser, &[]);
});
