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
            if between.clone().any(|place| self.pieces[place].item.is(Op::And)) {
                // 2025年第一季度和第二季度, "October and November 2025": one year is said for both.
                let shifted = if has_year(&one.label) {
                    same_year(&other, &one).map(|time| (second, time))
                } else if !self.chinese && has_year(&other.label) {
                    same_year(&one, &other).map(|time| (first, time))
                } else {
                    None
                };
                if let Some((place, time)) = shifted {
                    self.pieces[place].item.time = Some(time);
                    continue;
                }
            }
            let joined = between.clone().any(|place| {
                let item = &self.pieces[place].item;
                item.is(Op::And) || item.is(Op::Or) || item.is(Op::To)
            });
            let touching = between.clone().all(|place| self.pieces[place].item.is(Op::Of));
            let apart =
                one.end.is_some() && one.end <= other.start || other.end.is_some() && other.end <= one.start;
            // A week is numbered in its year, a "first week" of a month isn't.
            let part = touching && (apart || one.grain >= Grain::Month && other.grain == Grain::Week);
            let dated = |place: Option<usize>| place.is_some_and(|place| self.time_field(place).is_some());
            let named = [self.left(first), self.right(first), self.left(second), self.right(second)];
            let separate = !joined && !touching && apart && !named.into_iter().any(dated);
            if separate {
                self.refuse("several stretches of time", first..second + 1);
            } else if part {
                self.refuse("a part of a stretch of time", first..second + 1);
            } else if joined && !apart && !touching && between.len() == 1 {
                self.refuse("several stretches of time", first..second + 1);
            }
        }
    }

    /// 今年的订单中已取消的占比, 新客户中有多少下过单, "what percentage of orders in 北京 are cancelled": the whole that a part is
    /// taken of.
    pub(super) fn find_whole(&mut self) {
        let written = |place: usize| self.text.written(self.pieces[place].item.units.clone());
        let share = (0..self.len()).find(|place| self.is(*place, Op::Share));
        let (whole, last) = if self.chinese {
            let Some(inside) = (1..self.len()).find(|place| {
                self.is(*place, Op::Of)
                    && matches!(written(*place), "中" | "里" | "里面" | "当中" | "之中" | "其中")
            }) else {
                return;
            };
            let asks = share.is_some_and(|share| share > inside)
                || (inside + 1..self.len()).any(|place| self.is(place, Op::HowMany));
            if !asks {
                return;
            }
            (0..self.pieces[inside].item.units.start, inside)
        } else {
            let Some(share) = share else { return };
            let Some(is) = (share + 1..self.len()).find(|place| {
                self.is(*place, Op::Is) && (*place + 1..self.len()).any(|value| self.is_value(value))
            }) else {
                return;
            };
            (self.pieces[share].item.units.end..self.pieces[is].item.units.start, is)
        };
        self.parts.whole = Some(whole.clone());
        let table = (0..last)
            .rev()
            .filter(|place| self.pieces[*place].item.units.start >= whole.start)
            .find_map(|place| self.table(place).filter(|_| !self.is_value(place)));
        self.parts.whole_of = table.map(|table| table.candidates).unwrap_or_default();
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
            let Some(tables) = self.table(next).filter(|_| is_total && !self.is_value(next)) else {
                continue;
            };
            if columns.is_empty() || tables.candidates[0].1 <= 0.6 {
                continue;
            }
            let own =
                |column: &super::ColumnId| tables.candidates.iter().any(|(table, _)| *table == column.table);
            // A figure of its own behind the noun is what is added up: "total order amount".
            let figure = self.quantity(next).is_some() || self.quantity(next + 1).is_some();
            if columns.iter().any(own) && !figure || self.is(next + 1, Op::And) && !columns.iter().all(own) {
                self.refuse("which total", index..next + 1);
            } else if !figure {
                // "Total customers" have no column of that name: they are counted.
                self.pieces[index].item.links.clear();
                self.parts.counts = true;
            }
        }
    }

    /// 上个月注册并下单的客户, "customers who registered and ordered last month": one date beside two events.
    pub(super) fn doubt_shared_date(&mut self, time: usize) {
        let dated = |reader: &Self, place: usize| {
            reader.pieces.get(place).is_some_and(|piece| {
                piece.item.links.iter().any(|link| match link.target {
                    super::Target::Column(column) => reader.catalog.role(column) == super::Role::Time,
                    _ => false,
                })
            })
        };
        let event = |reader: &Self, place: usize| {
            dated(reader, place)
                || reader.pieces.get(place).is_some_and(|piece| piece.item.tables().next().is_some())
        };
        for and in 1..self.len() {
            if self.pieces[and].item.is(Op::And)
                && and.abs_diff(time) <= 3
                && dated(self, and - 1)
                && event(self, and + 1)
                && self.pieces[and + 1].item.time.is_none()
            {
                self.refuse(
                    "one date for two events",
                    and.min(time) - usize::from(and < time)..(and + 2).max(time + 1),
                );
            }
        }
    }

    /// "Paid invoices", "invoices that are paid": a column of numbers that describes rows, and nothing says by which number.
    pub(super) fn doubt_adjectives(&mut self) {
        if self.chinese {
            return;
        }
        for index in 0..self.len() {
            let Some(field) = self.column_field(index) else { continue };
            let describes = field.candidates.iter().any(|(dimension, _)| match dimension {
                super::Dimension::Column(column) => self.is_flag(*column),
                _ => false,
            });
            if !describes {
                continue;
            }
            let before_noun = self.table(index + 1).is_some() && !self.is_value(index + 1);
            let said = index.checked_sub(1).is_some_and(|before| self.is(before, Op::Is));
            if before_noun {
                self.refuse("a yes-or-no column as a condition", index..index + 2);
            } else if said && self.number(index + 1).is_none() {
                self.refuse("a yes-or-no column as a condition", index - 1..index + 1);
            }
        }
    }

    /// Whether a column of numbers is called by an adjective: paid, active, is_open.
    fn is_flag(&self, column: super::ColumnId) -> bool {
        if !matches!(self.catalog.role(column), super::Role::Quantity(_)) {
            return false;
        }
        let words = super::super::names::words(&self.catalog.column(column).name);
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
        ["is", "has", "was", "can"].contains(&first.as_str())
            || words.len() == 1
                && ["ed", "paid", "en", "ive", "able", "valid"].iter().any(|end| last.ends_with(end))
    }

    /// "Products bought by customers in 北京": who did it, not what to group by.
    pub(super) fn doubt_passive(&mut self, by: usize) {
        let Some(piece) = self.pieces.get(by) else { return };
        let Some(before) = piece.item.units.start.checked_sub(1) else { return };
        let verb = ["bought", "purchased", "ordered", "placed", "made", "paid", "written", "given", "taken"];
        let plural = self.pieces.get(by + 1).is_some_and(|next| {
            next.item.tables().next().is_some()
                && self.text.written(next.item.units.clone()).to_ascii_lowercase().ends_with('s')
        });
        if plural && verb.contains(&self.text.unit(before)) {
            self.refuse("values of related rows", by.saturating_sub(1)..by + 2);
        }
    }

    /// 贵州茅台今年的最高价, "highest price of each day" kept in a column: over more than one row the highest of them is asked
    /// for, neither a list nor a mean.
    pub(super) fn measure_extremes(&mut self) {
        use super::super::catalog::Role;
        use super::super::ir::{Dimension, Measure};
        use super::super::lexicon::Aggregate;
        let daily = self.parts.trend
            || self.parts.ranking.is_some()
            || self.parts.sort.is_some()
            || !self.parts.measures.is_empty()
            || !self.parts.subjects.is_empty()
            || self.parts.times.iter().any(|time| time.mention.grain <= Grain::Day && one_day(&time.mention))
            || self
                .parts
                .groups
                .iter()
                .any(|group| matches!(group, super::Group::Step(Grain::Day | Grain::Hour)));
        if daily || self.parts.fields.is_empty() {
            return;
        }
        let extreme = |units: &std::ops::Range<usize>| {
            let written = self.text.written(units.clone()).to_lowercase();
            let starts = |words: &[&str]| words.iter().any(|word| written.starts_with(word));
            if starts(&["最高", "最大", "highest", "maximum", "max "]) {
                Some(Aggregate::Max)
            } else if starts(&["最低", "最小", "lowest", "minimum", "min "]) {
                Some(Aggregate::Min)
            } else {
                None
            }
        };
        let figures: Option<Vec<super::Mention<Measure>>> = self
            .parts
            .fields
            .iter()
            .map(|field| {
                let aggregate = extreme(&field.units)?;
                let candidates: super::Candidates<Measure> = field
                    .candidates
                    .iter()
                    .filter_map(|(dimension, weight)| match dimension {
                        Dimension::Column(column)
                            if matches!(self.catalog.role(*column), Role::Quantity(_)) =>
                        {
                            Some((Measure::Column(aggregate, *column), *weight))
                        }
                        _ => None,
                    })
                    .collect();
                (!candidates.is_empty()).then(|| super::Mention { candidates, units: field.units.clone() })
            })
            .collect();
        if let Some(figures) = figures {
            self.parts.measures = figures;
            self.parts.fields.clear();
        }
    }
}

fn has_year(label: &str) -> bool {
    let label = label.to_lowercase();
    ["20", "19", "去年", "前年", "今年", "last year", "this year"].iter().any(|word| label.contains(word))
}

/// A month or quarter without a year of its own, in the year of another stretch.
fn same_year(time: &super::TimeMention, other: &super::TimeMention) -> Option<super::TimeMention> {
    use chrono::{Datelike, Months};
    let label = time.label.to_lowercase();
    let own = [
        "今", "本", "这", "上月", "上个", "上季", "去", "前", "近", "last", "this", "previous", "past", "20",
        "19",
    ];
    if !matches!(time.grain, Grain::Month | Grain::Quarter)
        || !matches!(other.grain, Grain::Month | Grain::Quarter)
        || own.iter().any(|word| label.contains(word))
    {
        return None;
    }
    let (start, end) = (time.start?, time.end?);
    let years = other.start?.year() - start.year();
    let months = Months::new(years.unsigned_abs() * 12);
    let moved = |moment: chrono::NaiveDateTime| {
        if years < 0 { moment.checked_sub_months(months) } else { moment.checked_add_months(months) }
    };
    Some(super::TimeMention { start: Some(moved(start)?), end: Some(moved(end)?), ..time.clone() })
}

fn one_day(mention: &super::TimeMention) -> bool {
    match (mention.start, mention.end) {
        (Some(start), Some(end)) => end - start <= chrono::TimeDelta::days(1),
        _ => false,
    }
}
