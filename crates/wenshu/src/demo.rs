//! Where the demo database is made and when it is made anew.

use std::path::{Path, PathBuf};

use anyhow::Result;
use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use wenshu_answer::{SemanticTerm, TermKind};
use wenshu_core::clock::{Clock, wall_clock};
use wenshu_core::connections::DemoTerm;

use crate::folder;

/// Makes the file when it is missing, of an older program, damaged, or when its dates ended before `today`. Answers whether it did.
///
/// # Errors
///
/// When it can't be made.
pub fn ensure(path: &Path, today: NaiveDate) -> Result<bool> {
    // A file that can't be read is damaged: nothing in it is anybody's, and a new one mends it.
    if let Ok(Some(day)) = wenshu_demo::last_day(path)
        && day >= today
    {
        return Ok(false);
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        folder::prepare(folder)?;
    }
    wenshu_demo::create(path, today)?;
    Ok(true)
}

/// Keeps the demo database's dates ending today while a server runs on past midnight.
pub struct Keeper {
    path: PathBuf,
    /// The day it was last made or found right for.
    day: NaiveDate,
}

impl Keeper {
    /// For a file that is right for this day.
    pub fn new(path: PathBuf, day: NaiveDate) -> Self {
        Self { path, day }
    }

    /// Makes it anew when this day is a later one. Answers whether it did.
    ///
    /// # Errors
    ///
    /// When it can't be made; the next call tries again.
    pub async fn keep(&mut self, today: NaiveDate) -> Result<bool> {
        if today <= self.day {
            return Ok(false);
        }
        let path = self.path.clone();
        let made = tokio::task::spawn_blocking(move || ensure(&path, today)).await??;
        self.day = today;
        Ok(made)
    }
}

/// The demo's business words, for a pipeline without a store.
pub fn terms() -> Vec<SemanticTerm> {
    wenshu_demo::TERMS
        .iter()
        .map(|term| SemanticTerm {
            term: term.term.to_owned(),
            kind: match term.kind {
                "metric" => TermKind::Metric,
                "dimension" => TermKind::Dimension,
                "alias" => TermKind::Alias,
                _ => TermKind::Note,
            },
            expression: term.expression.to_owned(),
            description: Some(term.description.to_owned()),
        })
        .collect()
}

/// The demo's business words, for keeping with its connection.
pub fn stored_terms() -> Vec<DemoTerm<'static>> {
    wenshu_demo::TERMS
        .iter()
        .map(|term| DemoTerm {
            term: term.term,
            kind: term.kind,
            expression: term.expression,
            description: Some(term.description),
        })
        .collect()
}

/// The wall-clock time in this zone.
pub fn local_time(clock: &dyn Clock, zone: Tz) -> NaiveDateTime {
    wall_clock(clock.now(), zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_new_day_makes_it_anew_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("demo.db");
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        ensure(&path, day(1)).unwrap();
        let mut keeper = Keeper::new(path.clone(), day(1));
        assert!(!keeper.keep(day(1)).await.unwrap());
        assert!(keeper.keep(day(2)).await.unwrap());
        assert_eq!(wenshu_demo::last_day(&path).unwrap(), Some(day(2)));
        assert!(!keeper.keep(day(2)).await.unwrap());
    }
}
