//! Why a question gets no answer, with what was understood and what could be asked instead.

use super::catalog::{Catalog, Role};
use super::ir::{Measure, TableId};
use super::reading::Parts;
use super::resolve::Unresolved;
use super::sql::SqlFault;
use super::terms::TermFault;
use crate::{AnswerError, AnswerErrorKind, FailedAttempt, Language, Question, TermKind};

/// Words that nothing explains.
pub(crate) fn unknown_words(catalog: &Catalog, question: &Question, parts: &Parts) -> AnswerError {
    let words = quoted(&parts.unknown, question.language);
    let message = match question.language {
        Language::Zh => format!(
            "没有看懂{words}：数据库里没有与之对应的表、字段或取值。请换个说法，或者为它添加一个业务术语。"
        ),
        Language::En => format!(
            "I don't know what {words} means here: no table, column or value of this database fits. Say it in other words, or define it as a term."
        ),
    };
    not_understood(catalog, question, parts, message, parts.unknown.clone())
}

/// A word that is defined, but not so that it can be computed.
pub(crate) fn unusable_term(
    catalog: &Catalog,
    question: &Question,
    name: &str,
    fault: TermFault,
) -> AnswerError {
    let message = match (question.language, fault) {
        (Language::Zh, TermFault::Syntax) => format!("术语“{name}”的定义不是有效的 SQL 表达式，请修改它。"),
        (Language::Zh, TermFault::NoColumn) => {
            format!("术语“{name}”的定义没有用到这个数据库的任何字段，请检查表名和字段名。")
        }
        (Language::Zh, TermFault::Multiplied) => {
            format!("术语“{name}”把不同表的合计放在一起：关联之后前者会被重复计算。请把它拆成两个术语。")
        }
        (Language::En, TermFault::Syntax) => {
            format!("The definition of “{name}” is no SQL expression; correct it.")
        }
        (Language::En, TermFault::NoColumn) => {
            format!("The definition of “{name}” uses no column of this database; check its names.")
        }
        (Language::En, TermFault::Multiplied) => format!(
            "The definition of “{name}” adds up columns of different tables, and a join would count some of them more than once; make two terms of it."
        ),
    };
    not_understood(catalog, question, &Parts::default(), message, vec![name.to_owned()])
}

/// More words than a question has.
pub(crate) fn too_long(catalog: &Catalog, question: &Question) -> AnswerError {
    let message = match question.language {
        Language::Zh => "问题太长，内置引擎只能读懂一句话的问题。请说得短一些。",
        Language::En => {
            "The question is too long: the built-in engine reads single sentences. Ask in fewer words."
        }
    };
    let start: String = question.text.chars().take(60).collect();
    not_understood(catalog, question, &Parts::default(), message.to_owned(), vec![start])
}

/// Understood word by word, but not as a whole.
pub(crate) fn unresolved(
    catalog: &Catalog,
    question: &Question,
    parts: &Parts,
    fault: &Unresolved,
) -> AnswerError {
    let zh = question.language == Language::Zh;
    let (message, unknown) = match fault {
        Unresolved::NothingAsked => (
            if zh {
                "没有看懂问题要查什么：请说明要统计的指标或要列出的内容。".to_owned()
            } else {
                "I don't see what is asked for: name a figure to compute or something to list.".to_owned()
            },
            vec![question.text.clone()],
        ),
        Unresolved::Word(word) => (
            if zh {
                format!("没有看懂“{word}”在这里指什么。请换个说法，或写明是哪张表的哪个字段。")
            } else {
                format!("I don't know what “{word}” refers to here. Say which column of which table it is.")
            },
            vec![word.clone()],
        ),
        Unresolved::NoTime(table) => {
            let name = catalog.table_label(*table, question.language);
            let words: Vec<String> = parts.times.iter().map(|time| time.mention.label.clone()).collect();
            (
                if zh {
                    format!("“{name}”没有可以按时间筛选的日期字段。")
                } else {
                    format!("There is no date by which {name} could be filtered or grouped.")
                },
                if words.is_empty() { vec![question.text.clone()] } else { words },
            )
        }
        Unresolved::Beyond(beyond) => {
            let words = beyond.words.trim();
            let what = described(beyond.what, zh);
            (
                if zh {
                    format!("没有把握读懂“{words}”（{what}）。请换个说法，拆成更简单的问题，或使用模型回答。")
                } else {
                    format!(
                        "I can't be sure of “{words}” ({what}). Say it in other words, ask in smaller steps, or use a model."
                    )
                },
                vec![words.to_owned()],
            )
        }
        Unresolved::Unsupported(what) => {
            let what = described(what, zh);
            (
                if zh {
                    format!("内置引擎暂不支持这种计算（{what}）。请拆成更简单的问题，或使用模型回答。")
                } else {
                    format!(
                        "The built-in engine doesn't offer this calculation ({what}). Ask in smaller steps, or use a model."
                    )
                },
                vec![question.text.clone()],
            )
        }
    };
    not_understood(catalog, question, parts, message, unknown)
}

/// What isn't offered, in the asked language.
fn described(what: &'static str, zh: bool) -> &'static str {
    if !zh {
        return what;
    }
    match what {
        "best of each group" => "每组内的最值",
        "share of an average" => "平均值的占比",
        "average of figures" => "与指标的平均值比较",
        "comparing with a percentage" => "与百分比比较",
        "conditions that exclude each other" => "相互矛盾的条件",
        "a part of a stretch of time" => "一段时间中的一部分",
        "several stretches of time" => "多段时间",
        "one date for two events" => "两个事件共用一个时间",
        "the latest of each" => "每一个的最新值",
        "an amount of each row or of all together" => "单笔还是合计",
        "the part of which whole" => "占比的分母",
        "a ranking without a figure" => "没有说明按什么排名",
        "a yes-or-no column as a condition" => "是否类字段作为条件",
        "the number of groups that a figure chooses" => "按指标筛选后的分组个数",
        "a value of several things" => "取值属于哪一个",
        "an amount of whole rows for parts of them" => "整笔金额无法分摊到其中的部分",
        "rows or their figure" => "要列出记录还是统计指标",
        "the sum of text" => "文本字段的合计",
        "which total" => "哪一个合计",
        _ => "关联记录的取值",
    }
}

/// Read, but the tables don't allow it.
pub(crate) fn no_sql(catalog: &Catalog, question: &Question, parts: &Parts, fault: &SqlFault) -> AnswerError {
    let zh = question.language == Language::Zh;
    let name = |table: TableId| catalog.table_label(table, question.language);
    let message = match fault {
        SqlFault::NotJoined(from, to) if zh => {
            format!("“{}”和“{}”之间没有外键，无法关联。", name(*from), name(*to))
        }
        SqlFault::NotJoined(from, to) => {
            format!("Nothing joins {} and {}: there is no foreign key between them.", name(*from), name(*to))
        }
        SqlFault::NoKey(table) if zh => format!("“{}”没有主键，关联后无法保证不重复计数。", name(*table)),
        SqlFault::NoKey(table) => {
            format!("{} has no key, so its rows can't be counted once through a join.", name(*table))
        }
        SqlFault::Mixed if zh => "分组筛选用的指标和展示的指标来自不同的表，请分成两个问题。".to_owned(),
        SqlFault::Mixed => {
            "The groups are chosen by a figure of another table than the one shown; ask in two steps."
                .to_owned()
        }
        SqlFault::NotAShare if zh => "这个指标不能直接求和，无法计算占比。".to_owned(),
        SqlFault::NotAShare => "This figure doesn't add up, so it has no shares.".to_owned(),
    };
    not_understood(catalog, question, parts, message, vec![question.text.clone()])
}

/// The statement that was written failed, and there is no other.
pub(crate) fn failed(language: Language, last: &FailedAttempt, attempts: &[FailedAttempt]) -> AnswerError {
    let message = match language {
        Language::Zh => format!("生成的查询没有成功：{}", last.error),
        Language::En => format!("The query that was written failed: {}", last.error),
    };
    AnswerError { kind: AnswerErrorKind::Internal, message, attempts: attempts.to_vec() }
}

fn not_understood(
    catalog: &Catalog,
    question: &Question,
    parts: &Parts,
    message: String,
    unknown: Vec<String>,
) -> AnswerError {
    let understood = parts.understood.clone();
    AnswerError {
        kind: AnswerErrorKind::NotUnderstood {
            understood,
            unknown,
            suggestions: suggestions(catalog, question.language),
        },
        message,
        attempts: Vec::new(),
    }
}

fn quoted(words: &[String], language: Language) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("“{word}”")).collect();
    quoted.join(if language == Language::Zh { "、" } else { ", " })
}

/// Questions that this database can answer, from what it is made of.
pub(crate) fn suggestions(catalog: &Catalog, language: Language) -> Vec<String> {
    let zh = language == Language::Zh;
    let mut suggestions = Vec::new();
    let metric = catalog.terms.iter().position(|term| term.kind == TermKind::Metric);
    if let Some(metric) = metric {
        let term = super::ir::TermId(metric);
        let name = super::describe::measure_name(catalog, Measure::Term(term), language);
        let base = catalog.terms[metric].base;
        let grouping = catalog.terms.iter().position(|other| {
            other.kind == TermKind::Dimension && catalog.graph.reaches_one(base, other.base)
        });
        if let Some(grouping) = grouping {
            let by = super::describe::dimension_name(
                catalog,
                super::ir::Dimension::Term(super::ir::TermId(grouping)),
                language,
                "",
            );
            suggestions.push(if zh { format!("各{by}的{name}") } else { format!("{name} by {by}") });
        }
        suggestions.push(if zh {
            format!("最近12个月每月的{name}")
        } else {
            format!("Monthly {name} in the last 12 months")
        });
    }
    for table in (0..catalog.tables.len()).map(TableId) {
        if suggestions.len() >= 3 {
            break;
        }
        let name = catalog.table_label(table, language);
        let category = catalog.columns(table).find(|column| {
            catalog.role(*column) == Role::Label
                && catalog.tables[table.0].display != Some(column.column)
                && !catalog.column(*column).unique
                && !catalog.column(*column).distinct
        });
        suggestions.push(match (category, zh) {
            (Some(column), true) => {
                format!("各{}的{name}数量", catalog.column_label(column, language))
            }
            (Some(column), false) => {
                format!("Number of {name} by {}", catalog.column_label(column, language))
            }
            (None, true) => format!("一共有多少{name}？"),
            (None, false) => format!("How many {name} are there?"),
        });
    }
    suggestions
}
