//! The figures of answers that a model writes, beside a bare relay of the same model's stream.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::{
    client::Connection,
    console,
    figures::{Figure, Measurement, times},
    load::{self, Exchange, Outcome, percentile},
    product,
    server::Server,
    streams::{self, OPENING},
    system,
    wire::{PACED_QUESTION, SQL_QUESTION, WORDS_QUESTION},
};

/// Questions at one connection, for the median of the time to the first event.
const FIRST_EVENTS: usize = 300;

/// Measures what is wanted; of the two servers in front of the model, one is loaded at a time.
pub(crate) async fn measure(
    program: &Path,
    length: Duration,
    wanted: &[Measurement],
    count: usize,
) -> Result<Vec<Figure>> {
    // Both ends of each stream, and what else a server has open.
    system::allow_open_files(3 * count as u64)?;
    let mut figures = Vec::new();
    let model = Server::model(length + OPENING).await?;
    if wanted.iter().any(|one| *one != Measurement::Streams) {
        let relay = Server::relay(&model.base()).await?;
        let data = tempfile::tempdir()?;
        let server = with_model(program, data.path(), &model).await?;
        let token = product::register(server.address()).await?;
        let pair = Pair { relay: &relay, server: &server, token: &token };
        if wanted.contains(&Measurement::First) {
            figures.extend(pair.first_events().await?);
        }
        if wanted.contains(&Measurement::Words) {
            console::say("a model's words over 64 connections, everything saved");
            figures.push(pair.load(WORDS_QUESTION, length).await?);
        }
        if wanted.contains(&Measurement::Sql) {
            console::say("a model's query, run, and its words, over 64 connections, everything saved");
            figures.push(pair.load(SQL_QUESTION, length).await?);
        }
        server.stop().await?;
        relay.stop().await?;
    }
    if wanted.contains(&Measurement::Streams) {
        figures.extend(many_streams(program, length, &model, count).await?);
    }
    model.stop().await?;
    Ok(figures)
}

/// The product, with the scripted model as the default for everyone.
async fn with_model(program: &Path, data: &Path, model: &Server) -> Result<Server> {
    let base = model.base();
    let variables = [
        ("OPENAI_BASE_URL", base.as_str()),
        ("OPENAI_API_KEY", "bench"),
        ("OPENAI_MODEL", "bench"),
        // Every question begins a conversation; what is measured are answers.
        ("WENSHU_MODEL_TITLES", "false"),
        // All questions are one account's.
        ("WENSHU_RUNS_PER_ACCOUNT", "10000"),
    ];
    Server::product_with(program, data, &variables).await
}

/// The two that are compared.
struct Pair<'a> {
    relay: &'a Server,
    server: &'a Server,
    token: &'a str,
}

impl Pair<'_> {
    /// Answers a second, with the baseline measured before and after.
    async fn load(&self, question: &str, length: Duration) -> Result<Figure> {
        let is_words = question == WORDS_QUESTION;
        let before = self.relay_load(length).await?;
        let exchange = product::model_question(self.server.address(), self.token, question, !is_words);
        let outcome = once_then_load(self.server, exchange, length).await?;
        let after = self.relay_load(length).await?;
        let baseline = f64::midpoint(before.rate, after.rate);
        let ratio = outcome.rate / baseline;
        let (name, target) = if is_words {
            (
                "Words of a model in 33 pieces, everything saved, 64 connections",
                ("at least 0.25 of the relay", ratio >= 0.25),
            )
        } else {
            (
                "SQL of a model, its rows, and words in 33 pieces, everything saved, 64 connections",
                ("at least 0.1 of the relay", ratio >= 0.1),
            )
        };
        Ok(Figure {
            name: name.to_owned(),
            value: format!("{:.0} answers/s, {}", outcome.rate, times(&outcome)),
            baseline: format!("relay: {baseline:.0} answers/s, {}", times(&after)),
            ratio,
            target: Some(target),
        })
    }

    async fn relay_load(&self, length: Duration) -> Result<Outcome> {
        let exchange = product::relay_question(self.relay.address(), WORDS_QUESTION);
        once_then_load(self.relay, exchange, length).await
    }

    /// The time to the first event, and to the first word, with nothing else to do.
    async fn first_events(&self) -> Result<Vec<Figure>> {
        console::say("the first event of a model's words, 1 connection");
        let relay = product::relay_question(self.relay.address(), WORDS_QUESTION);
        let server = product::model_question(self.server.address(), self.token, WORDS_QUESTION, false);
        let baseline = first(self.relay, &relay, b"data: ").await?;
        let event = first(self.server, &server, b"event: ").await?;
        let word = first(self.server, &server, b"event: delta").await?;
        let figure = |name: &str, sorted: &[f64], has_target: bool| {
            let (median, relay) = (percentile(sorted, 0.5), percentile(&baseline, 0.5));
            let target = ("at most 3 ms more than the relay", median <= relay + 3.0);
            Figure {
                name: name.to_owned(),
                value: format!("{median:.2} ms (p99 {:.2} ms)", percentile(sorted, 0.99)),
                baseline: format!("relay: {relay:.2} ms (p99 {:.2} ms)", percentile(&baseline, 0.99)),
                ratio: median / relay,
                target: has_target.then_some(target),
            }
        };
        Ok(vec![
            figure("Time to the first event of a model's words, 1 connection, median of 300", &event, true),
            figure("Time to the first word of a model, 1 connection, median of 300", &word, false),
        ])
    }
}

/// Asks once alone, so that a wrong answer is told before a load of them. Says what an answer takes of the processor, where the
/// cores are shared with more than the load generator.
async fn once_then_load(server: &Server, exchange: Exchange, length: Duration) -> Result<Outcome> {
    exchange.run(&mut Connection::open(server.address()).await?).await?;
    let before = server.processor()?;
    let outcome = load::for_a_while(server.address(), &Arc::new(vec![exchange]), length).await?;
    let seconds = server.processor()? - before;
    let answers = outcome.rate * (length + load::WARM_UP).as_secs_f64();
    console::say(&format!("  about {:.2} ms of processor time for an answer", seconds * 1_000.0 / answers));
    Ok(outcome)
}

/// Milliseconds from the request until the chunk with these bytes, sorted.
async fn first(server: &Server, exchange: &Exchange, bytes: &'static [u8]) -> Result<Vec<f64>> {
    let mut connection = Connection::open(server.address()).await?;
    for _ in 0..20 {
        exchange.run(&mut connection).await?;
    }
    let mut milliseconds = Vec::with_capacity(FIRST_EVENTS);
    for _ in 0..FIRST_EVENTS {
        let begin = Instant::now();
        let (answer, came) = connection.exchange_noting(&exchange.request, bytes).await?;
        let came = came.with_context(|| format!("no event came: {}", answer.describe()))?;
        milliseconds.push((came - begin).as_secs_f64() * 1_000.0);
    }
    milliseconds.sort_by(f64::total_cmp);
    Ok(milliseconds)
}

async fn many_streams(program: &Path, length: Duration, model: &Server, count: usize) -> Result<Vec<Figure>> {
    console::say(&format!("{count} streams through the relay"));
    let relay = Server::relay(&model.base()).await?;
    let exchange = product::relay_question(relay.address(), WORDS_QUESTION);
    exchange.run(&mut Connection::open(relay.address()).await?).await?;
    let relay_before = relay.resident()?;
    let request = product::ask_relay(relay.address(), PACED_QUESTION);
    let baseline = streams::watch(&relay, &request, "data: [DONE]", length, count).await?;
    relay.stop().await?;

    console::say(&format!("{count} streams through the product, everything saved"));
    let data = tempfile::tempdir()?;
    let server = with_model(program, data.path(), model).await?;
    let token = product::register(server.address()).await?;
    let exchange = product::model_question(server.address(), &token, WORDS_QUESTION, false);
    exchange.run(&mut Connection::open(server.address()).await?).await?;
    let before = server.resident()?;
    let request = product::ask(server.address(), &token, PACED_QUESTION);
    let outcome = streams::watch(&server, &request, "event: done", length, count).await?;
    server.stop().await?;

    for (name, outcome) in [("relay", &baseline), ("product", &outcome)] {
        let processor = outcome.processor * 1_000_000.0;
        console::say(&format!("  {name}: {processor:.1} µs of processor time for a piece"));
    }
    let late = |outcome: &streams::Outcome| {
        format!(
            "p50 {:.0} ms, p99 {:.0} ms, {:.1} % of the pieces",
            outcome.lateness.percentile(0.5),
            outcome.lateness.percentile(0.99),
            outcome.share * 100.0
        )
    };
    let each = |during: f64, before: f64| (during - before) * 1024.0 / count as f64;
    let (memory, relay_memory) = (each(outcome.resident, before), each(baseline.resident, relay_before));
    // Pieces that don't come at all must not make the rest look good.
    let in_time = outcome.lateness.percentile(0.99) <= 250.0 && outcome.share >= 0.95;
    Ok(vec![
        Figure {
            name: format!("Lateness of a piece, {count} streams with 20 pieces a second each"),
            value: late(&outcome),
            baseline: format!("relay: {}", late(&baseline)),
            ratio: outcome.lateness.percentile(0.99) / baseline.lateness.percentile(0.99),
            target: Some(("p99 at most 250 ms", in_time)),
        },
        Figure {
            name: format!("Resident memory for each of {count} streams"),
            value: format!("{memory:.1} KiB"),
            baseline: format!("relay: {relay_memory:.1} KiB"),
            ratio: memory / relay_memory,
            target: Some(("at most 40 KiB", memory <= 40.0)),
        },
    ])
}
