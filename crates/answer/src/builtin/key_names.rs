//! What names of keys and of tables say: `customer_id` is about the customer, and `t_customers_2024` is of them.

use wenshu_sources::Table;

use super::glossary::NAMES;
use super::names;
use super::text::keys;

/// Names by which every table calls or counts its own rows.
const OWN_KEYS: [&str; 26] = [
    "id",
    "uid",
    "uuid",
    "guid",
    "key",
    "code",
    "no",
    "num",
    "number",
    "index",
    "rowid",
    "row_id",
    "row_no",
    "row_number",
    "line_no",
    "line_number",
    "record_id",
    "编号",
    "序号",
    "行号",
    "号",
    "代码",
    "编码",
    "主键",
    "记录编号",
    "记录号",
];

/// Codes of what many rows have in common by chance.
const CODES_OF_PLACES: [&str; 5] = ["zip_code", "post_code", "postal_code", "area_code", "邮政编码"];

/// What the last word of a key's name says.
const KEY_WORDS: [&str; 11] =
    ["id", "code", "no", "key", "number", "sku", "编号", "号", "代码", "编码", "号码"];

/// Whether it is one of these, however its words are put together.
fn is_one_of(name: &str, known: &[&str]) -> bool {
    let lower = name.trim().to_lowercase();
    known.contains(&lower.as_str()) || known.contains(&names::words(name).join("_").as_str())
}

/// The name of a key: `customer_id` is about the customer.
#[derive(PartialEq, Eq)]
pub(super) struct Key {
    pub(super) about: Vec<u64>,
    pub(super) last: String,
}

impl Key {
    /// That of a key which says whose it is.
    pub(super) fn named(name: &str) -> Option<Self> {
        let lower = name.trim().to_lowercase();
        if is_one_of(name, &OWN_KEYS) || is_one_of(name, &CODES_OF_PLACES) {
            return None;
        }
        let words = names::words(name);
        let (last, before) = words.split_last()?;
        let (about, last) = if !before.is_empty() && KEY_WORDS.contains(&last.as_str()) {
            (before.join(" "), last.clone())
        } else {
            // 客户编号 may be a word of its own.
            let mut endings = ["编号", "编码", "代码", "号码", "号"].into_iter();
            endings.find_map(|ending| Some((lower.strip_suffix(ending)?.to_owned(), ending.to_owned())))?
        };
        let about = keys(&about);
        (!about.is_empty()).then_some(Self { about, last })
    }
}

/// How well a table's name says what a key is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closeness {
    /// `customers`, `客户信息`, `customers_2024`.
    Same,
    /// `shop_customers`: a sheet is called after its workbook too.
    Ending,
    /// In other words, or in the other language.
    Related,
}

/// How well what a table is of says what a key is about; not at all is None.
pub(super) fn closeness(stem: &[u64], about: &[u64]) -> Option<Closeness> {
    if stem == about {
        Some(Closeness::Same)
    } else if stem.ends_with(about) {
        Some(Closeness::Ending)
    } else if NAMES.related(stem, about) {
        Some(Closeness::Related)
    } else {
        None
    }
}

/// What a table's name says that it is of, years and numbers aside.
pub(super) fn stem(table: &Table) -> Vec<u64> {
    let mut words = names::words(&table.name);
    words.retain(|word| !word.chars().all(char::is_numeric));
    keys(&names::table_words(&words.join(" ")).join(" "))
}
