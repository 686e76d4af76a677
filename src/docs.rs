//! Rules as documentation.
