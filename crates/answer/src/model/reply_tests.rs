//! Replies as models write them, whole and cut at every place.

use serde_json::json;

use super::reply::{ReplyContent, ReplyReader, WrittenSql};

/// What is said and what the reply was, when it comes in these pieces.
fn read(pieces: &[&str]) -> (String, ReplyContent) {
    let mut reader = ReplyReader::new(true);
    let mut said: String = pieces.iter().map(|piece| reader.push(piece)).collect();
    let (rest, content) = reader.finish();
    said.push_str(&rest);
    (said, content)
}

/// The same however the reply is cut in two, and when it comes character by character.
#[track_caller]
fn check(reply: &str, said: &str, content: &ReplyContent) {
    for (at, _) in reply.char_indices() {
        let (spoken, found) = read(&[&reply[..at], &reply[at..]]);
        assert_eq!((spoken.as_str(), &found), (said, content), "cut at {at}: {reply}");
    }
    let characters: Vec<String> = reply.chars().map(String::from).collect();
    let pieces: Vec<&str> = characters.iter().map(String::as_str).collect();
    let (spoken, found) = read(&pieces);
    assert_eq!((spoken.as_str(), &found), (said, content), "{reply}");
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
    check("<think>try SELECT 2\n```sql\nSELECT 3```</think>\n```sql\nSELECT 1\n```", "", &one);
}

#[test]
fn prose_before_sql_is_said_and_prose_behind_it_is_not() {
    check("这是查询：\n```sql\nSELECT 1\n```\n它统计了一切。", "这是查询：\n", &sql("SELECT 1"));
    check("```sql\nSELECT 1\n```\nor\n```sql\nSELECT 2\n```", "", &sql("SELECT 1"));
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
fn prose_that_only_looks_like_a_statement_is_words() {
    for reply in [
        "Two ways: select one of them",
        "注意：\n  selection",
        "Steps:\nWith care, look.",
        "a:\n",
        "10:30\nb",
    ] {
        check(reply, reply, &ReplyContent::Words);
    }
}

#[test]
fn sql_in_thinking_that_only_a_closing_tag_shows_is_not_run() {
    for (thought, said) in
        [("Maybe ```sql\nSELECT 2\n``` or", "Maybe "), ("SELECT 2", ""), ("hm:\nSELECT 2", "hm:\n")]
    {
        let (spoken, content) = read(&[thought, "</think>\n```sql\nSELECT 1\n```"]);
        assert_eq!((spoken.as_str(), content), (said, sql("SELECT 1")), "{thought}");
    }
    assert_eq!(read(&["SELECT 2</think>No data."]), ("No data.".to_owned(), ReplyContent::Words));
    assert_eq!(read(&["```sql\nSELECT 2\n```", "</think>"]).1, ReplyContent::Nothing);
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
    let mut reader = ReplyReader::new(true);
    for piece in ["您", "好", "，", " `a", "` ", "😀"] {
        assert_eq!(reader.push(piece), piece);
    }
    assert_eq!(reader.finish(), (String::new(), ReplyContent::Words));
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
    let mut reader = ReplyReader::new(true);
    assert_eq!(reader.push("Let me look."), "Let me look.");
    reader.call("run_sql", &arguments);
    assert_eq!(reader.finish(), (String::new(), ReplyContent::Sql(expected)));

    for arguments in
        [json!("{\"sql\": \"SELECT 1\"}"), json!("SELECT 1"), json!({"sql": "```sql\nSELECT 1\n```"})]
    {
        let mut reader = ReplyReader::new(true);
        reader.call("run_sql", &arguments);
        assert_eq!(reader.finish().1, sql("SELECT 1"), "{arguments}");
    }
    for (name, arguments) in
        [("run_sql", json!({})), ("run_sql", json!("nonsense")), ("other", json!({"sql": "SELECT 1"}))]
    {
        let mut reader = ReplyReader::new(true);
        reader.call(name, &arguments);
        assert_eq!(reader.finish().1, ReplyContent::Nothing, "{name} {arguments}");
    }
}

#[test]
fn a_silent_reader_says_words_only_when_there_is_nothing_else() {
    let mut reader = ReplyReader::new(false);
    assert_eq!(reader.push("Sorry, here it is:\n```sql\nSELECT 1\n```"), "");
    assert_eq!(reader.finish(), (String::new(), sql("SELECT 1")));
    let mut reader = ReplyReader::new(false);
    assert_eq!(reader.push("There is no such "), "");
    assert_eq!(reader.push("column."), "");
    assert_eq!(reader.finish(), ("There is no such column.".to_owned(), ReplyContent::Words));
}
