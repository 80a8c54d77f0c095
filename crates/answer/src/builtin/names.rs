//! The phrases by which people may call a table or a column: its identifier's words, its comment, their translations
//! and shortened forms, each with a weight that says how sure the match is.

use std::collections::HashMap;

use super::glossary::NAMES;
use super::text::{has_han, is_han, keys};

/// How sure a phrase names its thing, 0 to 1.
pub(crate) type Weight = f32;

/// The name as people write it.
pub(crate) const EXACT: Weight = 1.0;
const TRANSLATED: Weight = 0.9;
const SHORTENED: Weight = 0.92;
const PART: Weight = 0.62;

/// Words of identifiers that say how a warehouse is built, not what a table is about.
const TABLE_AFFIXES: [&str; 21] = [
    "t",
    "tb",
    "tbl",
    "dim",
    "fact",
    "ods",
    "dwd",
    "dws",
    "ads",
    "sys",
    "biz",
    "table",
    "info",
    "tab",
    "mst",
    "master",
    "data",
    "表",
    "信息",
    "信息表",
    "数据",
];
/// Words at the end of a column's name that only say that it is a time.
const TIME_SUFFIXES: [&str; 9] = ["at", "on", "time", "date", "day", "datetime", "时间", "日期", "timestamp"];

/// The words of an identifier or comment, lower case: snake and camel case split, Chinese cut along the glossary.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut previous: Option<char> = None;
    let characters: Vec<char> = name.chars().collect();
    for (index, &character) in characters.iter().enumerate() {
        let camel_hump = character.is_uppercase()
            && previous.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_uppercase()
                        && characters.get(index + 1).is_some_and(|after| after.is_lowercase())
            });
        let script_change = previous.is_some_and(|before| {
            is_han(before) != is_han(character) || before.is_numeric() != character.is_numeric()
        });
        if (!character.is_alphanumeric() || camel_hump || script_change) && !current.is_empty() {
            words.push(std::mem::take(&mut current));
        }
        if character.is_alphanumeric() {
            current.extend(character.to_lowercase());
        }
        previous = Some(character);
    }
    if !current.is_empty() {
        words.push(current);
    }
    words
        .into_iter()
        .flat_map(|word| if word.starts_with(is_han) { cut_chinese(&word) } else { vec![word] })
        .collect()
}

/// Cuts along the longest glossary phrases; what lies between stays whole.
fn cut_chinese(word: &str) -> Vec<String> {
    let characters: Vec<char> = word.chars().collect();
    let phrase = keys(word);
    if phrase.len() != characters.len() || NAMES.groups(&phrase).next().is_some() {
        return vec![word.to_owned()];
    }
    let mut words = Vec::new();
    let mut unknown = String::new();
    let mut position = 0;
    while position < characters.len() {
        let length = NAMES.longest(&phrase[position..]);
        // A single character inside an unknown word is seldom a word of its own.
        if length == 0 || (length == 1 && !unknown.is_empty()) {
            unknown.push(characters[position]);
            position += 1;
            continue;
        }
        if !unknown.is_empty() {
            words.push(std::mem::take(&mut unknown));
        }
        words.push(characters[position..position + length].iter().collect());
        position += length;
    }
    if !unknown.is_empty() {
        words.push(unknown);
    }
    words
}

/// The words of a table's name that say what it is about.
pub(crate) fn table_words(name: &str) -> Vec<String> {
    let mut parts = words(name);
    while parts.len() > 1 && TABLE_AFFIXES.contains(&parts[0].as_str()) {
        parts.remove(0);
    }
    while parts.len() > 1 && parts.last().is_some_and(|last| TABLE_AFFIXES.contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// Phrases with their weights, the best weight of each.
#[derive(Default)]
pub(crate) struct Phrases(HashMap<Vec<u64>, Weight>);

impl Phrases {
    fn add(&mut self, phrase: Vec<u64>, weight: Weight) {
        if !phrase.is_empty() {
            let best = self.0.entry(phrase).or_insert(0.0);
            *best = best.max(weight);
        }
    }

    /// In an order that doesn't depend on hashing.
    pub(crate) fn into_sorted(self) -> Vec<(Vec<u64>, Weight)> {
        let mut phrases: Vec<_> = self.0.into_iter().collect();
        phrases.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        phrases
    }

    /// The words as they are, and in translation.
    pub(crate) fn add_words(&mut self, words: &[String], weight: Weight) {
        let joined: Vec<u64> = words.iter().flat_map(|word| keys(word)).collect();
        for group in NAMES.groups(&joined) {
            for (rank, form) in group.forms().enumerate() {
                // A little less for what stands later in a group, so that the usual word wins a tie.
                let lower = 0.002 * rank.min(20) as Weight;
                self.add(keys(form), weight * (TRANSLATED - lower));
            }
        }
        self.add(joined, weight * EXACT);
        if words.len() > 1 {
            self.add_translated_parts(words, weight);
        }
    }

    /// Every combination of the translations of a name's parts: `store_name` is 门店名称, 店铺名字, shop name.
    fn add_translated_parts(&mut self, words: &[String], weight: Weight) {
        let mut parts: Vec<Vec<u64>> = Vec::new();
        let mut position = 0;
        while position < words.len() {
            let longest = (position + 1..=words.len())
                .rev()
                .map(|end| (end, words[position..end].iter().flat_map(|word| keys(word)).collect::<Vec<_>>()))
                .find(|(end, phrase)| *end == position + 1 || NAMES.groups(phrase).next().is_some());
            let Some((end, phrase)) = longest else { break };
            // The whole name was looked up already.
            if position == 0 && end == words.len() {
                return;
            }
            parts.push(phrase);
            position = end;
        }
        for chinese in [false, true] {
            let mut combined: Vec<Vec<u64>> = vec![Vec::new()];
            for part in &parts {
                let mut forms: Vec<Vec<u64>> = vec![part.clone()];
                for group in NAMES.groups(part) {
                    let group_forms = if chinese { &group.chinese } else { &group.english };
                    forms.extend(group_forms.iter().take(5).map(|form| keys(form)));
                }
                forms.truncate(8);
                combined = combined
                    .iter()
                    .flat_map(|head| forms.iter().map(move |form| [head.as_slice(), form].concat()))
                    .take(64)
                    .collect();
            }
            for phrase in combined {
                self.add(phrase, weight * TRANSLATED * 0.98);
            }
        }
    }
}

/// How a table may be called.
pub(crate) fn table_phrases(name: &str, comment: Option<&str>) -> Phrases {
    let mut phrases = Phrases::default();
    for source in std::iter::once(name).chain(comment.map(short_comment)) {
        let all = words(source);
        let about = table_words(source);
        phrases.add_words(&all, EXACT);
        if about != all {
            phrases.add_words(&about, SHORTENED);
        }
        if about.len() > 1
            && let Some(last) = about.last().filter(|last| !is_vague(last))
        {
            phrases.add_words(std::slice::from_ref(last), PART);
        }
    }
    phrases
}

/// How a column may be called, within a table of these words.
pub(crate) fn column_phrases(name: &str, comment: Option<&str>, table: &[String], key: bool) -> Phrases {
    let mut phrases = Phrases::default();
    for source in std::iter::once(name).chain(comment.map(short_comment)) {
        let all = words(source);
        phrases.add_words(&all, EXACT);
        let table_stems: Vec<Vec<u64>> = table.iter().map(|word| keys(word)).collect();
        let owned = all
            .iter()
            .take_while(|word| {
                let word = keys(word);
                table_stems.iter().any(|stem| *stem == word || NAMES.related(stem, &word))
            })
            .count();
        let own = &all[owned.min(all.len().saturating_sub(1))..];
        if own.len() < all.len() {
            phrases.add_words(own, SHORTENED);
        }
        // A foreign key's last word says "id", which would answer to the wrong thing.
        if key {
            continue;
        }
        if own.len() > 1 {
            let last = &own[own.len() - 1];
            if TIME_SUFFIXES.contains(&last.as_str()) {
                phrases.add_words(&own[..own.len() - 1], 0.8);
                phrases.add_words(&["date".to_owned()], PART);
            } else if !is_vague(last) {
                phrases.add_words(std::slice::from_ref(last), PART);
            }
            if own.len() > 2 {
                phrases.add_words(&own[1..], PART);
            }
        }
    }
    phrases
}

/// The name that begins a comment; explanations after it are not a name.
fn short_comment(comment: &str) -> &str {
    let end = comment
        .find(|character: char| "，,。;；（(:：、\n/|[【".contains(character))
        .unwrap_or(comment.len());
    let name = comment[..end].trim();
    if name.chars().count() > 24 { "" } else { name }
}

/// Words that don't tell columns apart.
fn is_vague(word: &str) -> bool {
    matches!(word, "id" | "code" | "no" | "key" | "value" | "flag" | "list" | "of" | "编号" | "号" | "表")
        || word.len() < 2
        || word.chars().all(char::is_numeric)
}

/// An English noun as one of what it names: categories → category.
pub(crate) fn singular(noun: &str) -> String {
    if has_han(noun) {
        return noun.to_owned();
    }
    if let Some(stem) = noun.strip_suffix("ies") {
        return format!("{stem}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if noun.ends_with(ending) {
            return noun[..noun.len() - 2].to_owned();
        }
    }
    match noun.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => noun.to_owned(),
    }
}

/// The name in Chinese as far as the glossary goes; `None` when a word of it is unknown.
pub(crate) fn in_chinese(name: &[String]) -> Option<String> {
    if name.iter().any(|word| has_han(word)) {
        return Some(name.concat());
    }
    let mut chinese = String::new();
    let mut position = 0;
    while position < name.len() {
        let (end, form) = (position + 1..=name.len()).rev().find_map(|end| {
            let phrase: Vec<u64> = name[position..end].iter().flat_map(|word| keys(word)).collect();
            let form = NAMES.groups(&phrase).find_map(|group| group.chinese.first().copied())?;
            Some((end, form))
        })?;
        chinese.push_str(form);
        position = end;
    }
    Some(chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_cut_into_words() {
        assert_eq!(words("unit_price"), ["unit", "price"]);
        assert_eq!(words("CustomerName"), ["customer", "name"]);
        assert_eq!(words("StuID"), ["stu", "id"]);
        assert_eq!(words("学生编号"), ["学生编号"]);
        assert_eq!(words("门店名称"), ["门店名称"]);
        assert_eq!(table_words("t_order_info"), ["order"]);
    }

    #[test]
    fn a_column_answers_to_its_translations_and_short_forms() {
        let phrases = column_phrases("customer_name", None, &["customers".to_owned()], false).0;
        for phrase in ["customer name", "name", "客户姓名", "姓名", "客户名称"] {
            assert!(phrases.contains_key(&keys(phrase)), "{phrase}");
        }
        let phrases = column_phrases("registered_at", None, &[], false).0;
        for phrase in ["registered", "注册时间", "注册"] {
            assert!(phrases.contains_key(&keys(phrase)), "{phrase}");
        }
    }
}
