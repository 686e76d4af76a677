//! The lines of places that a step left out: few are ever shown, so those are read again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::{Finding, Origin, Place, Target};
use crate::scan::Scanner;
use crate::text::Span;

use super::scanning::{self, Outcome, Threads};

/// Gives the places of findings the lines that were left out.
pub fn show<'a>(findings: impl Iterator<Item = &'a mut Finding>, (scanner, threads): (&Scanner, &Threads), targets: &[Target]) {
    let mut left_out: Vec<&mut Place> = findings.flat_map(places).filter(|place| place.snippet.is_none()).collect();
    let mut spans: HashMap<Arc<str>, Vec<Span>> = HashMap::new();
    for place in &left_out {
        spans.entry(place.relative.clone()).or_default().push(place.span);
    }
    if spans.is_empty() {
        return;
    }
    let mut errands: BTreeMap<&str, (&Target, Vec<Span>)> = BTreeMap::new();
    for target in targets.iter().filter(|target| target.origin == Origin::File) {
        if let Some(spans) = spans.get(&target.relative) {
            errands.insert(&target.relative, (target, spans.clone()));
        }
    }
    let errands: Vec<(&Target, Vec<Span>)> = errands.into_values().collect();
    let mut shown: HashMap<(Arc<str>, Span), Place> = HashMap::new();
    for outcome in scanning::shown(scanner, &errands, threads) {
        if let Outcome::Scanned { found: Some(scanned), .. } = outcome {
            shown.extend(scanned.places.into_iter().map(|place| ((place.relative.clone(), place.span), place)));
        }
    }
    for place in &mut left_out {
        if let Some(known) = shown.get(&(place.relative.clone(), place.span)) {
            **place = known.clone();
        }
    }
}

fn places(finding: &mut Finding) -> impl Iterator<Item = &mut Place> {
    let Finding { place, related, .. } = finding;
    std::iter::once(place).chain(related.iter_mut().map(|related| &mut related.place))
}
