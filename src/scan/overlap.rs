//! Two hits on the same bytes: the more specific one wins, the loser is named.

use std::collections::BTreeMap;

use crate::model::{Hit, Rule};

/// Keeps, of hits that share bytes (a value in pieces takes all of these from hits of lower rank), the one with the highest rank; ties go to the rule of
/// higher priority, then to the longer value, then to the smaller rule id.
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
            for piece in hit.pieces.iter().filter(|piece| **piece != hit.span && !piece.is_empty()) {
                pieces.entry(piece.start).or_insert((piece.end, kept.len()));
            }
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

/// The kept hit that shares bytes with this one. The last one that starts before its end decides: kept spans are disjoint, and of kept values that share a
/// piece the first, which has the highest rank, holds it.
fn winner(taken: &Taken, hit: &Hit) -> Option<usize> {
    let end = hit.span.end.max(hit.span.start + 1);
    let (_, &(other_end, index)) = taken.range(..end).next_back()?;
    (other_end > hit.span.start).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rank;
    use crate::ruleset::{RuleOptions, RuleSet};
    use crate::text::Span;

    #[test]
    fn of_values_that_share_a_piece_the_one_of_higher_rank_holds_it() {
        let rules = RuleSet::load(&RuleOptions::default()).unwrap().rules;
        let shared = Span::new(30, 34);
        let hit = |span: Span, rank| Hit { pieces: vec![span, shared], ..Hit::secret(0, &rules[0], span, rank) };
        let hits = vec![hit(Span::new(0, 10), Rank::Provider), hit(Span::new(11, 25), Rank::KeyName), hit(shared, Rank::KeyName)];
        let kept: Vec<Span> = resolve(hits, &rules).iter().map(|hit| hit.span).collect();
        assert_eq!(kept, [Span::new(0, 10), Span::new(11, 25)]);
    }
}
