//! Two hits on the same bytes: the more specific one wins, the loser is named.

use crate::model::{Hit, Rule};

/// Keeps, of hits that share bytes, the one with the highest rank; ties go to the rule of higher priority, then to the longer value, then to the smaller
/// rule id.
/// The ids of the losers are kept in the winner's `also`. The result is in the order of the bytes.
pub fn resolve(mut hits: Vec<Hit>, rules: &[Rule]) -> Vec<Hit> {
    hits.sort_by(|a, b| {
        let (first, second) = (&rules[a.rule], &rules[b.rule]);
        let by_rule = b.rank.cmp(&a.rank).then(second.priority.cmp(&first.priority));
        by_rule.then(b.span.len().cmp(&a.span.len())).then_with(|| first.id.cmp(&second.id)).then(a.span.start.cmp(&b.span.start))
    });
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    let mut taken = std::collections::BTreeMap::new();
    for hit in hits {
        let Some(index) = winner(&taken, &hit) else {
            taken.insert(hit.span.start, (hit.span.end, kept.len()));
            kept.push(hit);
            continue;
        };
        let winner = &mut kept[index];
        let loser = &rules[hit.rule].id;
        if rules[winner.rule].id != *loser && !winner.also.contains(loser) {
            winner.also.push(loser.clone());
        }
    }
    kept.sort_by_key(|hit| hit.span);
    kept
}

/// The kept hit that shares bytes with this one. Kept spans are disjoint, so the last one that starts before its end decides.
fn winner(taken: &std::collections::BTreeMap<usize, (usize, usize)>, hit: &Hit) -> Option<usize> {
    let end = hit.span.end.max(hit.span.start + 1);
    let (_, &(other_end, index)) = taken.range(..end).next_back()?;
    (other_end > hit.span.start).then_some(index)
}
