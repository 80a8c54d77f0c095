//! Words that change what is asked in a way that no rule offers: better refused than read as if they weren't there.

use super::super::lexicon::Op;
use super::super::time::Grain;
use super::{Beyond, Reader};

impl Reader<'_> {
    /// Notes what isn't offered; the first that is found is named.
    pub(super) fn refuse(&mut self, what: &'static str, places: std::ops::Range<usize>) {
        if self.parts.beyond.is_some() {
            return;
        }
        let pieces = &self.pieces[places.start..places.end.min(self.len())];
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return };
        let words = self.text.written(first.item.units.start..last.item.units.end).to_owned();
        self.parts.beyond = Some(Beyond { what, words });
    }

    /// "Over 80% of price", "top 10% of customers": a number with a percent sign is no plain number.
    pub(super) fn doubt_percents(&mut self) {
        for index in 0..self.len() {
            if self.pieces[index].item.number.as_ref().is_some_and(|number| number.is_percent) {
                self.refuse("comparing with a percentage", index.saturating_sub(1)..index + 1);
            }
        }
    }

    /// Stretches of time that stand side by side without "and": 上月第一周 is a part of a month, and
    /// 上月下单的客户本月的销售额 says two things of two events.
    pub(super) fn doubt_times(&mut self) {
        let places: Vec<usize> = (0..self.len())
            .filter(|place| !self.used(*place) && self.pieces[*place].item.time.is_some())
            .collect();
        for pair in places.windows(2) {
            let &[first, second] = pair else { continue };
            let (Some(one), Some(other)) =
                (self.pieces[first].item.time.clone(), self.pieces[second].item.time.clone())
            else {
                continue;
            };
            let between = first + 1..second;
            let joined = between.clone().any(|place| {
                let item = &self.pieces[place].item;
                item.is(Op::And) || item.is(Op::Or) || item.is(Op::To)
            });
            let touching = between.clone().all(|place| self.pieces[place].item.is(Op::Of));
            let apart =
                one.end.is_some() && one.end <= other.start || other.end.is_some() && other.end <= one.start;
            // A week is numbered in its year, a "first week" of a month isn't.
            let part = touching && (apart || one.grain >= Grain::Month && other.grain == Grain::Week);
            if part {
                self.refuse("a part of a stretch of time", first..second + 1);
            } else if joined && !apart && !touching && between.len() == 1 {
                self.refuse("several stretches of time", first..second + 1);
            }
        }
    }

    /// "Total payments" beside a column "total" of another table: two readings, and one of them is wrong.
    pub(super) fn doubt_totals(&mut self) {
        for index in 0..self.len() {
            let is_total = self.pieces[index].item.is(Op::Total);
            let columns: Vec<_> = self.pieces[index]
                .item
                .links
                .iter()
                .filter_map(|link| match link.target {
                    super::Target::Column(column) => Some(column),
                    _ => None,
                })
                .collect();
            let next = index + 1;
            if is_total
                && !columns.is_empty()
                && !self.used(next)
                && !self.is_value(next)
                && let Some(tables) = self.table(next)
                && tables.candidates[0].1 > 0.6
                && !columns
                    .iter()
                    .any(|column| tables.candidates.iter().any(|(table, _)| *table == column.table))
            {
                self.refuse("which total", index..next + 1);
            }
        }
    }
}
