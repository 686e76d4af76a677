//! Values that are no secrets: placeholders and references. (Contract stub.)

/// Why the whole value is a placeholder (`changeme`, `xxxx`, `<your-key>`), if it is one.
pub fn placeholder(_value: &[u8]) -> Option<&'static str> {
    None
}

/// Why the whole value is a reference resolved elsewhere (`${X}`, `{{ x }}`, `$(cmd)`), if it is one.
pub fn reference(_value: &[u8]) -> Option<&'static str> {
    None
}
