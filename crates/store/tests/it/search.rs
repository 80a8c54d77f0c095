//! Searching conversations: what is found, on what the index has and on what it doesn't have yet, and how fast.

use std::time::{Duration, Instant};

use uuid::Uuid;
use wenshu_store::{ConversationFilter, RunConversation, Store};

use crate::support::{
    TestDatabase, account, asked, at_once, finished, new_conversation, new_id, new_run, on_both_databases,
};

on_both_databases!(
    parts_of_words_are_found_whether_indexed_or_not,
    wildcards_and_quotes_stand_for_themselves,
    only_the_owners_are_found,
    what_is_deleted_leaves_no_words_behind,
    a_new_title_takes_the_place_of_the_old_one,
    pages_and_favorites_are_counted_exactly,
    very_long_messages_are_found_by_any_part,
    many_processes_index_at_once,
    a_hundred_thousand_messages_are_searched_quickly,
);

fn searching(text: &str) -> ConversationFilter {
    ConversationFilter { search: Some(text.to_owned()), limit: 100, ..ConversationFilter::default() }
}

async fn found(store: &Store, owner: Uuid, text: &str) -> Vec<String> {
    let page = store.conversations(owner, &searching(text)).await.unwrap();
    assert_eq!(page.total, page.items.len() as u64, "{text}");
    page.items.into_iter().map(|conversation| conversation.title).collect()
}

/// Indexes everything; answers how many messages that were.
async fn index(store: &Store) -> u64 {
    let mut total = 0;
    loop {
        let progress = store.index_messages().await.unwrap();
        total += progress.indexed;
        if progress.left == 0 {
            return total;
        }
    }
}

/// Checks the searches before anything is indexed, when half of it is, and when all of it is.
async fn check(store: &Store, owner: Uuid, cases: &[(&str, &[&str])]) {
    for step in 0..2 {
        for (text, expected) in cases {
            assert_eq!(found(store, owner, text).await, *expected, "{text:?} in step {step}");
        }
        index(store).await;
    }
}

async fn parts_of_words_are_found_whether_indexed_or_not(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    asked(&store, alice.id, "各城市的销售额", "上月各城市的销售额是多少", "上海最高，共 12,345.60 元。", 1)
        .await;
    assert_eq!(index(&store).await, 2);
    let mixed =
        asked(&store, alice.id, "A股行情", "贵州茅台(600519)的K线", "Kweichow Moutai, see below", 2).await;
    asked(&store, alice.id, "Top customers", "Top 10 customers", "Here they are.", 3).await;
    let cases: &[(&str, &[&str])] = &[
        ("销售", &["各城市的销售额"]),
        ("销售额", &["各城市的销售额"]),
        ("各城市的销售额是", &["各城市的销售额"]),
        ("额", &["各城市的销售额"]),
        ("额是多少", &["各城市的销售额"]),
        ("少", &["各城市的销售额"]),
        ("少上", &[]),
        ("销额", &[]),
        ("销售额城市", &[]),
        ("上", &["各城市的销售额"]),
        ("12,345.60", &["各城市的销售额"]),
        ("元。", &["各城市的销售额"]),
        ("a股", &["A股行情"]),
        ("A股行", &["A股行情"]),
        ("k线", &["A股行情"]),
        ("茅台(6", &["A股行情"]),
        ("KWEICHOW mou", &["A股行情"]),
        ("ustom", &["Top customers"]),
        ("s", &["Top customers", "A股行情"]),
        ("to", &["Top customers"]),
        ("E T", &["Top customers"]),
        ("here are", &[]),
        (" ", &["Top customers", "A股行情", "各城市的销售额"]),
        ("𠮷", &[]),
        ("不存在的词", &[]),
    ];
    check(&store, alice.id, cases).await;
    // A conversation whose beginning is indexed and whose end isn't.
    let run = new_run(alice.id, RunConversation::Existing(mixed.conversation), "五粮液呢", 4);
    let id = run.id;
    store.begin_run(run).await.unwrap();
    store.finish_run(finished(id, "𠮷野家", 4)).await.unwrap();
    let cases: &[(&str, &[&str])] =
        &[("五粮", &["A股行情"]), ("𠮷", &["A股行情"]), ("𠮷野家", &["A股行情"]), ("茅台", &["A股行情"])];
    check(&store, alice.id, cases).await;
}

async fn wildcards_and_quotes_stand_for_themselves(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    for (title, at) in [
        ("100% sure", 1),
        ("snake_case", 2),
        ("back\\slash", 3),
        ("plain", 4),
        ("quo'te", 5),
        ("say \"hi\" AND *", 6),
        ("tab\tand\nline", 7),
    ] {
        asked(&store, alice.id, title, "?", "!", at).await;
    }
    let cases: &[(&str, &[&str])] = &[
        ("%", &["100% sure"]),
        ("0% ", &["100% sure"]),
        ("0% s", &["100% sure"]),
        ("_", &["snake_case"]),
        ("e_c", &["snake_case"]),
        ("\\", &["back\\slash"]),
        ("k\\s", &["back\\slash"]),
        ("\\%", &[]),
        ("p%n", &[]),
        ("p_a", &[]),
        ("p_ain", &[]),
        ("'", &["quo'te"]),
        ("o't", &["quo'te"]),
        ("''", &[]),
        ("\"", &["say \"hi\" AND *"]),
        ("\"hi\" AND", &["say \"hi\" AND *"]),
        ("*", &["say \"hi\" AND *"]),
        ("hi*", &[]),
        ("a OR p", &[]),
        ("b\ta", &["tab\tand\nline"]),
        ("\n", &["tab\tand\nline"]),
        ("\u{e025}", &[]),
    ];
    check(&store, alice.id, cases).await;
}

async fn only_the_owners_are_found(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    asked(&store, alice.id, "alice", "销售额", "上海", 1).await;
    asked(&store, bob.id, "bob", "销售额", "北京", 2).await;
    check(&store, alice.id, &[("销售", &["alice"]), ("北京", &[]), ("bob", &[])]).await;
    check(&store, bob.id, &[("销售", &["bob"]), ("上海", &[]), ("al", &[])]).await;
    check(&store, new_id(), &[("销售", &[]), ("上海", &[])]).await;
}

async fn what_is_deleted_leaves_no_words_behind(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let first = asked(&store, alice.id, "first", "退款率", "4%", 1).await;
    let second = asked(&store, alice.id, "second", "退款率", "5%", 2).await;
    index(&store).await;
    let third = asked(&store, alice.id, "third", "退款率", "6%", 3).await;
    assert!(store.delete_conversation(alice.id, second.conversation).await.unwrap());
    assert_eq!(found(&store, alice.id, "退款率").await, ["third", "first"]);
    assert!(store.delete_conversation(alice.id, third.conversation).await.unwrap());
    index(&store).await;
    assert_eq!(found(&store, alice.id, "退款").await, ["first"]);
    assert!(store.delete_conversation(alice.id, first.conversation).await.unwrap());
    assert_eq!(found(&store, alice.id, "退款").await, Vec::<String>::new());
    store.close().await;
    // Adding up to more than nothing would be an error here, since there is no row that may be the sum of something.
    database.execute("CREATE TABLE no_words (number INTEGER NOT NULL CHECK (number = 0))").await;
    database.execute("INSERT INTO no_words SELECT count(*) FROM search_documents").await;
    if let TestDatabase::Sqlite(_) = database {
        database
            .execute("INSERT INTO no_words SELECT count(*) FROM search_words WHERE search_words MATCH '\"1x退款率\"'")
            .await;
    }
}

async fn a_new_title_takes_the_place_of_the_old_one(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let id = asked(&store, alice.id, "旧标题", "?", "!", 1).await.conversation;
    // Before its conversation is indexed, and afterwards.
    for title in ["新的名字", "更新的名字", "\0"] {
        assert!(store.set_title(alice.id, id, title).await.unwrap());
        let shown = title.replace('\0', "\u{fffd}");
        for _ in 0..2 {
            assert_eq!(found(&store, alice.id, &shown).await, [shown.as_str()]);
            assert_eq!(found(&store, alice.id, "旧标").await, Vec::<String>::new());
            index(&store).await;
        }
    }
    assert_eq!(found(&store, alice.id, "名字").await, Vec::<String>::new());
    assert!(store.set_title(alice.id, id, "").await.unwrap());
    assert_eq!(found(&store, alice.id, "\u{fffd}").await, Vec::<String>::new());
    assert_eq!(found(&store, alice.id, "?").await, [""]);
}

async fn pages_and_favorites_are_counted_exactly(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    for number in 0..30 {
        let id =
            asked(&store, alice.id, &format!("c{number}"), "每月销售额", "无", number).await.conversation;
        store.set_favorite(alice.id, id, number % 3 == 0).await.unwrap();
        if number == 20 {
            index(&store).await;
        }
    }
    for (text, favorites) in [("销售", false), ("每月销售额", false), ("销售", true), ("每月销售额", true)]
    {
        let expected: Vec<String> = (0..30)
            .rev()
            .filter(|number| !favorites || number % 3 == 0)
            .map(|number| format!("c{number}"))
            .collect();
        let mut seen = Vec::new();
        for offset in (0..40).step_by(7) {
            let filter = ConversationFilter { favorites, limit: 7, offset, ..searching(text) };
            let page = store.conversations(alice.id, &filter).await.unwrap();
            assert_eq!(page.total, expected.len() as u64, "{text} from {offset}");
            seen.extend(page.items.into_iter().map(|conversation| conversation.title));
        }
        assert_eq!(seen, expected, "{text}");
    }
}

async fn very_long_messages_are_found_by_any_part(database: TestDatabase) {
    let store = database.open().await;
    let alice = account(&store, "alice").await;
    let long: String = (0..150_000_u64)
        .filter_map(|number| char::from_u32(0x4e00 + (number * number % 20_011) as u32))
        .collect();
    asked(&store, alice.id, "long", &long, "短", 1).await;
    asked(&store, alice.id, "other", "长", "短", 2).await;
    let characters: Vec<char> = long.chars().collect();
    for _ in 0..2 {
        for start in [0, 8_100, 8_191, 77_777, 149_000] {
            for length in [2, 3, 50, 900] {
                let part: String = characters[start..start + length].iter().collect();
                assert_eq!(found(&store, alice.id, &part).await, ["long"], "{length} from {start}");
            }
        }
        index(&store).await;
    }
}

async fn many_processes_index_at_once(database: TestDatabase) {
    let (one, other) = (database.open().await, database.open().await);
    let alice = account(&one, "alice").await;
    at_once(40, &[&one, &other], move |number, store| async move {
        let title = format!("第{number}个");
        let run = new_run(alice.id, new_conversation(&title), "同时写入", number);
        let id = run.id;
        store.begin_run(run).await.unwrap();
        store.index_messages().await.unwrap();
        store.finish_run(finished(id, &format!("答案{number}号"), number)).await.unwrap();
        store.index_messages().await.unwrap();
    })
    .await;
    index(&one).await;
    assert_eq!(other.index_messages().await.unwrap().left, 0);
    assert_eq!(found(&other, alice.id, "同时").await.len(), 40);
    for number in [0, 7, 39] {
        assert_eq!(found(&one, alice.id, &format!("案{number}号")).await, [format!("第{number}个")]);
    }
}

use Number::{AtLeast, Exactly};

/// Two messages in each of 50,000 conversations of one account, half of them Chinese, beside those of another one.
async fn a_hundred_thousand_messages_are_searched_quickly(database: TestDatabase) {
    let store = database.open().await;
    let (alice, bob) = (account(&store, "alice").await, account(&store, "bob").await);
    asked(&store, bob.id, "bob", "销售额", "上海", 1).await;
    let first = asked(&store, alice.id, "first", "第一个", "1", 1).await.conversation;
    fill(&database, first).await;
    let scanning = best_of(&store, alice.id, "没有这个词", Exactly(0)).await;
    let started = Instant::now();
    let indexed = index(&store).await;
    let indexing = started.elapsed();
    assert_eq!(indexed, 100_002 + 2);
    // Indexing goes on beside answers; so many times slower than here it would still keep up with 100 messages a second.
    assert!(indexing < Duration::from_secs(300), "{indexed} messages took {indexing:?}");
    if let TestDatabase::Postgres(_) = database {
        database.execute("ANALYZE").await;
    }
    // Of very many that have a long text, at least so many as are known by then.
    for (text, expected) in [
        ("退货", Exactly(5_000)),
        ("退货率", Exactly(5_000)),
        ("销售", Exactly(50_000)),
        ("额", Exactly(50_000)),
        ("城市17的", Exactly(50)),
        ("城市17的销售额", Exactly(50)),
        ("的销售额", AtLeast(1_999)),
        ("n1234", Exactly(11)),
        ("e", Exactly(25_000)),
        ("customer", AtLeast(999)),
        ("不存在", Exactly(0)),
        ("没有这个词", Exactly(0)),
    ] {
        let best = best_of(&store, alice.id, text, expected).await;
        assert!(best < QUICK, "{text}: {best:?}");
        let is_rare = matches!(expected, Exactly(..=50));
        assert!(!is_rare || best < scanning, "{text}: {best:?}, and {scanning:?} without an index");
    }
    // Pages of a common word follow each other without a gap, past those conversations that are looked at one by one.
    for offset in [0, 20, 3_980, 3_990, 4_500] {
        let filter = ConversationFilter { limit: 20, offset, ..searching("销售") };
        let page = store.conversations(alice.id, &filter).await.unwrap();
        let titles: Vec<String> = page.items.iter().map(|conversation| conversation.title.clone()).collect();
        let expected: Vec<String> = (0..20).map(|place| format!("nr{}", 50_000 - offset - place)).collect();
        assert_eq!(titles, expected, "from {offset}");
        assert_eq!((page.total, page.is_total_exact), (50_000, true), "from {offset}");
    }
    // What has been counted isn't counted again.
    let known = ConversationFilter { limit: 20, known_total: Some(7), ..searching("销售") };
    assert_eq!(store.conversations(alice.id, &known).await.unwrap().total, 7);
}

/// What a search may take.
const QUICK: Duration = Duration::from_millis(50);

/// Tests run beside each other, so that the first searches may not be the quickest ones.
const TRIES: usize = 60;

/// How many a search finds.
#[derive(Clone, Copy, Debug)]
enum Number {
    Exactly(u64),
    AtLeast(u64),
}

/// The shortest time of several searches with this many results; no more of them than it takes for one to be quick.
async fn best_of(store: &Store, owner: Uuid, text: &str, expected: Number) -> Duration {
    let filter = ConversationFilter { limit: 20, ..searching(text) };
    let mut best = Duration::MAX;
    for turn in 0..TRIES {
        if turn >= 5 && best < QUICK {
            break;
        }
        let started = Instant::now();
        let page = store.conversations(owner, &filter).await.unwrap();
        best = best.min(started.elapsed());
        let least = match expected {
            Exactly(number) => {
                assert_eq!(page.total, number, "{text}");
                number
            }
            AtLeast(number) => number,
        };
        assert!(page.total >= least, "{text}: {}", page.total);
        assert_eq!(page.items.len() as u64, least.min(20), "{text}");
    }
    best
}

/// Writes the messages with SQL alone: number N is asked about city N modulo 1,000.
async fn fill(database: &TestDatabase, first: Uuid) {
    let (id, text) = match database {
        TestDatabase::Sqlite(_) => ("randomblob(16)", "n"),
        TestDatabase::Postgres(_) => ("gen_random_uuid()", "n::text"),
    };
    let first = match database {
        TestDatabase::Sqlite(_) => format!("x'{}'", first.simple()),
        TestDatabase::Postgres(_) => format!("'{first}'"),
    };
    let question = format!(
        "'请给出城市' || (n % 1000) || '的销售额以及' || CASE n % 10 WHEN 0 THEN '退货率' ELSE '毛利' END || ' n' || {text}"
    );
    let answer = format!(
        "CASE n % 2 WHEN 0 THEN 'The best customer is number ' || {text} ELSE '共' || {text} || '元，以上是全部明细。' END"
    );
    database
        .execute(&format!(
            "INSERT INTO conversations (id, owner, title, is_favorite, message_count, created_at, updated_at)
             WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50000)
             SELECT {id}, owner, 'nr' || n, FALSE, 2, n, n FROM numbers, conversations WHERE conversations.id = {first}"
        ))
        .await;
    database
        .execute(&format!(
            "UPDATE accounts SET conversations_count = conversations_count + 50000
             WHERE id = (SELECT owner FROM conversations WHERE id = {first})"
        ))
        .await;
    for (role, content) in [("user", question), ("assistant", answer)] {
        database
            .execute(&format!(
                "INSERT INTO messages (id, conversation, role, content, status, created_at)
                 SELECT {id}, id, '{role}', {content}, 'complete', n
                 FROM (SELECT id, updated_at AS n FROM conversations WHERE title LIKE 'nr%') AS made"
            ))
            .await;
    }
}
