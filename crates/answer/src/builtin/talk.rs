//! What isn't a question about data: greetings, thanks, questions about Wenshu itself and about what the database holds.
//!
//! Such a sentence is known as a whole or not at all: everything that it may have around it is taken off, and what is left must be
//! in a table. One word more, and it is a question about data, where each word has to be understood. What a database holds is asked
//! in words that may also name a table of it, so that there the data come first.

use super::catalog::Catalog;
use super::ir::TableId;
use super::refusal::suggestions;
use super::text::{Text, UnitKind};
use crate::{Language, Question};

/// The most tables that are listed.
const LISTED: usize = 30;

/// The most columns of a table that are named.
const COLUMNS: usize = 6;

/// What is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Talk {
    /// `你好`.
    Greeting,
    /// `谢谢`.
    Thanks,
    /// `再见`.
    Farewell,
    /// `你是谁？`
    Self_,
    /// `有哪些表？`
    Holdings,
}

impl Talk {
    /// Whether words of a database could be meant by it.
    pub(crate) fn may_be_about_data(self) -> bool {
        self == Self::Holdings
    }
}

/// What a text says, if it isn't about data.
pub(crate) fn recognize(text: &Text) -> Option<Talk> {
    let said = words(text);
    let said = said.as_str();
    if said.is_empty() || said.chars().count() > LONGEST {
        return None;
    }
    find(said).or_else(|| {
        // `你好，请问有哪些表？`: a greeting before a question is no part of it.
        let rest = greetings().filter_map(|greeting| after(said, greeting)).min_by_key(|rest| rest.len())?;
        find(rest)
    })
}

fn find(said: &str) -> Option<Talk> {
    let bare = trimmed(said);
    TABLE
        .iter()
        .find(|(_, phrases)| phrases.iter().any(|phrase| *phrase == said || *phrase == bare))
        .map(|(talk, _)| *talk)
}

fn greetings() -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(|(talk, _)| *talk == Talk::Greeting).flat_map(|(_, phrases)| phrases.iter().copied())
}

/// No sentence of the tables is longer, with all that it may have around it.
const LONGEST: usize = 60;

/// The words without punctuation; a space between words, none between Chinese characters.
fn words(text: &Text) -> String {
    let mut words = String::new();
    let mut was_han = true;
    for (index, unit) in text.units.iter().enumerate() {
        if unit.kind == UnitKind::Mark {
            continue;
        }
        let is_han = unit.kind == UnitKind::Han;
        if !(words.is_empty() || is_han && was_han) {
            words.push(' ');
        }
        words.push_str(&text.unit(index).replace('’', "'"));
        if text.has_s_behind(index) {
            words.push_str("'s");
        }
        was_han = is_han;
    }
    words
}

/// Without words that say how something is asked rather than what.
fn trimmed(said: &str) -> &str {
    let mut rest = said;
    loop {
        let shorter = BEFORE
            .iter()
            .find_map(|before| after(rest, before))
            .or_else(|| BEHIND.iter().find_map(|behind| ahead_of(rest, behind)));
        match shorter {
            Some(shorter) => rest = shorter,
            None => return rest,
        }
    }
}

/// What follows these words at the beginning.
fn after<'a>(said: &'a str, words: &str) -> Option<&'a str> {
    let rest = said.strip_prefix(words)?;
    let is_cut = !words.is_ascii() || rest.starts_with(' ');
    Some(rest.trim_start()).filter(|rest| is_cut && !rest.is_empty())
}

/// What precedes these words at the end.
fn ahead_of<'a>(said: &'a str, words: &str) -> Option<&'a str> {
    let rest = said.strip_suffix(words)?;
    let is_cut = !words.is_ascii() || rest.ends_with(' ');
    Some(rest.trim_end()).filter(|rest| is_cut && !rest.is_empty())
}

const BEFORE: [&str; 38] = [
    "请问一下",
    "请问",
    "想问一下",
    "我想问",
    "我想知道",
    "请告诉我",
    "告诉我",
    "能告诉我",
    "请",
    "帮我",
    "麻烦",
    "那么",
    "那",
    "嗯",
    "好的",
    "太好了",
    "非常",
    "十分",
    "这个",
    "当前",
    "目前",
    "现在",
    "我们的",
    "你的",
    "您的",
    "数据库里面",
    "数据库里",
    "数据库中",
    "数据库",
    "库里",
    "这里",
    "里面",
    "系统里",
    "一共",
    "please",
    "ok",
    "so",
    "great",
];

const BEHIND: [&str; 17] = [
    "呢", "啊", "呀", "哦", "哈", "啦", "了", "吗", "一下", "please", "there", "here", "now", "then",
    "exactly", "for me", "today",
];

/// Sentences in lower case, without punctuation.
const TABLE: [(Talk, &[&str]); 5] = [
    (
        Talk::Greeting,
        &[
            "你好",
            "您好",
            "你们好",
            "大家好",
            "你好呀",
            "哈喽",
            "哈罗",
            "嗨",
            "嘿",
            "早",
            "早安",
            "早上好",
            "上午好",
            "中午好",
            "下午好",
            "晚上好",
            "晚安",
            "在吗",
            "在不在",
            "有人吗",
            "hi",
            "hello",
            "hey",
            "hi there",
            "hello there",
            "hey there",
            "hello wenshu",
            "hi wenshu",
            "good morning",
            "good afternoon",
            "good evening",
            "good day",
            "greetings",
            "how are you",
            "how are you doing",
            "how do you do",
            "are you there",
            "is anybody there",
            "anyone there",
            "你好吗",
            "最近好吗",
        ],
    ),
    (
        Talk::Thanks,
        &[
            "谢谢",
            "谢谢你",
            "谢谢您",
            "多谢",
            "感谢",
            "感谢你",
            "感谢您",
            "谢了",
            "辛苦",
            "辛苦你",
            "好的",
            "好",
            "明白",
            "知道",
            "懂",
            "很好",
            "不错",
            "太棒",
            "太好",
            "thanks",
            "thank you",
            "thank you very much",
            "thank you so much",
            "thanks a lot",
            "many thanks",
            "thx",
            "cheers",
            "ok",
            "okay",
            "got it",
            "i see",
            "great",
            "nice",
            "perfect",
            "well done",
            "good job",
        ],
    ),
    (
        Talk::Farewell,
        &["再见", "拜拜", "回见", "下次见", "bye", "goodbye", "bye bye", "good bye", "see you", "good night"],
    ),
    (
        Talk::Self_,
        &[
            "你是谁",
            "您是谁",
            "你是什么",
            "你是啥",
            "你叫什么",
            "你叫什么名字",
            "名字是什么",
            "你是什么模型",
            "你是哪个模型",
            "你是什么系统",
            "你是机器人",
            "你是人",
            "你是ai",
            "你是人工智能",
            "你能做什么",
            "你会做什么",
            "你可以做什么",
            "你能干什么",
            "你能干嘛",
            "你会什么",
            "你能帮我做什么",
            "能做什么",
            "有什么功能",
            "你有什么功能",
            "你有哪些功能",
            "功能有哪些",
            "你有什么用",
            "怎么用",
            "怎么使用",
            "如何使用",
            "该怎么用",
            "怎么问",
            "怎么提问",
            "如何提问",
            "帮助",
            "你能回答什么",
            "你能回答什么问题",
            "你能回答哪些问题",
            "我能问什么",
            "我可以问什么",
            "我能问哪些问题",
            "可以问什么",
            "能问什么",
            "可以问哪些问题",
            "能问哪些问题",
            "问什么",
            "自我介绍",
            "做个自我介绍",
            "介绍自己",
            "介绍你自己",
            "介绍一下你自己",
            "介绍一下自己",
            "who are you",
            "what are you",
            "what is your name",
            "what's your name",
            "are you a bot",
            "are you a robot",
            "are you human",
            "are you a human",
            "are you an ai",
            "which model are you",
            "what model are you",
            "what can you do",
            "what do you do",
            "what else can you do",
            "how can you help",
            "how can you help me",
            "can you help",
            "can you help me",
            "help",
            "help me",
            "how do i use this",
            "how do i use you",
            "how does this work",
            "how do you work",
            "what can i ask",
            "what can i ask you",
            "what may i ask",
            "what should i ask",
            "what questions can i ask",
            "what questions can you answer",
            "what kind of questions can you answer",
            "introduce yourself",
            "tell me about yourself",
            "what is this",
            "what is wenshu",
            "who is wenshu",
        ],
    ),
    (
        Talk::Holdings,
        &[
            "有哪些表",
            "有什么表",
            "有哪几张表",
            "有几张表",
            "有多少张表",
            "有多少表",
            "有哪些数据表",
            "有什么数据表",
            "有哪些表格",
            "有哪些数据",
            "有什么数据",
            "有什么",
            "有些什么",
            "都有什么",
            "都有哪些表",
            "都有哪些数据",
            "都有什么数据",
            "有哪些内容",
            "有哪些信息",
            "包含哪些表",
            "包含哪些数据",
            "包含什么",
            "你有哪些数据",
            "你有什么数据",
            "你知道哪些数据",
            "能查什么",
            "能查哪些数据",
            "能查什么数据",
            "可以查什么",
            "可以查哪些数据",
            "可以查询什么",
            "可以查询哪些数据",
            "可以查什么数据",
            "你能查什么",
            "你能查哪些数据",
            "你可以查什么",
            "我能查什么",
            "我可以查什么",
            "列出表",
            "列出所有表",
            "列出所有的表",
            "列出全部表",
            "列出数据表",
            "显示所有表",
            "显示所有的表",
            "显示表",
            "展示所有表",
            "展示所有的表",
            "查看所有表",
            "查看表",
            "看看有哪些表",
            "看看有什么数据",
            "所有表",
            "所有的表",
            "表结构",
            "结构",
            "介绍数据",
            "介绍数据库",
            "介绍一下数据",
            "介绍一下数据库",
            "介绍一下这个数据库",
            "表有哪些",
            "数据有哪些",
            "what tables are",
            "which tables are",
            "what tables do you have",
            "which tables do you have",
            "what tables exist",
            "which tables exist",
            "what tables",
            "list tables",
            "list the tables",
            "list all tables",
            "list all the tables",
            "show tables",
            "show the tables",
            "show all tables",
            "show me tables",
            "show me the tables",
            "show me all tables",
            "show me all the tables",
            "how many tables are",
            "how many tables do you have",
            "what data is",
            "what data are",
            "what data do you have",
            "which data do you have",
            "what data can i query",
            "what data is available",
            "what data are available",
            "what tables are available",
            "which tables are available",
            "what information do you have",
            "what do you know",
            "what is in the database",
            "what's in the database",
            "what is in this database",
            "what's in this database",
            "what tables are in the database",
            "what tables are in this database",
            "which tables are in the database",
            "what does the database contain",
            "what does this database contain",
            "what does the database hold",
            "what does this database hold",
            "what can i query",
            "what can be queried",
            "describe the database",
            "describe this database",
            "describe the data",
            "describe the schema",
            "show the schema",
            "show me the schema",
        ],
    ),
];

/// What is answered, in the asked language, with questions that this database can answer.
pub(crate) fn answer(talk: Talk, catalog: &Catalog, question: &Question) -> String {
    let language = question.language;
    let zh = language == Language::Zh;
    let said = match talk {
        Talk::Greeting if zh => "您好！我是问数，回答关于这个数据库的问题。".to_owned(),
        Talk::Greeting => "Hello! I am Wenshu, and I answer questions about this database.".to_owned(),
        Talk::Thanks if zh => "不客气！还可以接着问。".to_owned(),
        Talk::Thanks => "You're welcome! Ask on whenever you like.".to_owned(),
        Talk::Farewell if zh => "再见！对话已经保存，随时可以回来接着问。".to_owned(),
        Talk::Farewell => "Goodbye! The conversation is kept; come back to it at any time.".to_owned(),
        Talk::Self_ if zh => "我是问数的内置引擎：您用中文或英文提问，我找到相关的表，写出只读的 SQL，执行后给出数据、图表和说明。我按规则读懂问题，不使用语言模型。".to_owned(),
        Talk::Self_ => "I am the built-in engine of Wenshu. Ask in Chinese or English: I find the tables that matter, write SQL that only reads, run it, and answer with rows, a chart and a few words. I read questions by rules, without a language model.".to_owned(),
        Talk::Holdings => holdings(catalog, language),
    };
    let questions = suggestions(catalog, language);
    if questions.is_empty() {
        return said;
    }
    let heading = if zh { "可以这样问：" } else { "Questions that work here:" };
    let list: String = questions.iter().map(|question| format!("\n- {question}")).collect();
    format!("{said}\n\n{heading}{list}")
}

/// The tables with some of their columns.
fn holdings(catalog: &Catalog, language: Language) -> String {
    let zh = language == Language::Zh;
    let count = catalog.tables.len();
    if count == 0 {
        return if zh {
            "这个数据库里还没有表。"
        } else {
            "There are no tables in this database yet."
        }
        .to_owned();
    }
    let mut said = match (zh, count) {
        (true, _) => format!("这个数据库有 {count} 张表："),
        (false, 1) => "This database has one table:".to_owned(),
        (false, _) => format!("This database has {count} tables:"),
    };
    for table in (0..count.min(LISTED)).map(TableId) {
        let described = catalog.table(table);
        let label = catalog.table_label(table, language);
        let named = match (label.eq_ignore_ascii_case(&described.name), zh) {
            (true, _) => described.name.clone(),
            (false, true) => format!("{label}（{}）", described.name),
            (false, false) => format!("{} ({label})", described.name),
        };
        let all = described.columns.len();
        let columns: Vec<String> = catalog
            .columns(table)
            .take(COLUMNS)
            .map(|column| catalog.column_label(column, language))
            .collect();
        let more = if all > COLUMNS { if zh { "等" } else { ", …" } } else { "" };
        let columns = columns.join(if zh { "、" } else { ", " });
        let colon = if zh { "：" } else { ": " };
        said.push_str(&format!("\n- {named}{colon}{columns}{more}"));
    }
    if count > LISTED {
        let rest = count - LISTED;
        said.push_str(&if zh { format!("\n- 还有 {rest} 张表") } else { format!("\n- and {rest} more") });
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_sentences_are_known_and_nothing_else() {
        for (talk, sentences) in [
            (Talk::Greeting, &["你好", "您好！", "Hello", "hi there!", "早上好啊", "Ｈｅｌｌｏ"][..]),
            (
                Talk::Thanks,
                &["谢谢", "好的，谢谢你！", "非常感谢", "明白了", "Thank you very much.", "ok thanks"],
            ),
            (Talk::Farewell, &["再见！", "Bye"]),
            (
                Talk::Self_,
                &[
                    "你是谁？",
                    "请问你能做什么呢？",
                    "你好，你是谁",
                    "What's your name?",
                    "Hello, what can you do?",
                ],
            ),
            (
                Talk::Holdings,
                &[
                    "有哪些表？",
                    "数据库里有哪些表",
                    "你好，请问有哪些数据",
                    "一共有多少张表",
                    "这个数据库有什么",
                    "What tables are there?",
                    "hi, which tables do you have",
                    "Please list all tables",
                    "what's in the database?",
                ],
            ),
        ] {
            for sentence in sentences {
                assert_eq!(recognize(&Text::new(sentence)), Some(talk), "{sentence}");
            }
        }
        for question in [
            "",
            "？",
            "你好厉害的商品",
            "谢谢惠顾的订单有多少",
            "各城市的销售额",
            "hello kitty sales",
            "who are your customers",
            "有哪些商品",
            "有多少张订单",
            "what orders are there",
            "你好，上月销售额是多少",
            "hi, how many orders are there",
            "highest amount",
            "讲个笑话",
        ] {
            assert_eq!(recognize(&Text::new(question)), None, "{question}");
        }
    }
}
