//! The functions that may be called: for each dialect those that are known to only compute.

mod clickhouse;
mod datafusion;
mod mysql;
mod postgres;
mod sqlite;

pub(super) use clickhouse::CLICKHOUSE;
pub(super) use datafusion::DATAFUSION;
pub(super) use mysql::MYSQL;
pub(super) use postgres::POSTGRES;
pub(super) use sqlite::SQLITE;

/// What calling a function means for the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purity {
    /// The same arguments give the same value.
    Pure,
    /// Reads the clock or rolls dice, and does nothing else.
    Changing,
    /// A date function of SQLite, which reads the clock when its argument says so.
    /// The numbers are the positions of its time arguments.
    Clock(&'static [usize]),
}

/// The functions of one dialect. Each list is sorted and in lower case, for a binary search.
pub(super) struct Functions {
    /// Pure functions.
    pub(super) pure: &'static [&'static str],
    /// Functions that read the clock or roll dice.
    pub(super) changing: &'static [&'static str],
    /// Date functions with the positions of their time arguments.
    pub(super) clock: &'static [(&'static str, &'static [usize])],
    /// Functions that may stand in `FROM`.
    pub(super) tables: &'static [&'static str],
    /// Words that call a function without parentheses where no quotes say otherwise, and change with time.
    pub(super) changing_words: &'static [&'static str],
    /// Words that tell about the session without parentheses.
    pub(super) session_words: &'static [&'static str],
}

impl Functions {
    /// What the function is, by its lower-case name; nothing when it isn't allowed.
    pub(super) fn purity(&self, name: &str) -> Option<Purity> {
        if self.pure.binary_search(&name).is_ok() {
            return Some(Purity::Pure);
        }
        if self.changing.binary_search(&name).is_ok() {
            return Some(Purity::Changing);
        }
        let at = self.clock.binary_search_by(|(function, _)| (*function).cmp(name)).ok()?;
        Some(Purity::Clock(self.clock[at].1))
    }

    /// Whether the function, in any case, is allowed.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.purity(&name.to_ascii_lowercase()).is_some()
    }

    /// Whether the function, by its lower-case name, may stand in `FROM`.
    pub(super) fn is_table(&self, name: &str) -> bool {
        self.tables.binary_search(&name).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{CLICKHOUSE, DATAFUSION, Functions, MYSQL, POSTGRES, SQLITE};

    #[test]
    fn lists_are_sorted_lower_case_and_disjoint() {
        for functions in [&SQLITE, &POSTGRES, &MYSQL, &CLICKHOUSE, &DATAFUSION] {
            let Functions { pure, changing, clock, tables, changing_words, session_words } = functions;
            let clock: Vec<&str> = clock.iter().map(|(name, _)| *name).collect();
            for list in [pure, changing, &clock.as_slice(), tables, changing_words, session_words] {
                for pair in list.windows(2) {
                    assert!(pair[0] < pair[1], "{pair:?} are out of order");
                }
                for name in list.iter() {
                    assert_eq!(*name, name.to_ascii_lowercase());
                }
            }
            for name in pure.iter() {
                assert!(!changing.contains(name) && !clock.contains(name), "{name} is in two lists");
            }
        }
    }
}
