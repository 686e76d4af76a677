//! Two hits on the same bytes: the more specific one wins, the loser is named.

use std::collections::BTreeMap;

use crate::model::{Hit, Rule};

/// Keeps, of hits that share bytes (a value in pieces takes all of these from hits of lower rank), the one with the highest rank; ties go to the rule of higher priority, then to the longer value, then to the smaller
/// rule id.
/// The ids of the losers are kept in the winner's `also`. The result is in the order of the bytes.
pub fn resolve(mut hits: Vec<Hit>, rules: &[Rule]) -> Vec<Hit> {
    hits.sort_by(|a, b| {
        let (first, second) = (&rules[a.rule], &rules[b.rule]);
        let by_rule = b.rank.cmp(&a.rank).then(second.priority.cmp(&first.priority));
        by_rule.then(b.span.len().cmp(&a.span.len())).then_with(|| first.id.cmp(&second.id)).then(a.span.start.cmp(&b.span.start))
    });
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    let (mut taken, mut pieces) = (Taken::new(), Taken::new());
    for hit in hits {
        let of_piece = || winner(&pieces, &hit).filter(|index| kept[*index].rank > hit.rank);
        let Some(index) = winner(&taken, &hit).or_else(of_piece) else {
            taken.insert(hit.span.start, (hit.span.end, kept.len()));
            pieces.extend(hit.pieces.iter().filter(|piece| **piece != hit.span && !piece.is_empty()).map(|piece| (piece.start, (piece.end, kept.len()))));
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

/// Where spans start → where they end, and whose they are.
type Taken = BTreeMap<usize, (usize, usize)>;

/// The kept hit that shares bytes with this one. Kept spans are disjoint, so the last one that starts before its end decides.
fn winner(taken: &Taken, hit: &Hit) -> Option<usize> {
    let end = hit.span.end.max(hit.span.start + 1);
    let (_, &(other_end, index)) = taken.range(..end).next_back()?;
    (other_end > hit.span.start).then_some(index)
}
