//! Credits are exact: whatever happens to tasks, one or fifty at once, the ledger's sum is the balance, and what was booked is what the
//! model says that it charges for, of replies that broke off too. There it counts as the rule of thumb does by which such a reply is
//! estimated, a token for four letters: a real provider counts otherwise, and how far the rule is off nobody can test.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use wenshu_contracts::RateLimits;
use wenshu_testkit::{
    Gate, ModelTimes, ScriptedModel, ScriptedReply, ServerDatabase, TestApp, TestAppBuilder, TestUser,
};

use super::support::fine;

pub(super) const CREDITS: i64 = 1_000_000;

/// What the model says that a whole reply took: 7 and 11 tokens.
const REPORTED: i64 = 18;

/// The tokens of the prompt `hello`, by the rule of thumb: four letters to one, rounded up.
const PROMPT: i64 = 2;

/// How often a model is asked in all that breaks off before it has said anything.
const REQUESTS: i64 = 4;

/// One token each, by the same rule.
const PIECES: [&str; 4] = ["abcd", "efgh", "ijkl", "mnop"];

/// How much of the reply has come when something happens.
#[derive(Clone, Copy, Debug)]
enum Output {
    None,
    Some,
    All,
}

impl Output {
    fn pieces(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Some => &PIECES[..2],
            Self::All => &PIECES,
        }
    }

    fn text(self) -> String {
        self.pieces().concat()
    }

    /// What it cost when the model couldn't say: its prompt was read, whatever came of it.
    fn estimate(self) -> i64 {
        PROMPT + self.pieces().len() as i64
    }
}

/// What happens.
#[derive(Clone, Copy, Debug)]
enum Happening {
    /// The client goes away, and the reply is finished without it.
    ClientGone,
    /// The owner stops it.
    Stopped,
    /// The model refuses.
    Refused,
    /// What answers is no model: a login page, with status 200.
    NoModel,
    /// The reply breaks off.
    BrokenOff,
    /// The reply breaks off, and has said with each piece what it took.
    BrokenOffReporting,
    /// The reply is whole but doesn't say what it took.
    NoUsage,
    /// The same request comes twice.
    Twice,
}

const EVERYTHING: &[(Happening, Output)] = &[
    (Happening::ClientGone, Output::None),
    (Happening::ClientGone, Output::Some),
    (Happening::ClientGone, Output::All),
    (Happening::Stopped, Output::None),
    (Happening::Stopped, Output::Some),
    (Happening::Stopped, Output::All),
    (Happening::Refused, Output::None),
    (Happening::NoModel, Output::None),
    (Happening::BrokenOff, Output::None),
    (Happening::BrokenOff, Output::Some),
    (Happening::BrokenOff, Output::All),
    (Happening::BrokenOffReporting, Output::None),
    (Happening::BrokenOffReporting, Output::Some),
    (Happening::BrokenOffReporting, Output::All),
    (Happening::NoUsage, Output::None),
    (Happening::NoUsage, Output::Some),
    (Happening::NoUsage, Output::All),
    (Happening::Twice, Output::All),
];

pub(super) fn builder(model: &ScriptedModel) -> TestAppBuilder {
    let without = RateLimits { per_account: None, per_address: None };
    let times = ModelTimes {
        backoff: Duration::from_millis(1),
        longest_backoff: Duration::from_millis(2),
        ..ModelTimes::default()
    };
    TestApp::builder()
        .without_demo()
        .model(model)
        .model_times(times)
        .http(move |http| http.rate_limits = without)
        .core(|core| {
            core.checkpoint_every = Duration::from_millis(5);
            core.runs_per_account = 200;
        })
}

/// A chat in which `hello` was said.
pub(super) fn greeting() -> Value {
    json!({"preset_id": null, "title": "t", "messages": [{"role": "user", "content": "hello"}]})
}

/// Somebody with credits who is no admin, and so many chats of theirs.
pub(super) async fn prepare(app: &TestApp, chats: usize, credits: i64) -> (TestUser<'_>, Vec<String>) {
    app.sign_up("admin").await;
    let ann = app.sign_up("ann").await;
    app.grant(&ann, credits).await;
    let body = greeting();
    let made = join_all((0..chats).map(|_| ann.post("/api/v1/chats", &body))).await;
    let mut ids = Vec::new();
    for response in made {
        ids.push(fine(response).await["id"].as_str().unwrap().to_owned());
    }
    (ann, ids)
}

pub(super) async fn begin(user: &TestUser<'_>, chat: &str) -> String {
    let body = json!({"chat_id": chat, "type": "chat_generation"});
    fine(user.post("/api/v1/tasks", &body).await).await["task_id"].as_str().unwrap().to_owned()
}

/// Reads a task's stream until it says this much, and goes away.
pub(super) async fn read_until(app: &TestApp, task: &str, content: &str) {
    let mut reader = app.get(&format!("/api/v1/tasks/{task}/stream")).await.into_reader();
    assert_eq!(reader.next().await.unwrap().event, "open");
    if content.is_empty() {
        return;
    }
    while reader.next().await.expect("more").json()["content"] != content {}
}

/// Waits until a task is over; a reader that has just gone may still hold its stream for a moment.
pub(super) async fn over(app: &TestApp, task: &str) -> Value {
    loop {
        let response = app.get(&format!("/api/v1/tasks/{task}/stream")).await;
        if response.status() == StatusCode::UNPROCESSABLE_ENTITY {
            tokio::task::yield_now().await;
            continue;
        }
        let events = response.events().await;
        return events[events.len() - 2].json();
    }
}

/// Checks that the ledger's sum is the balance, and that the balance is this; answers how many tasks are in it.
async fn check(user: &TestUser<'_>, balance: i64, case: &str) -> usize {
    let (mut sum, mut tasks, mut offset) = (0, 0, 0);
    let mut seen = BTreeSet::new();
    loop {
        let page = fine(user.get(&format!("/api/v1/users/me/credits?limit=100&offset={offset}")).await).await;
        assert_eq!(page["credits_left"], balance, "{case}");
        let records = page["credit_records"].as_array().unwrap().clone();
        if records.is_empty() {
            break;
        }
        offset += records.len();
        for record in records {
            assert!(seen.insert(record["id"].as_i64().unwrap()));
            let amount = record["amount"].as_i64().unwrap();
            sum += amount;
            tasks += usize::from(amount < 0);
        }
    }
    assert_eq!(sum, balance, "{case}");
    tasks
}

async fn run(app: &TestApp, model: &ScriptedModel, count: usize) {
    let (ann, chats) = prepare(app, count, CREDITS).await;
    let mut balance = CREDITS;
    let mut booked = 0;
    for (happening, output) in EVERYTHING {
        let case = format!("{happening:?} after {output:?}, {count} at once");
        let asked = model.requests().len();
        // What the case before has said is not for this one's prompt.
        let body = greeting();
        let paths: Vec<String> = chats.iter().map(|chat| format!("/api/v1/chats/{chat}")).collect();
        for response in join_all(paths.iter().map(|path| ann.put(path, &body))).await {
            fine(response).await;
        }
        let charged = model.charged();
        let partial = ScriptedReply::pieces(output.pieces().iter().copied()).without_usage();
        let whole = ScriptedReply::pieces(PIECES).usage(7, 11);
        let (reply, cost) = match happening {
            Happening::ClientGone | Happening::Twice => (whole, REPORTED),
            // The model was asked, and nobody says that it hadn't read the prompt yet.
            Happening::Stopped => (partial.then_hang(), output.estimate().max(PROMPT)),
            Happening::Refused => (ScriptedReply::status(500), 0),
            Happening::NoModel => {
                let page = json!("<html>Log in</html>");
                (ScriptedReply::status_with(200, page).header("content-type", "text/html"), 0)
            }
            // Asked again as long as nothing has come: each time it reads the prompt.
            Happening::BrokenOff if output.pieces().is_empty() => (partial.cut(), PROMPT * REQUESTS),
            Happening::BrokenOff => (partial.cut(), output.estimate()),
            Happening::BrokenOffReporting => {
                // It says what it has read before its first word, each time that it is asked.
                let requests = if output.pieces().is_empty() { REQUESTS } else { 1 };
                (partial.usage(7, 11).reporting().cut(), 7 * requests + output.pieces().len() as i64)
            }
            Happening::NoUsage => (partial, output.estimate()),
        };
        model.always(reply);
        let each = chats.iter().map(|chat| one(app, model, &ann, chat, (*happening, *output), asked + count));
        let costs = join_all(each).await;
        let rounds = if matches!(happening, Happening::Twice) { 2 } else { 1 };
        for told in costs {
            assert_eq!(told, cost * rounds, "{case}");
        }
        let total = cost * rounds * count as i64;
        assert_eq!(
            i64::try_from(model.charged() - charged).unwrap(),
            total,
            "{case}: what the model charges"
        );
        balance -= total;
        booked += if cost > 0 { count * rounds as usize } else { 0 };
        assert_eq!(
            check(&ann, balance, &case).await,
            booked,
            "{case}: one entry for each task that cost something"
        );
    }
}

/// One task of a chat to its end; answers what its stream says that it cost.
async fn one(
    app: &TestApp,
    model: &ScriptedModel,
    ann: &TestUser<'_>,
    chat: &str,
    (happening, output): (Happening, Output),
    asked: usize,
) -> i64 {
    let cost = |end: Value| end["token_cost"].as_i64().unwrap();
    match happening {
        Happening::Twice => {
            let body = json!({"chat_id": chat, "type": "chat_generation"});
            let twice = join_all([ann.post("/api/v1/tasks", &body), ann.post("/api/v1/tasks", &body)]).await;
            let mut total = 0;
            for response in twice {
                // The second is refused, or comes when the first is over and is another task.
                if response.status() == StatusCode::OK {
                    let task = fine(response).await["task_id"].as_str().unwrap().to_owned();
                    total += cost(over(app, &task).await);
                } else {
                    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
                }
            }
            if total == REPORTED { total + cost(over(app, &begin(ann, chat).await).await) } else { total }
        }
        Happening::ClientGone => {
            let task = begin(ann, chat).await;
            // What streams faster than it is read is seen at once, so that the end may come first.
            let mut reader = app.get(&format!("/api/v1/tasks/{task}/stream")).await.into_reader();
            for _ in 0..=output.pieces().len() {
                if reader.next().await.is_none() {
                    break;
                }
            }
            drop(reader);
            cost(over(app, &task).await)
        }
        Happening::Stopped => {
            let task = begin(ann, chat).await;
            read_until(app, &task, &output.text()).await;
            if output.pieces().is_empty() {
                model.asked(asked).await;
                // Whether the prompt was taken is known when the answer begins.
                checkpointed(app, &task, output).await;
            }
            let stopped = ann.post("/api/v1/chat/stop", &json!({"conversation_id": chat})).await;
            assert_eq!(stopped.json().await["data"]["stopped"], true);
            cost(over(app, &task).await)
        }
        Happening::Refused
        | Happening::NoModel
        | Happening::BrokenOff
        | Happening::BrokenOffReporting
        | Happening::NoUsage => {
            let task = begin(ann, chat).await;
            cost(over(app, &task).await)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_is_booked_exactly_on_sqlite() {
    for count in [1, 50] {
        let model = ScriptedModel::start().await;
        run(&builder(&model).start().await, &model, count).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_happens_is_booked_exactly_on_postgres() {
    for count in [1, 50] {
        let model = ScriptedModel::start().await;
        let database = ServerDatabase::postgres().await;
        run(&builder(&model).store_in(&database).start().await, &model, count).await;
    }
}

/// Fifty tasks want to begin on one credit.
async fn one_begins(app: &TestApp, model: &ScriptedModel) {
    model.always(ScriptedReply::pieces(PIECES).then_hang());
    let (ann, chats) = prepare(app, 50, 1).await;
    let body = |chat: &String| json!({"chat_id": chat, "type": "chat_generation"});
    let bodies: Vec<Value> = chats.iter().map(body).collect();
    let begun = join_all(bodies.iter().map(|body| ann.post("/api/v1/tasks", body))).await;
    let count = |wanted| begun.iter().filter(|response| response.status() == wanted).count();
    assert_eq!((count(StatusCode::OK), count(StatusCode::PAYMENT_REQUIRED)), (1, 49));
    model.asked(1).await;
    assert_eq!(model.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tasks_never_begin_on_the_same_last_credit_on_sqlite() {
    let model = ScriptedModel::start().await;
    one_begins(&builder(&model).start().await, &model).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_tasks_never_begin_on_the_same_last_credit_on_postgres() {
    let model = ScriptedModel::start().await;
    let database = ServerDatabase::postgres().await;
    one_begins(&builder(&model).store_in(&database).start().await, &model).await;
}

/// A process that is gone without having ended anything: its runtime is taken away under its tasks.
fn killed(
    outer: &Runtime,
    model: &ScriptedModel,
    database: Option<&ServerDatabase>,
    output: Output,
    count: usize,
) {
    let case = format!("killed after {output:?}, {count} at once");
    let on = |builder: TestAppBuilder| match database {
        Some(database) => builder.store_in(database),
        None => builder,
    };
    let asked = model.requests().len() + count;
    let charged = model.charged();
    model.always(ScriptedReply::pieces(output.pieces().iter().copied()).without_usage().then_hang());
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (folder, tasks) = runtime.block_on(async {
        let app = on(builder(model)).start().await;
        let tasks = {
            let (ann, chats) = prepare(&app, count, CREDITS).await;
            let tasks = join_all(chats.iter().map(|chat| begin(&ann, chat))).await;
            model.asked(asked).await;
            for task in &tasks {
                checkpointed(&app, task, output).await;
            }
            tasks
        };
        (app.folder, tasks)
    });
    runtime.shutdown_background();
    outer.block_on(async {
        let app = on(builder(model)).again_in(folder).start().await;
        let form = [("username", "ann"), ("password", wenshu_testkit::app::PASSWORD)];
        let tokens = fine(app.post_form("/api/v1/session/oauth2/token", &form).await).await;
        let ann = TestUser::of_aideer(&app, &json!({"id": 0}), &tokens);
        for task in &tasks {
            let end = over(&app, task).await;
            assert_eq!(
                (&end["status"], &end["content"]),
                (&json!("failed"), &json!(output.text())),
                "{case}"
            );
            assert_eq!(end["token_cost"], output.estimate(), "{case}");
        }
        let total = output.estimate() * count as i64;
        assert_eq!(
            i64::try_from(model.charged() - charged).unwrap(),
            total,
            "{case}: what the model charges"
        );
        assert_eq!(check(&ann, CREDITS - total, &case).await, count, "{case}");
    });
}

/// Waits until what has come of a task is kept, with what it took.
async fn checkpointed(app: &TestApp, task: &str, output: Output) {
    kept(app, task, &output.text(), output.estimate()).await;
}

async fn kept(app: &TestApp, task: &str, text: &str, cost: i64) {
    let id = task.parse().unwrap();
    loop {
        let run = app.store.find_task(id).await.unwrap().unwrap().run;
        let kept = (run.partial.unwrap_or_default(), run.input_tokens + run.output_tokens);
        if kept == (text.to_owned(), cost) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Killed whenever it happens to be, a task is never booked more than was charged for it, and less by what came after the last checkpoint
/// at most.
#[test]
fn a_server_that_is_killed_at_any_moment_books_no_more_than_was_charged() {
    let outer = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let model = outer.block_on(ScriptedModel::start());
    let (before, after) = (20, 30);
    for round in 0..5 {
        let gate = Gate::closed();
        let charged = model.charged();
        model.always(ScriptedReply::pieces(["abcd"; 100]).without_usage().gated(&gate));
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (folder, task) = runtime.block_on(async {
            let app = builder(&model).start().await;
            let task = {
                let (ann, chats) = prepare(&app, 1, CREDITS).await;
                let task = begin(&ann, &chats[0]).await;
                gate.let_go(before);
                kept(&app, &task, &"abcd".repeat(before), PROMPT + before as i64).await;
                gate.let_go(after);
                task
            };
            (app.folder, task)
        });
        runtime.shutdown_background();
        outer.block_on(async {
            let app = builder(&model).again_in(folder).start().await;
            let cost = over(&app, &task).await["token_cost"].as_i64().unwrap();
            model.disconnected(round + 1).await;
            let charged = i64::try_from(model.charged() - charged).unwrap();
            assert!(cost <= charged, "{cost} of {charged}");
            assert!(charged - cost <= after as i64, "{cost} of {charged}");
        });
    }
}

fn killed_whenever(with_postgres: bool) {
    let outer = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let model = outer.block_on(ScriptedModel::start());
    for output in [Output::None, Output::Some, Output::All] {
        for count in [1, 50] {
            let database = with_postgres.then(|| outer.block_on(ServerDatabase::postgres()));
            killed(&outer, &model, database.as_ref(), output, count);
        }
    }
}

#[test]
fn a_killed_server_is_settled_when_it_comes_back_on_sqlite() {
    killed_whenever(false);
}

#[test]
fn a_killed_server_is_settled_when_it_comes_back_on_postgres() {
    killed_whenever(true);
}
