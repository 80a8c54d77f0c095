//! What a schema offers to questions, prepared once: names as phrases, roles of columns, joins, terms.

use std::collections::HashSet;
use std::sync::Arc;

use wenshu_sources::{Dialect, Schema, ValueKind};

use super::glossary::NAMES;
use super::graph::Graph;
use super::ir::{ColumnId, TableId, TermId};
use super::names::{self, Weight};
use super::terms::{self, Term, TermFault};
use super::text::{PhraseTrie, has_han, keys};
use crate::{Language, Relation, SemanticTerm, TermKind};

/// Something of the schema that a phrase may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Target {
    /// A table.
    Table(TableId),
    /// A column.
    Column(ColumnId),
    /// A metric or dimension.
    Term(TermId),
}

/// A target with how surely a phrase names it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Link {
    /// What is named.
    pub(crate) target: Target,
    /// How surely; terms somebody defined are above 1.
    pub(crate) weight: Weight,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Identifies the row.
    Key,
    /// Points to a row elsewhere.
    Foreign,
    /// A quantity; the flag says whether sums of it mean something.
    Quantity(bool),
    /// A calendar year kept as a number.
    Year,
    /// A day or a moment.
    Time,
    /// Anything else: names, categories, text.
    Label,
}

/// A table, prepared.
#[derive(Clone, Debug)]
pub(crate) struct TableInfo {
    /// The words of its name that say what it is about.
    pub(crate) words: Vec<String>,
    /// Its primary key, or the columns that stand in for one.
    pub(crate) key: Vec<usize>,
    /// The column that names a row to people.
    pub(crate) display: Option<usize>,
    /// Roles of its columns.
    pub(crate) roles: Vec<Role>,
}

/// A schema, prepared for questions.
pub(crate) struct Catalog {
    /// As the source gave it.
    pub(crate) schema: Arc<Schema>,
    /// What SQL is written in.
    pub(crate) dialect: Dialect,
    /// One for each table.
    pub(crate) tables: Vec<TableInfo>,
    /// Joins.
    pub(crate) graph: Graph,
    /// Metrics and dimensions.
    pub(crate) terms: Vec<Term>,
    /// Terms that can't be used, with why.
    pub(crate) faults: Vec<(String, TermFault)>,
    /// Phrases that name something.
    pub(crate) names: PhraseTrie<Link>,
    /// Single words of names, for spelling mistakes.
    pub(crate) spellings: Vec<(String, Vec<Link>)>,
}

/// A defined word wins over a column of the same name.
const DEFINED: Weight = 1.1;

impl Catalog {
    /// Prepares a schema. `dates` are text columns whose values are dates.
    pub(crate) fn new(
        schema: Arc<Schema>,
        dialect: Dialect,
        semantic: &[SemanticTerm],
        relations: &[Relation],
        dates: &HashSet<ColumnId>,
    ) -> Self {
        let graph = Graph::new(&schema, relations);
        let tables: Vec<TableInfo> = (0..schema.tables.len())
            .map(|index| table_info(&schema, &graph, TableId(index), dates))
            .collect();
        let mut catalog = Self {
            schema,
            dialect,
            tables,
            graph,
            terms: Vec::new(),
            faults: Vec::new(),
            names: PhraseTrie::default(),
            spellings: Vec::new(),
        };
        catalog.name_tables_and_columns();
        catalog.name_terms(semantic);
        catalog
    }

    fn name(&mut self, phrase: &[u64], target: Target, weight: Weight) {
        let links = self.names.entry(phrase);
        match links.iter_mut().find(|link| link.target == target) {
            Some(link) => link.weight = link.weight.max(weight),
            None => links.push(Link { target, weight }),
        }
    }

    fn name_tables_and_columns(&mut self) {
        let schema = Arc::clone(&self.schema);
        for (index, table) in schema.tables.iter().enumerate() {
            let id = TableId(index);
            for (phrase, weight) in names::table_phrases(&table.name, table.comment.as_deref()).into_sorted()
            {
                self.name(&phrase, Target::Table(id), weight);
            }
            self.spell(&table.name, Target::Table(id));
            let words = self.tables[index].words.clone();
            for (position, column) in table.columns.iter().enumerate() {
                let id = ColumnId { table: id, column: position };
                let key = self.role(id) == Role::Foreign;
                let phrases =
                    names::column_phrases(&column.name, column.comment.as_deref(), &words, key).into_sorted();
                for (phrase, weight) in phrases {
                    self.name(&phrase, Target::Column(id), weight);
                }
                self.spell(&column.name, Target::Column(id));
            }
        }
    }

    fn spell(&mut self, name: &str, target: Target) {
        for word in names::words(name) {
            if word.len() < 5 || has_han(&word) {
                continue;
            }
            let known = self.names.get(&keys(&word)).to_vec();
            let links = if known.is_empty() { vec![Link { target, weight: 0.5 }] } else { known };
            match self.spellings.iter_mut().find(|(other, _)| *other == word) {
                Some((_, existing)) => {
                    for link in links {
                        if !existing.iter().any(|other| other.target == link.target) {
                            existing.push(link);
                        }
                    }
                }
                None => self.spellings.push((word, links)),
            }
        }
    }

    fn name_terms(&mut self, semantic: &[SemanticTerm]) {
        for term in semantic.iter().filter(|term| matches!(term.kind, TermKind::Metric | TermKind::Dimension))
        {
            match terms::prepare(term, &self.schema, &self.graph, self.dialect) {
                Ok(ready) => {
                    let id = TermId(self.terms.len());
                    self.terms.push(ready);
                    let phrase = keys(&term.term);
                    if phrase.is_empty() {
                        continue;
                    }
                    self.name(&phrase, Target::Term(id), DEFINED);
                    let translations: Vec<Vec<u64>> =
                        NAMES.groups(&phrase).flat_map(|group| group.forms().map(keys)).collect();
                    for translation in translations {
                        self.name(&translation, Target::Term(id), 0.97);
                    }
                }
                Err(fault) => self.faults.push((term.term.clone(), fault)),
            }
        }
        for term in semantic.iter().filter(|term| term.kind == TermKind::Alias) {
            let target = self.alias_target(&term.expression);
            let phrase = keys(&term.term);
            if let (Some(target), false) = (target, phrase.is_empty()) {
                if let Target::Term(id) = target {
                    self.terms[id.0].other_names.push(term.term.trim().to_owned());
                }
                self.name(&phrase, target, DEFINED);
            }
        }
    }

    fn alias_target(&self, expression: &str) -> Option<Target> {
        let expression = expression.trim();
        let wanted = keys(expression);
        if let Some(index) = self.terms.iter().position(|term| keys(&term.name) == wanted) {
            return Some(Target::Term(TermId(index)));
        }
        if let Some((table, column)) = expression.split_once('.') {
            let strip = |name: &str| name.trim().trim_matches(['"', '`', '[', ']']).to_owned();
            return terms::find_column(&self.schema, &strip(table), &strip(column)).map(Target::Column);
        }
        terms::find_table(&self.schema, expression.trim_matches(['"', '`'])).map(Target::Table)
    }

    /// What the column is for.
    pub(crate) fn role(&self, column: ColumnId) -> Role {
        self.tables[column.table.0].roles[column.column]
    }

    /// The column as the source described it.
    pub(crate) fn column(&self, column: ColumnId) -> &wenshu_sources::Column {
        &self.schema.tables[column.table.0].columns[column.column]
    }

    /// The table as the source described it.
    pub(crate) fn table(&self, table: TableId) -> &wenshu_sources::Table {
        &self.schema.tables[table.0]
    }

    /// The columns of a table.
    pub(crate) fn columns(&self, table: TableId) -> impl Iterator<Item = ColumnId> + '_ {
        (0..self.table(table).columns.len()).map(move |column| ColumnId { table, column })
    }

    /// The column that names a row to people, or its key.
    pub(crate) fn display(&self, table: TableId) -> ColumnId {
        let info = &self.tables[table.0];
        let column = info.display.or_else(|| info.key.first().copied()).unwrap_or(0);
        ColumnId { table, column }
    }

    /// Columns of the table that this phrase names, best first.
    pub(crate) fn columns_named(&self, table: TableId, phrase: &str) -> Option<ColumnId> {
        self.names
            .get(&keys(phrase))
            .iter()
            .filter_map(|link| match link.target {
                Target::Column(column) if column.table == table => Some((column, link.weight)),
                _ => None,
            })
            .max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0)))
            .map(|(column, _)| column)
    }

    /// The table's name in a language, for people.
    pub(crate) fn table_label(&self, table: TableId, language: Language) -> String {
        let described = self.table(table);
        label(&described.name, described.comment.as_deref(), language, true)
    }

    /// The column's name in a language, for people.
    pub(crate) fn column_label(&self, column: ColumnId, language: Language) -> String {
        let described = self.column(column);
        label(&described.name, described.comment.as_deref(), language, false)
    }

    /// `table.column`, as in the schema.
    pub(crate) fn path(&self, column: ColumnId) -> String {
        format!("{}.{}", self.table(column.table).name, self.column(column).name)
    }
}

fn label(name: &str, comment: Option<&str>, language: Language, table: bool) -> String {
    let comment = comment.map(|text| {
        let end = text.find(|character: char| "，,。;；（(:：\n".contains(character)).unwrap_or(text.len());
        text[..end].trim()
    });
    let words = if table { names::table_words(name) } else { names::words(name) };
    match language {
        Language::Zh => {
            if let Some(comment) = comment.filter(|text| has_han(text) && text.chars().count() <= 16) {
                return comment.to_owned();
            }
            names::in_chinese(&words).unwrap_or_else(|| name.to_owned())
        }
        Language::En => {
            if has_han(name) {
                if let Some(comment) = comment.filter(|text| !text.is_empty() && !has_han(text)) {
                    return comment.to_owned();
                }
                return name.to_owned();
            }
            words.join(" ")
        }
    }
}

fn table_info(schema: &Schema, graph: &Graph, id: TableId, dates: &HashSet<ColumnId>) -> TableInfo {
    let table = &schema.tables[id.0];
    let words = names::table_words(&table.name);
    let mut key: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.primary)
        .map(|(index, _)| index)
        .collect();
    if key.is_empty()
        && let Some(unique) = table.columns.iter().position(|column| column.unique && !column.nullable)
    {
        key = vec![unique];
    }
    // What only happens to tell rows apart, as an amount may, says what a row is where other tables point to it.
    if key.is_empty() {
        key.extend(graph.pointed_to(id).filter(|index| table.columns[*index].distinct));
    }
    let roles: Vec<Role> = (0..table.columns.len())
        .map(|index| {
            let column = ColumnId { table: id, column: index };
            role(schema, graph, column, &key, dates)
        })
        .collect();
    let display = display(schema, id, &words, &roles, &key);
    TableInfo { words, key, display, roles }
}

fn role(schema: &Schema, graph: &Graph, id: ColumnId, key: &[usize], dates: &HashSet<ColumnId>) -> Role {
    let column = &schema.tables[id.table.0].columns[id.column];
    let words = names::words(&column.name);
    let last = words.last().map_or("", String::as_str);
    let is_about = |concept: &str| {
        words.iter().any(|word| word == concept)
            || column.comment.as_deref().is_some_and(|comment| comment.contains(concept))
    };
    if graph.key_into(id).is_some() {
        return Role::Foreign;
    }
    if key == [id.column] && (column.kind != ValueKind::Text || last == "id") {
        return Role::Key;
    }
    if column.kind.is_temporal() || dates.contains(&id) {
        return Role::Time;
    }
    if last == "id" || column.name.ends_with("编号") {
        return Role::Key;
    }
    if column.kind.is_numeric() {
        if ["year", "年份", "年度"].iter().any(|concept| words.iter().any(|word| word == concept))
            && !is_about("years")
        {
            return Role::Year;
        }
        if matches!(last, "code" | "no" | "zip" | "phone" | "postcode" | "号" | "电话")
            || key.contains(&id.column)
        {
            return Role::Key;
        }
        const NOT_ADDITIVE: [&str; 52] = [
            "price",
            "rate",
            "ratio",
            "age",
            "score",
            "percent",
            "percentage",
            "temperature",
            "rating",
            "grade",
            "gpa",
            "height",
            "weight",
            "rank",
            "ranking",
            "level",
            "latitude",
            "longitude",
            "speed",
            "open",
            "close",
            "high",
            "low",
            "margin",
            "average",
            "avg",
            "mpg",
            "humidity",
            "stars",
            "min",
            "max",
            "life",
            "单价",
            "价格",
            "率",
            "年龄",
            "分数",
            "成绩",
            "评分",
            "均价",
            "身高",
            "体重",
            "温度",
            "排名",
            "等级",
            "得分",
            "绩点",
            "salary",
            "工资",
            "薪资",
            "horsepower",
            "售价",
        ];
        return Role::Quantity(!NOT_ADDITIVE.iter().any(|concept| is_about(concept)));
    }
    Role::Label
}

/// The column that names a row: called name or title, else the first text that is unique, else the first text.
fn display(
    schema: &Schema,
    id: TableId,
    table_words: &[String],
    roles: &[Role],
    key: &[usize],
) -> Option<usize> {
    let table = &schema.tables[id.0];
    let name_words = ["name", "title", "名称", "姓名", "名字", "标题", "名"];
    let mut best: Option<(u32, usize)> = None;
    for (index, column) in table.columns.iter().enumerate() {
        if matches!(roles[index], Role::Foreign | Role::Time | Role::Quantity(_) | Role::Year)
            || column.kind != ValueKind::Text && column.kind != ValueKind::Other
        {
            continue;
        }
        let words = names::words(&column.name);
        let is_name = words.last().is_some_and(|last| {
            name_words.contains(&last.as_str())
                || name_words.iter().any(|name| last.ends_with(name) && has_han(last))
        }) || words.first().is_some_and(|first| name_words.contains(&first.as_str()));
        let own = words.iter().any(|word| table_words.contains(word));
        let rank = match (
            is_name,
            own || words.len() == 1,
            (column.unique || column.distinct) && !key.contains(&index),
        ) {
            (true, true, _) => 0,
            (true, false, _) => 1,
            (false, _, true) => 2,
            _ if own => 3,
            _ => continue,
        };
        if best.is_none_or(|(known, _)| rank < known) {
            best = Some((rank, index));
        }
    }
    best.map(|(_, index)| index)
}
