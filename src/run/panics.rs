//! A panic in one blob is caught and becomes its error. The text of a panic may hold content, so it is never shown.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static LAST_PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes panics silent; only their place in our own source is remembered.
pub fn silence() {
    panic::set_hook(Box::new(|info| {
        let own = info.location().filter(|place| place.file().starts_with("src"));
        let place = own.map(|place| format!("{}:{}", place.file().replace('\\', "/"), place.line()));
        LAST_PLACE.with_borrow_mut(|last| *last = place);
    }));
}

/// Runs `work`; a panic becomes `internal error at src/…`.
pub fn guard<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let place = LAST_PLACE.with_borrow_mut(Option::take);
        place.map_or_else(|| "internal error".to_owned(), |place| format!("internal error at {place}"))
    })
}

#[cfg(test)]
mod tests {
    use super::guard;

    #[test]
    fn a_panic_is_an_error_without_its_text() {
        let caught = guard(|| -> u8 { panic!("the content of a file") });
        assert!(caught.unwrap_err().starts_with("internal error"));
        assert_eq!(guard(|| 1), Ok(1));
    }
}
