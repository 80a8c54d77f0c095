//! The words of errors, for people: what happened, why, what to do.

use std::time::Duration;

use wenshu_sources::guard::RefusalReason;
use wenshu_sources::{Refusal, SourceError, SourceErrorKind};

use crate::Language;

/// The question could not be read.
pub(super) fn not_understood(
    understood: &[String],
    unknown: &[String],
    suggestions: &[String],
    language: Language,
) -> String {
    let mut sentences = Vec::new();
    match language {
        Language::Zh => {
            sentences.push(match unknown {
                [] => "没有读懂这个问题。".to_owned(),
                words => format!("没有读懂这个问题：不明白{}。", quoted(words, language)),
            });
            if !understood.is_empty() {
                sentences.push(format!("读懂了：{}。", understood.join("、")));
            }
            sentences.push(match suggestions {
                [] => "请换一种说法，用数据库里的表名和字段名来描述。".to_owned(),
                questions => format!("可以这样问：{}", questions.join("；")),
            });
            sentences.concat()
        }
        Language::En => {
            sentences.push(match unknown {
                [] => "This question could not be understood.".to_owned(),
                words => format!(
                    "This question could not be understood: {} is unknown here.",
                    quoted(words, language)
                ),
            });
            if !understood.is_empty() {
                sentences.push(format!("Understood: {}.", understood.join(", ")));
            }
            sentences.push(match suggestions {
                [] => "Try other words, such as the names of tables and columns.".to_owned(),
                questions => format!("You can ask: {}", questions.join("; ")),
            });
            sentences.join(" ")
        }
    }
}

/// The guard refused the SQL.
pub(super) fn refused(refusal: &Refusal, attempts: usize, language: Language) -> String {
    let why = match (refusal.reason, language) {
        (RefusalReason::Syntax, Language::Zh) => "它不是有效的 SQL",
        (RefusalReason::NotOneStatement, Language::Zh) => "它不是恰好一条语句",
        (RefusalReason::NotReadOnly, Language::Zh) => "它不只是查询，还会修改或锁定数据",
        (RefusalReason::Function, Language::Zh) => "它用到了不允许的函数",
        (RefusalReason::Relation, Language::Zh) => "它访问了系统表或文件",
        (RefusalReason::TooComplex, Language::Zh) => "它太长或嵌套太深",
        (RefusalReason::Syntax, Language::En) => "it isn't valid SQL",
        (RefusalReason::NotOneStatement, Language::En) => "it isn't exactly one statement",
        (RefusalReason::NotReadOnly, Language::En) => "it would change or lock data",
        (RefusalReason::Function, Language::En) => "it uses a function that isn't allowed",
        (RefusalReason::Relation, Language::En) => "it reads system tables or files",
        (RefusalReason::TooComplex, Language::En) => "it is too long or nested too deeply",
    };
    let detail = unpunctuated(&refusal.message);
    match language {
        Language::Zh => format!(
            "生成的 SQL 没有通过只读检查，没有执行{}：{why}（{detail}）。请换一种问法，只描述想看的数据。",
            tries(attempts, language)
        ),
        Language::En => format!(
            "The SQL didn't pass the read-only check and was not run{}: {why} ({detail}). Ask in another way, \
             describing only the data you want to see.",
            tries(attempts, language)
        ),
    }
}

/// The database failed.
pub(super) fn source(error: &SourceError, attempts: usize, limit: Duration, language: Language) -> String {
    let detail = unpunctuated(error.message());
    let tries = tries(attempts, language);
    let seconds = limit.as_secs_f64();
    match (error.kind(), language) {
        (SourceErrorKind::Unreachable, Language::Zh) => {
            format!("打不开数据库：{detail}。请检查连接的设置，以及数据库是否在运行，然后重试。")
        }
        (SourceErrorKind::Unreachable, Language::En) => {
            format!(
                "The database can't be opened: {detail}. Check the connection's settings and that the database runs, then try again."
            )
        }
        (SourceErrorKind::Busy, Language::Zh) => {
            format!("数据库正被别的程序占用：{detail}。请稍后重试。")
        }
        (SourceErrorKind::Busy, Language::En) => {
            format!("Something else is holding the database: {detail}. Try again in a moment.")
        }
        (SourceErrorKind::Execution, Language::Zh) => {
            format!("数据库没能执行这条 SQL{tries}：{detail}。请换一种问法；如果表结构刚改过，请刷新后重试。")
        }
        (SourceErrorKind::Execution, Language::En) => {
            format!(
                "The database could not run the SQL{tries}: {detail}. Ask in another way; if tables have just changed, refresh them and try again."
            )
        }
        (SourceErrorKind::Denied, Language::Zh) => {
            format!("数据库以只读方式打开，拒绝了这条 SQL{tries}：{detail}。请换一种问法，只描述想看的数据。")
        }
        (SourceErrorKind::Denied, Language::En) => {
            format!(
                "The database is open for reading only and refused the SQL{tries}: {detail}. Ask in another way, describing only the data you want to see."
            )
        }
        (SourceErrorKind::Timeout, Language::Zh) => {
            format!(
                "查询超过了 {seconds} 秒的时间限制，已在数据库中停止。请缩小时间范围或多加筛选条件后再问。"
            )
        }
        (SourceErrorKind::Timeout, Language::En) => {
            format!(
                "The query passed its time limit of {seconds} s and was stopped in the database. Ask for a shorter period or add conditions."
            )
        }
        (SourceErrorKind::Cancelled, _) => cancelled(language).to_owned(),
        (SourceErrorKind::Internal, _) => internal(language).to_owned(),
    }
}

/// Its owner stopped it.
pub(super) fn cancelled(language: Language) -> &'static str {
    match language {
        Language::Zh => "已停止：回答按要求中断，已有的内容保留。可以重新提问。",
        Language::En => {
            "Stopped: the answer was interrupted on request; what there was is kept. You can ask again."
        }
    }
}

/// A fault of ours.
pub(super) fn internal(language: Language) -> &'static str {
    match language {
        Language::Zh => "服务器内部出错，没能完成回答。请重试；如果再次出现，请联系管理员查看日志。",
        Language::En => {
            "The server failed while answering. Try again; if it happens again, ask the operator to look into the log."
        }
    }
}

/// Words of a guard or a database without the full stop that the sentence around them has.
fn unpunctuated(words: &str) -> &str {
    words.trim().trim_end_matches(['.', '。'])
}

/// How often it was tried, when that was more than once.
fn tries(attempts: usize, language: Language) -> String {
    match (attempts, language) {
        (0 | 1, _) => String::new(),
        (attempts, Language::Zh) => format!("（尝试了 {attempts} 次）"),
        (attempts, Language::En) => format!(" ({attempts} attempts)"),
    }
}

fn quoted(words: &[String], language: Language) -> String {
    match language {
        Language::Zh => words.iter().map(|word| format!("“{word}”")).collect::<Vec<_>>().join("、"),
        Language::En => words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_to_do_in_its_language() {
        let kinds = [
            SourceErrorKind::Unreachable,
            SourceErrorKind::Busy,
            SourceErrorKind::Execution,
            SourceErrorKind::Denied,
            SourceErrorKind::Timeout,
            SourceErrorKind::Cancelled,
            SourceErrorKind::Internal,
        ];
        for kind in kinds {
            let error = SourceError::new(kind, "no such column: x.");
            let zh = source(&error, 2, Duration::from_secs(30), Language::Zh);
            let en = source(&error, 2, Duration::from_secs(30), Language::En);
            assert!(zh.contains('请') || kind == SourceErrorKind::Cancelled, "{zh}");
            assert!(en.contains(". ") && en.is_ascii(), "{en}");
            assert!(!zh.contains(".。") && !en.contains(".."), "{zh} {en}");
            let shows = !matches!(
                kind,
                SourceErrorKind::Timeout | SourceErrorKind::Cancelled | SourceErrorKind::Internal
            );
            assert_eq!(zh.contains("no such column: x"), shows, "{zh}");
            assert_eq!(en.contains("no such column: x"), shows, "{en}");
        }
    }

    #[test]
    fn unknown_words_are_named() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            not_understood(
                &words(&["订单"]),
                &words(&["毛利润率"]),
                &words(&["一共有多少订单？"]),
                Language::Zh
            ),
            "没有读懂这个问题：不明白“毛利润率”。读懂了：订单。可以这样问：一共有多少订单？"
        );
        assert_eq!(
            not_understood(&[], &words(&["churn"]), &[], Language::En),
            "This question could not be understood: \"churn\" is unknown here. Try other words, such as the names of \
             tables and columns."
        );
    }

    #[test]
    fn tries_are_counted_from_the_second() {
        let refusal = Refusal { reason: RefusalReason::NotReadOnly, message: "DELETE".to_owned() };
        assert!(!refused(&refusal, 1, Language::Zh).contains("尝试"));
        assert!(refused(&refusal, 3, Language::Zh).contains("尝试了 3 次"));
        assert!(refused(&refusal, 3, Language::En).contains("3 attempts"));
    }
}
