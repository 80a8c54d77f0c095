//! A bilingual glossary of words that databases are made of, so that a Chinese question reaches an English schema and
//! the other way round.
//!
//! Each line is a group of words that may stand for one another: English forms, `=`, Chinese forms. A word may be in
//! several groups. Groups are about names; the fixed words of questions are in [`lexicon`](super::lexicon).

mod business;
mod people;
mod states;
mod world;

use std::sync::LazyLock;

use super::text::{PhraseTrie, has_han, keys};

/// The groups, found by phrase.
pub(crate) struct Glossary {
    groups: Vec<Group>,
    by_phrase: PhraseTrie<u16>,
}

/// Words that may stand for one another.
pub(crate) struct Group {
    /// English forms, the most usual first.
    pub(crate) english: Vec<&'static str>,
    /// Chinese forms, the most usual first.
    pub(crate) chinese: Vec<&'static str>,
}

impl Group {
    /// Every form.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &'static str> {
        self.english.iter().chain(&self.chinese).copied()
    }
}

/// Names of tables and columns.
pub(crate) static NAMES: LazyLock<Glossary> =
    LazyLock::new(|| Glossary::new(&[business::GROUPS, people::GROUPS, world::GROUPS]));

/// Values that are stored as words of either language: states, genders, yes and no.
pub(crate) static STATES: LazyLock<Glossary> = LazyLock::new(|| Glossary::new(&[states::GROUPS]));

impl Glossary {
    fn new(tables: &[&'static [&'static str]]) -> Self {
        let mut groups = Vec::new();
        let mut by_phrase: PhraseTrie<u16> = PhraseTrie::default();
        for line in tables.iter().flat_map(|table| table.iter()) {
            let forms = || line.split(['=', ',']).map(str::trim).filter(|form| !form.is_empty());
            let index = u16::try_from(groups.len()).unwrap_or(u16::MAX);
            for form in forms() {
                let entry = by_phrase.entry(&keys(form));
                if !entry.contains(&index) {
                    entry.push(index);
                }
            }
            groups.push(Group {
                english: forms().filter(|form| !has_han(form)).collect(),
                chinese: forms().filter(|form| has_han(form)).collect(),
            });
        }
        Self { groups, by_phrase }
    }

    /// The groups this phrase is in.
    pub(crate) fn groups(&self, phrase: &[u64]) -> impl Iterator<Item = &Group> {
        self.by_phrase.get(phrase).iter().filter_map(|&index| self.groups.get(usize::from(index)))
    }

    /// Whether two phrases share a group.
    pub(crate) fn related(&self, left: &[u64], right: &[u64]) -> bool {
        let right = self.by_phrase.get(right);
        self.by_phrase.get(left).iter().any(|group| right.contains(group))
    }

    /// Length of the longest phrase that starts here, 0 when none does.
    pub(crate) fn longest(&self, phrase: &[u64]) -> usize {
        (1..=phrase.len().min(8))
            .rev()
            .find(|&length| !self.by_phrase.get(&phrase[..length]).is_empty())
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_both_languages() {
        for group in NAMES.groups.iter().chain(&STATES.groups) {
            assert!(!group.english.is_empty() && !group.chinese.is_empty(), "{:?}", group.english);
        }
        assert!(NAMES.groups.len() > 300);
    }

    #[test]
    fn words_are_related_across_languages() {
        assert!(NAMES.related(&keys("客户"), &keys("customers")));
        assert!(NAMES.related(&keys("单价"), &keys("unit_price")));
        assert!(STATES.related(&keys("cancelled"), &keys("已取消")));
        assert!(!NAMES.related(&keys("客户"), &keys("stores")));
    }
}
