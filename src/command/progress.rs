//! A progress bar on standard error, drawn only when a scan takes long.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A scan shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// The bar is looked after once in so many files.
const STEP: usize = 16;

/// The bar of one scan.
pub struct Bar {
    started: Instant,
    drawn: OnceLock<ProgressBar>,
    is_wanted: bool,
}

impl Bar {
    /// A bar that appears when it is wanted and the scan takes long.
    pub fn new(is_wanted: bool) -> Self {
        Self { started: Instant::now(), drawn: OnceLock::new(), is_wanted }
    }

    /// `done` of `total` files are scanned.
    pub fn advance(&self, done: usize, total: usize) {
        if self.is_wanted && done.is_multiple_of(STEP) && self.started.elapsed() > PATIENCE {
            self.drawn.get_or_init(|| draw(total)).set_position(done as u64);
        }
    }

    /// Wipes it.
    pub fn finish(&self) {
        if let Some(bar) = self.drawn.get() {
            bar.finish_and_clear();
        }
    }
}

fn draw(total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("scanning {bar:32} {pos}/{len} files, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
