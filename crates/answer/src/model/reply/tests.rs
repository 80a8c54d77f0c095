//! Replies as models write them, whole and cut at every place.

use std::time::{Duration, Instant};

use serde_json::json;
use wenshu_sources::Dialect;

use super::{ReplyContent, ReplyReader, WrittenSql};
use crate::model::reading::{Reader as _, Spoken};

/// A reader that says words as they come, or one that doesn't.
fn new_reader(speaks: bool) -> ReplyReader {
    ReplyReader::new(speaks, Dialect::Sqlite)
}

/// What is left of what was said, and what the reply was, when it comes in these pieces and ends so.
fn read_to(pieces: &[&str], is_cut: bool) -> (String, ReplyContent) {
    let mut reader = new_reader(true);
    let mut said = String::new();
    for piece in pieces {
        let Spoken { taken_back, words } = reader.push(piece);
        said.truncate(said.len() - taken_back);
        said.push_str(&words);
    }
    let (rest, content) = reader.finish(is_cut);
    said.push_str(&rest);
    (said, content)
}

fn read(pieces: &[&str]) -> (String, ReplyContent) {
    read_to(pieces, false)
}

/// The same however the reply is cut in two, and when it comes character by character.
#[track_caller]
fn check_to(reply: &str, is_cut: bool, said: &str, content: &ReplyContent) {
    for (at, _) in reply.char_indices() {
        let (spoken, found) = read_to(&[&reply[..at], &reply[at..]], is_cut);
        assert_eq!((spoken.as_str(), &found), (said, content), "cut at {at}: {reply}");
    }
    let characters: Vec<String> = reply.chars().map(String::from).collect();
    let pieces: Vec<&str> = characters.iter().map(String::as_str).collect();
    let (spoken, found) = read_to(&pieces, is_cut);
    assert_eq!((spoken.as_str(), &found), (said, content), "{reply}");
}

#[track_caller]
fn check(reply: &str, said: &str, content: &ReplyContent) {
    check_to(reply, false, said, content);
}

fn sql(sql: &str) -> ReplyContent {
    ReplyContent::Sql(WrittenSql { sql: sql.to_owned(), ..WrittenSql::default() })
}

#[test]
fn sql_is_found_in_every_wrapping() {
    let one = sql("SELECT 1");
    check("```sql\nSELECT 1\n```", "", &one);
    check("```SQL\r\nSELECT 1\r\n```\n", "", &one);
    check("```\nSELECT 1\n```", "", &one);
    check("```postgresql\nSELECT 1```", "", &one);
    check("```sql\nSELECT 1", "", &one);
    check("\n\n  SELECT 1", "", &one);
    check("select count(*) from orders;", "", &sql("select count(*) from orders;"));
    check("WITH a AS (SELECT 1) SELECT * FROM a", "", &sql("WITH a AS (SELECT 1) SELECT * FROM a"));
    check(
        "with recursive n(i) as (select 1) select 1",
        "",
        &sql("with recursive n(i) as (select 1) select 1"),
    );
    check("{\"sql\": \"SELECT 1\"}", "", &one);
    check("```json\n{\"sql\": \"SELECT 1\"}\n```", "", &one);
    check("{\"name\": \"run_sql\", \"arguments\": {\"sql\": \"SELECT 1\"}}", "", &one);
    check("```sql SELECT 1\n```", "", &one);
    check("```sql SELECT '好'\nFROM t\n```", "", &sql("SELECT '好'\nFROM t"));
    check("```SQL SELECT 1", "", &one);
    check("```postgresql SELECT 1", "", &one);
    check("```sqlite SELECT 1```", "", &one);
    check("````sql\nSELECT 1\n````", "", &one);
    check("```SELECT 1\n```", "", &one);
    check("```\n{\"sql\": \"SELECT 1\"}\n```", "", &one);
    check("{\"sql\": \"SELECT 1\"}\nThat is all.", "", &one);
    check("<think>try SELECT 2\n```sql\nSELECT 3```</think>\n```sql\nSELECT 1\n```", "", &one);
}

#[test]
fn prose_before_sql_is_said_and_prose_behind_it_is_not() {
    check("这是查询：\n```sql\nSELECT 1\n```\n它统计了一切。", "这是查询：\n", &sql("SELECT 1"));
    check("Here it is:\n\nSELECT 1\nFROM t", "Here it is:\n\n", &sql("SELECT 1\nFROM t"));
    check(
        "查询如下：\n-- 全部\nselect 1",
        "查询如下：\n",
        &ReplyContent::Sql(WrittenSql {
            sql: "select 1".to_owned(),
            reading: vec!["全部".to_owned()],
            ..WrittenSql::default()
        }),
    );
}

#[test]
fn of_several_blocks_the_last_one_counts() {
    let right = sql("SELECT COUNT(*) FROM orders");
    check(
        "Let me see.\n```sql\nSELECT 1 AS wrong\n```\nWait, that is wrong:\n```sql\nSELECT COUNT(*) FROM orders\n```\nThere.",
        "Let me see.\n",
        &right,
    );
    check("```sql\nSELECT 1\n```\nor\n```sql\nSELECT COUNT(*) FROM orders", "", &right);
    check("SELECT 1\n```\nor\n```sql\nSELECT COUNT(*) FROM orders\n```", "", &right);
    // What is no SQL, or nothing but quoted, takes nothing away.
    check(
        "```sql\nSELECT COUNT(*) FROM orders\n```\n```python\nrun()\n```\nSELECT is read-only.\n```json\n{\"a\": 1}\n```",
        "",
        &right,
    );
}

#[test]
fn sql_without_a_fence_is_found_wherever_a_line_begins_with_it() {
    let count = sql("SELECT COUNT(*) FROM orders");
    for (before, behind) in [
        ("Sure, here you go.\n\n", ""),
        ("**SQL:**\n", ""),
        ("**SQL:** ", ""),
        ("查询如下： ", ";"),
        ("Sure.\n", ";\n\nthis counts all orders."),
        ("Sure.\n", "\n\nThis counts all orders."),
        ("Sure.\n", "\n\n这统计了所有订单。"),
        ("", "\n\n**Note:** all of them."),
    ] {
        let expected =
            if behind.starts_with(';') { sql("SELECT COUNT(*) FROM orders;") } else { count.clone() };
        check(&format!("{before}SELECT COUNT(*) FROM orders{behind}"), before, &expected);
    }
    let two = "SELECT a FROM t\n\nUNION ALL\n\nSELECT b FROM t";
    check(&format!("{two}\n\nBoth of them."), "", &sql(two));
    check("SELECT 1;\nSELECT 2", "", &sql("SELECT 1;\nSELECT 2"));
}

#[test]
fn nothing_that_may_be_a_part_of_a_statement_is_left_out_of_it() {
    // The guard will say what is wrong with it.
    for broken in [
        "SELECT COUNT(*) FROM orders\nWHERE status == = 'paid'",
        "SELECT COUNT(*) FROM orders\nWHER status = 'paid'",
        "SELECT COUNT(*) FROM orders\n\nAND status = = 'paid'",
        "SELECT a, FROM orders\nLIMIT 5",
    ] {
        check(broken, "", &sql(broken));
    }
}

#[test]
fn calls_written_as_text_are_calls() {
    let one = sql("SELECT 1");
    check("<tool_call>\n{\"name\":\"run_sql\",\"arguments\":{\"sql\":\"SELECT 1\"}}\n</tool_call>", "", &one);
    check(
        "好的。\n<tool_call>\n{\"name\":\"run_sql\",\"arguments\":{\"sql\":\"SELECT 1\"}}",
        "好的。\n",
        &one,
    );
    check("<function=run_sql>{\"sql\": \"SELECT 1\"}</function>", "", &one);
    check(
        "<tool_call>\n<function=run_sql>\n<parameter=sql>\nSELECT 1\n</parameter>\n</function>\n</tool_call>",
        "",
        &one,
    );
    for words in ["Use <tool> here.", "a <tool_", "<tool_call> is how it is written.", "1 < 2"] {
        check(words, words, &ReplyContent::Words);
    }
}

#[test]
fn prose_that_only_looks_like_a_statement_is_words() {
    for reply in [
        "Two ways: select one of them",
        "注意：\n  selection",
        "Steps:\nWith care, look.",
        "a:\n",
        "10:30\nb",
        "Select one of the tables first, please.",
        "Select a table from the list, then ask again.",
        "select one of the tables first, please.",
        "SELECT statements are all that I can run.",
        "First:\nSelect a table.\n\nThen ask.",
        "Select the rows:\n```python\nrows()\n```\nThat's it.",
        "SELECT reads rows, and FROM says from which table.",
        "例如：SELECT * FROM orders 可以查询所有订单。",
        "Select a table from the list; I can then:\n- count rows",
        "Select a city from the list\n\nThen click Export",
        "With Shanghai (25%) ahead, the east leads from far.",
    ] {
        check(reply, reply, &ReplyContent::Words);
    }
    check("Select the rows:\n```sql\nSELECT 1\n```", "Select the rows:\n", &sql("SELECT 1"));
}

#[test]
fn what_the_limit_cut_is_not_run() {
    let cut = |sql: &str| ReplyContent::CutOff(sql.to_owned());
    check_to("```sql\nSELECT COUNT(*) FROM orders", true, "", &cut("SELECT COUNT(*) FROM orders"));
    check_to("SELECT COUNT(*) FROM orders", true, "", &cut("SELECT COUNT(*) FROM orders"));
    check_to("Sure.\nSELECT COUNT(*) FROM", true, "Sure.\n", &cut("SELECT COUNT(*) FROM"));
    check_to("```sql SELECT 1", true, "", &cut("SELECT 1"));
    check_to("{\"sql\": \"SELECT 1", true, "", &cut("{\"sql\": \"SELECT 1"));
    check_to("```sql\nSELECT 1\n```\nBetter:\n```sql\nSELECT 2", true, "", &cut("SELECT 2"));
    check_to("SELECT COUNT(*) FROM orders\nWHER", true, "", &cut("SELECT COUNT(*) FROM orders\nWHER"));
    check_to(
        "<tool_call>{\"arguments\":{\"sql\":\"SELECT 1",
        true,
        "",
        &cut("{\"arguments\":{\"sql\":\"SELECT 1"),
    );
    // Nothing but thinking.
    check_to("<think>hm", true, "", &cut(""));
    // What was whole by then is whole.
    check_to("```sql\nSELECT 1\n```\nThis is", true, "", &sql("SELECT 1"));
    check_to("SELECT 1;\n\nThis is", true, "", &sql("SELECT 1;"));
    check_to("There are ma", true, "There are ma", &ReplyContent::Words);
    check_to("Select one of the", true, "Select one of the", &ReplyContent::Words);

    let mut called = new_reader(true);
    called.push("Let me look.");
    called.call("run_sql", &json!("{\"sql\": \"SELECT 1"));
    assert_eq!(called.finish(true), (String::new(), cut("")));
    let mut called = new_reader(true);
    called.call("run_sql", &json!({"sql": "SELECT 1"}));
    assert_eq!(called.finish(true).1, sql("SELECT 1"));
    // Of a statement in the place of an object it can't be told.
    let mut called = new_reader(true);
    called.call("run_sql", &json!("SELECT SUM(total) FROM orders"));
    assert_eq!(called.finish(true).1, cut(""));
    // No statement at all.
    let example = "Like this:\n```json\n{\"a\": 1,";
    check_to(example, true, example, &ReplyContent::Words);
}

#[test]
fn thinking_that_only_a_closing_tag_shows_is_taken_back() {
    for thought in [
        "Maybe ```sql\nSELECT 2\n``` or",
        "SELECT 2",
        "hm:\nSELECT 2",
        "Let me think about the secret plan. OK.",
    ] {
        let expected = (String::new(), sql("SELECT 1"));
        assert_eq!(read(&[thought, "</think>\n\n```sql\nSELECT 1\n```"]), expected, "{thought}");
    }
    assert_eq!(read(&["hm ", "hm", "</think>No data."]), ("No data.".to_owned(), ReplyContent::Words));
    assert_eq!(read(&["```sql\nSELECT 2\n```", "</think>"]), (String::new(), ReplyContent::Nothing));
    assert_eq!(read(&["Secret plan.", "</think>"]), (String::new(), ReplyContent::Nothing));
    let mut silent = new_reader(false);
    for piece in ["Secret plan.", "</think>", "Done."] {
        assert_eq!(silent.push(piece), Spoken::default());
    }
    assert_eq!(silent.finish(false), ("Done.".to_owned(), ReplyContent::Words));
}

#[test]
fn what_a_piece_costs_does_not_grow_with_the_reply() {
    let begun = Instant::now();
    for (first, piece) in [
        ("", "\n"),
        ("", "-- a\n"),
        ("-- ", "a"),
        ("Here:", " "),
        ("Here:\n", "\n"),
        ("```json\n", " "),
        ("```json\n{", "\"a\""),
        ("```", "a"),
        ("```sql\n", "x "),
        ("SELECT ", "x "),
        ("<tool_call>", "{"),
        ("with a", " "),
        ("{", " "),
        ("a", "a\n"),
    ] {
        let mut reader = new_reader(true);
        reader.push(first);
        for _ in 0..100_000 {
            reader.push(piece);
        }
        let mut at_once = new_reader(true);
        at_once.push(&piece.repeat(100_000));
    }
    // Each of them would take half a minute and more if it were read again at every piece.
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[test]
fn words_are_words() {
    for reply in [
        "你好！我可以回答关于数据的问题。",
        "With pleasure. What would you like to know?",
        "With all of the data, nothing is sure.",
        "Use `orders` and ``x`` here.",
        "```json\n{\"a\": 1}\n```\nis an example",
        "Code:\n```python\nprint('```')\n",
        "{not json",
        "```",
    ] {
        let (said, content) = read(&[reply]);
        assert_eq!(
            content,
            if reply == "```" { ReplyContent::Nothing } else { ReplyContent::Words },
            "{reply}"
        );
        assert_eq!(said, if reply == "```" { "" } else { reply }, "{reply}");
    }
    check("Hello 你好 😀", "Hello 你好 😀", &ReplyContent::Words);
}

#[test]
fn words_are_said_when_they_come() {
    let mut reader = new_reader(true);
    for piece in ["您", "好", "，", " `a", "` ", "😀"] {
        assert_eq!(reader.push(piece).words, piece);
    }
    assert_eq!(reader.finish(false), (String::new(), ReplyContent::Words));

    let mut reader = new_reader(true);
    assert_eq!(reader.push("Select a city, please").words, "");
    assert_eq!(reader.push(".\n\nThen").words, "Select a city, please.\n\nThen");
    assert_eq!(reader.push(" ask.").words, " ask.");
}

#[test]
fn nothing_is_nothing() {
    for reply in
        ["", "  \n", "<think>hm</think>", "<think>hm", "```sql\n```", "```sql\n-- only a comment\n```"]
    {
        let (_, content) = read(&[reply]);
        assert_eq!(content, ReplyContent::Nothing, "{reply}");
    }
}

#[test]
fn comments_on_top_say_how_the_question_was_read() {
    let (_, content) = read(&["```sql\n-- 上月各城市的销售额\n--不含取消的订单\nSELECT 1 -- one\n```"]);
    let ReplyContent::Sql(written) = content else { panic!("{content:?}") };
    assert_eq!(written.reading, ["上月各城市的销售额", "不含取消的订单"]);
    assert_eq!(written.sql, "SELECT 1 -- one");
}

#[test]
fn a_call_of_the_tool_counts_whatever_else_was_said() {
    let arguments = json!({"sql": "SELECT 1;", "title": "One", "reading": ["a"], "measures": ["one"]});
    let expected = WrittenSql {
        sql: "SELECT 1;".to_owned(),
        title: "One".to_owned(),
        reading: vec!["a".to_owned()],
        measures: vec!["one".to_owned()],
    };
    let mut reader = new_reader(true);
    assert_eq!(reader.push("Let me look.").words, "Let me look.");
    reader.call("run_sql", &arguments);
    assert_eq!(reader.finish(false), (String::new(), ReplyContent::Sql(expected)));

    for arguments in
        [json!("{\"sql\": \"SELECT 1\"}"), json!("SELECT 1"), json!({"sql": "```sql\nSELECT 1\n```"})]
    {
        let mut reader = new_reader(true);
        reader.call("run_sql", &arguments);
        assert_eq!(reader.finish(false).1, sql("SELECT 1"), "{arguments}");
    }
    // Two are two statements, which the guard sends back; the same one twice is one.
    for (second, expected) in [("SELECT 2", "SELECT 1;\nSELECT 2"), ("SELECT 1;", "SELECT 1;")] {
        let mut reader = new_reader(true);
        reader.call("run_sql", &json!({"sql": "SELECT 1;"}));
        reader.call("run_sql", &json!({"sql": second}));
        assert_eq!(reader.finish(false).1, sql(expected));
    }
    for (name, arguments) in
        [("run_sql", json!({})), ("run_sql", json!("nonsense")), ("other", json!({"sql": "SELECT 1"}))]
    {
        for words in ["", "Let me look."] {
            let mut reader = new_reader(true);
            reader.push(words);
            reader.call(name, &arguments);
            assert_eq!(reader.finish(false).1, ReplyContent::Nothing, "{name} {arguments} {words}");
        }
    }
    // A line break within its text is no JSON.
    for call in
        ["<tool_call>{\"arguments\":{\"sql\":\"SELECT\n1\"}}</tool_call>", "<tool_call>{\"sql\": SELECT 1}"]
    {
        check(call, "", &ReplyContent::Nothing);
    }
}

#[test]
fn a_silent_reader_says_words_only_when_there_is_nothing_else() {
    let mut reader = new_reader(false);
    assert_eq!(reader.push("Sorry, here it is:\n```sql\nSELECT 1\n```").words, "");
    assert_eq!(reader.finish(false), (String::new(), sql("SELECT 1")));
    let mut reader = new_reader(false);
    assert_eq!(reader.push("There is no such ").words, "");
    assert_eq!(reader.push("column.").words, "");
    assert_eq!(reader.finish(false), ("There is no such column.".to_owned(), ReplyContent::Words));
}
