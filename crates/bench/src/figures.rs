//! The figures: what is measured, in which order, and what it should be.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    client::Connection,
    console, datasets,
    load::{self, Exchange, Outcome, percentile},
    product::{self, QUESTIONS},
    server::Server,
    streaming,
};

/// Conversations in the store for the list and for the starts.
const STORED: usize = 10_000;

const STARTS: usize = 10;

/// What can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Measurement {
    /// Questions answered by the built-in engine, everything saved
    Answers,
    /// The list of conversations, with 10,000 stored
    Conversations,
    /// From the start of the process to the first answer
    Start,
    /// Resident memory
    Memory,
    /// A model's words, streamed and saved
    Words,
    /// A model's query, run, and a model's words about its rows
    Sql,
    /// From a question to a model until the first event
    First,
    /// Two thousand streams at once
    Streams,
    /// A large file, uploaded as a dataset and asked
    Datasets,
}

impl Measurement {
    pub(crate) const ALL: [Self; 9] = [
        Self::Answers,
        Self::Conversations,
        Self::Start,
        Self::Memory,
        Self::Words,
        Self::Sql,
        Self::First,
        Self::Streams,
        Self::Datasets,
    ];

    /// Whether it needs a model.
    fn is_of_model(self) -> bool {
        matches!(self, Self::Words | Self::Sql | Self::First | Self::Streams)
    }
}

/// One line of the table.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: String,
    /// The same of the baseline, in the same run.
    pub(crate) baseline: String,
    /// The value divided by the baseline's.
    pub(crate) ratio: f64,
    /// What it should be, and whether it is; `None` where the figure only informs.
    pub(crate) target: Option<(&'static str, bool)>,
}

/// How loads and files are chosen.
pub(crate) struct Sizes {
    /// How long each load lasts.
    pub(crate) length: Duration,
    /// Streams that are open at once.
    pub(crate) streams: usize,
    /// Megabytes of the file that is uploaded.
    pub(crate) dataset_megabytes: u64,
}

/// Measures what is wanted; one server at a time is loaded. `command_line` is DataFusion's, which datasets are measured beside.
pub(crate) async fn measure(
    program: &Path,
    command_line: Option<&Path>,
    sizes: &Sizes,
    wanted: &[Measurement],
) -> Result<Vec<Figure>> {
    let Sizes { length, streams, dataset_megabytes } = *sizes;
    let of_datasets = wanted.contains(&Measurement::Datasets);
    let others = wanted.iter().filter(|one| **one != Measurement::Datasets);
    let (of_model, built_in): (Vec<_>, Vec<_>) = others.partition(|one| one.is_of_model());
    let mut figures = Vec::new();
    if !built_in.is_empty() {
        figures.extend(measure_built_in(program, length, &built_in).await?);
    }
    if !of_model.is_empty() {
        figures.extend(streaming::measure(program, length, &of_model, streams).await?);
    }
    if of_datasets {
        let command_line = command_line
            .context("datasets are measured beside DataFusion's command line: give --datafusion-cli")?;
        figures.extend(datasets::measure(program, command_line, dataset_megabytes).await?);
    }
    Ok(figures)
}

/// The figures without a model.
async fn measure_built_in(program: &Path, length: Duration, wanted: &[Measurement]) -> Result<Vec<Figure>> {
    let data = tempfile::tempdir()?;
    let mut figures = Vec::new();
    console::say("baseline: a bare axum server");
    let hello = hello_load(length).await?;
    figures.push(Figure {
        name: "Baseline: bare axum `hello`, 64 connections".to_owned(),
        value: format!("{:.0} answers/s, {}", hello.rate, times(&hello)),
        baseline: format!("{:.0} answers/s", hello.rate),
        ratio: 1.0,
        target: None,
    });

    // All further figures need a store that has been used; this server makes it.
    let server = Server::product(program, data.path()).await?;
    let token = product::register(server.address()).await?;
    let questions = questions(&server, &token).await?;
    if wanted.contains(&Measurement::Answers) {
        alone(&server, &questions).await?;
        console::say("questions: 8 in turn over 64 connections, everything saved");
        let outcome = load::for_a_while(server.address(), &questions, length).await?;
        figures.push(Figure {
            name: "Questions answered by the built-in engine, everything saved, 64 connections".to_owned(),
            value: format!("{:.0} answers/s, {}", outcome.rate, times(&outcome)),
            baseline: format!("{:.0} answers/s", hello.rate),
            ratio: outcome.rate / hello.rate,
            target: Some(("at least 1,500 answers/s", outcome.rate >= 1_500.0)),
        });
    }
    let busy = server.resident()?;
    server.stop().await?;
    if wanted.iter().any(|one| *one != Measurement::Answers) {
        stored(program, length, wanted, data.path(), &token, busy, &mut figures).await?;
    }
    Ok(figures)
}

/// The figures that need a store with many conversations.
async fn stored(
    program: &Path,
    length: Duration,
    wanted: &[Measurement],
    data: &Path,
    token: &str,
    busy: f64,
    figures: &mut Vec<Figure>,
) -> Result<()> {
    console::say("storing 10,000 conversations");
    let server = Server::product(program, data).await?;
    let cheap = Arc::new(vec![product::question(server.address(), token, QUESTIONS[0]).await?]);
    load::this_often(server.address(), &cheap, STORED).await?;
    if wanted.contains(&Measurement::Conversations) {
        console::say("the list of conversations over 64 connections");
        // The baseline once more: minutes may have passed.
        let before = hello_load(length).await?;
        let exchanges = Arc::new(vec![product::conversations(server.address(), token)]);
        let outcome = load::for_a_while(server.address(), &exchanges, length).await?;
        let after = hello_load(length).await?;
        let baseline = f64::midpoint(before.rate, after.rate);
        figures.push(Figure {
            name: "`GET /conversations?limit=20`, 10,000 stored, 64 connections".to_owned(),
            value: format!("{:.0} answers/s, {}", outcome.rate, times(&outcome)),
            baseline: format!("{baseline:.0} answers/s"),
            ratio: outcome.rate / baseline,
            target: Some(("at least 0.1 of the baseline", outcome.rate / baseline >= 0.1)),
        });
    }
    server.stop().await?;
    if wanted.contains(&Measurement::Start) {
        console::say("starts on the existing store");
        figures.extend(starts(program, data, token).await?);
    }
    if wanted.contains(&Measurement::Memory) {
        console::say("resident memory");
        figures.extend(memory(program, data, busy).await?);
    }
    Ok(())
}

async fn hello_load(length: Duration) -> Result<Outcome> {
    let server = Server::hello().await?;
    let exchanges = Arc::new(vec![product::hello(server.address())]);
    let outcome = load::for_a_while(server.address(), &exchanges, length).await?;
    server.stop().await?;
    Ok(outcome)
}

async fn questions(server: &Server, token: &str) -> Result<Arc<Vec<Exchange>>> {
    let mut exchanges = Vec::new();
    for question in QUESTIONS {
        exchanges.push(product::question(server.address(), token, question).await?);
    }
    Ok(Arc::new(exchanges))
}

/// Says how long each question takes when the server has nothing else to do: where to look when the load is slow.
async fn alone(server: &Server, questions: &[Exchange]) -> Result<()> {
    let mut connection = Connection::open(server.address()).await?;
    for question in questions {
        let mut milliseconds = Vec::new();
        for _ in 0..20 {
            let begin = Instant::now();
            question.run(&mut connection).await?;
            milliseconds.push(begin.elapsed().as_secs_f64() * 1_000.0);
        }
        milliseconds.sort_by(f64::total_cmp);
        console::say(&format!("  {:.2} ms alone: {}", percentile(&milliseconds, 0.5), question.name));
    }
    Ok(())
}

async fn starts(program: &Path, data: &Path, token: &str) -> Result<Vec<Figure>> {
    let mut baseline = Vec::new();
    let mut to_health = Vec::new();
    let mut to_answer = Vec::new();
    for _ in 0..STARTS {
        let server = Server::hello().await?;
        let mut connection = Connection::open(server.address()).await?;
        product::hello(server.address()).run(&mut connection).await?;
        baseline.push(server.spawned().elapsed().as_secs_f64() * 1_000.0);
        drop(connection);
        server.stop().await?;

        let server = Server::product(program, data).await?;
        let mut connection = Connection::open(server.address()).await?;
        product::health(server.address()).run(&mut connection).await?;
        to_health.push(server.spawned().elapsed().as_secs_f64() * 1_000.0);
        product::question(server.address(), token, QUESTIONS[0]).await?;
        to_answer.push(server.spawned().elapsed().as_secs_f64() * 1_000.0);
        drop(connection);
        server.stop().await?;
    }
    for list in [&mut baseline, &mut to_health, &mut to_answer] {
        list.sort_by(f64::total_cmp);
    }
    let hello = percentile(&baseline, 0.5);
    let figure = |name: &str, sorted: &[f64], target: Option<f64>| {
        let median = percentile(sorted, 0.5);
        Figure {
            name: name.to_owned(),
            value: format!("{median:.1} ms (slowest {:.1} ms)", percentile(sorted, 1.0)),
            baseline: format!("{hello:.1} ms"),
            ratio: median / hello,
            target: target.map(|limit| ("at most 100 ms", median <= limit)),
        }
    };
    Ok(vec![
        figure("Start to the first answered question, existing store, median of 10", &to_answer, Some(100.0)),
        figure("Start to the first `/health`, existing store, median of 10", &to_health, None),
    ])
}

async fn memory(program: &Path, data: &Path, busy: f64) -> Result<Vec<Figure>> {
    let hello = Server::hello().await?;
    let mut connection = Connection::open(hello.address()).await?;
    product::hello(hello.address()).run(&mut connection).await?;
    let baseline = hello.resident()?;
    drop(connection);
    hello.stop().await?;

    let server = Server::product(program, data).await?;
    let mut connection = Connection::open(server.address()).await?;
    product::health(server.address()).run(&mut connection).await?;
    let idle = settled(&server).await?;
    drop(connection);
    server.stop().await?;
    let figure = |name: &str, value: f64, target| Figure {
        name: name.to_owned(),
        value: format!("{value:.1} MiB"),
        baseline: format!("{baseline:.1} MiB"),
        ratio: value / baseline,
        target,
    };
    Ok(vec![
        figure("Resident memory, idle, existing store", idle, Some(("at most 40 MiB", idle <= 40.0))),
        figure("Resident memory after the load of questions", busy, None),
    ])
}

/// Memory after what a server does in the background after its start: the same in two looks, or the last of ten.
async fn settled(server: &Server) -> Result<f64> {
    let mut last = server.resident()?;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = server.resident()?;
        if (now - last).abs() < 0.1 {
            return Ok(now);
        }
        last = now;
    }
    bail!("the memory of an idle server doesn't settle: {last:.1} MiB")
}

pub(crate) fn times(outcome: &Outcome) -> String {
    format!("p50 {:.1} ms, p99 {:.1} ms", outcome.percentile(0.5), outcome.percentile(0.99))
}
