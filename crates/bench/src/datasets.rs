//! The figures of datasets: a large file is uploaded and asked, beside `cp` of the same file and DataFusion's own command line.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{
    client::{Connection, request},
    console,
    figures::Figure,
    load::percentile,
    product,
    server::Server,
};

/// What the product may hold while a file of any size is uploaded and asked, in MiB.
const MOST_RESIDENT: f64 = 300.0;

/// How often what is short is measured; the median counts.
const TIMES: usize = 5;

/// The same of an upload, which is longer.
const UPLOADS: usize = 3;

const QUESTION: &str = "各城市的销售额";

const CITIES: [&str; 8] = ["北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "西安"];

const BOUNDARY: &str = "----wenshu-bench";

/// Measures with a file of this many megabytes. `command_line` is DataFusion's.
pub(crate) async fn measure(program: &Path, command_line: &Path, megabytes: u64) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("sales.csv");
    console::say(&format!("a CSV file of {megabytes} MB"));
    generate(&file, megabytes * 1_000_000)?;
    let bytes = file.metadata()?.len();
    let Copied { held, kept } = copy(&file, folder.path())?;

    let data = folder.path().join("data");
    std::fs::create_dir(&data)?;
    let size = (2 * megabytes).to_string();
    let room = (10 * megabytes).to_string();
    let variables = [("WENSHU_DATASET_FILE_MB", size.as_str()), ("WENSHU_DATASET_ACCOUNT_MB", room.as_str())];
    let server = Server::product_with(program, &data, &variables).await?;
    let token = product::register(server.address()).await?;
    let idle = server.resident()?;
    console::say("its upload");
    let mut seconds = Vec::new();
    for number in 1..=UPLOADS {
        let begin = Instant::now();
        let dataset = upload(&server, &token, &file).await?;
        seconds.push(begin.elapsed().as_secs_f64());
        // The last one stays to be asked.
        if number < UPLOADS {
            remove(&server, &token, &dataset).await?;
            settle()?;
        }
    }
    seconds.sort_by(f64::total_cmp);
    let uploaded = percentile(&seconds, 0.5);
    let after_upload = server.highest_resident()?;

    console::say("a grouped sum over it");
    let connection = connection(&server, &token).await?;
    let mut seconds = Vec::new();
    let mut statement = String::new();
    // The first question also reads the values that later ones may speak of.
    for _ in 0..=TIMES {
        let begin = Instant::now();
        statement = ask(&server, &token, &connection).await?;
        seconds.push(begin.elapsed().as_secs_f64());
    }
    let first = seconds.remove(0);
    let highest = server.highest_resident()?;
    server.stop().await?;

    console::say("the same statement in DataFusion's command line");
    let table = table_of(&statement)?;
    let of_csv = command_line_seconds(command_line, &table, "CSV", &file, &statement)?;
    let own = parquet_below(&data.join("datasets"))?.context("the dataset has no table")?;
    let of_parquet = command_line_seconds(command_line, &table, "PARQUET", &own, &statement)?;

    seconds.sort_by(f64::total_cmp);
    let asked = percentile(&seconds, 0.5);
    let rate = |seconds: f64| bytes as f64 / 1_000_000.0 / seconds;
    Ok(vec![
        Figure {
            name: format!(
                "Upload of a CSV file of {megabytes} MB, until it is taken in, median of {UPLOADS}"
            ),
            value: format!("{:.0} MB/s ({uploaded:.1} s)", rate(uploaded)),
            baseline: format!("`cp` to the disk: {:.0} MB/s", rate(kept)),
            ratio: kept / uploaded,
            target: Some(("at least 0.3 of `cp` to the disk", kept / uploaded >= 0.3)),
        },
        Figure {
            name: "The same beside `cp` into memory, which leaves writing for later".to_owned(),
            value: format!("{:.0} MB/s", rate(uploaded)),
            baseline: format!("`cp` alone: {:.0} MB/s", rate(held)),
            ratio: held / uploaded,
            target: Some(("at least 0.3 of `cp`", held / uploaded >= 0.3)),
        },
        Figure {
            name: format!("A question that groups and sums it, median of {TIMES}, to the end of its answer"),
            value: format!("{:.0} ms (the first: {:.0} ms)", asked * 1_000.0, first * 1_000.0),
            baseline: format!("DataFusion's command line, same file: {:.0} ms", of_csv * 1_000.0),
            ratio: of_csv / asked,
            target: Some(("at least 0.5 of the command line", of_csv / asked >= 0.5)),
        },
        Figure {
            name: "The same beside the command line on the table that the product has made".to_owned(),
            value: format!("{:.0} ms", asked * 1_000.0),
            baseline: format!("{:.0} ms", of_parquet * 1_000.0),
            ratio: of_parquet / asked,
            target: None,
        },
        Figure {
            name: "Highest resident memory of all that".to_owned(),
            value: format!("{highest:.0} MiB ({after_upload:.0} MiB after the upload)"),
            baseline: format!("before: {idle:.0} MiB"),
            ratio: highest / idle,
            target: Some(("at most 300 MiB", highest <= MOST_RESIDENT)),
        },
    ])
}

/// Writes a file of at least so many bytes, the same each time.
fn generate(path: &Path, bytes: u64) -> Result<()> {
    let mut file = BufWriter::with_capacity(1024 * 1024, File::create(path)?);
    let mut written = 0;
    let header = "订单号,城市,销售额,数量,日期,备注\n";
    file.write_all(header.as_bytes())?;
    written += header.len() as u64;
    let mut line = Vec::new();
    let mut random: u64 = 88_172_645_463_325_252;
    let mut number = 0_u64;
    while written < bytes {
        // Marsaglia's xorshift: no library for noise that nobody relies on.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let city = CITIES[usize::try_from(random % 8)?];
        let (month, day) = (random / 8 % 12 + 1, random / 96 % 28 + 1);
        line.clear();
        writeln!(
            line,
            "{number},{city},{}.{:02},{},2025-{month:02}-{day:02},order {number:09} of {city}",
            random / 10_000 % 10_000,
            random / 100 % 100,
            random / 1_000_000 % 20 + 1,
        )?;
        file.write_all(&line)?;
        written += line.len() as u64;
        number += 1;
    }
    file.flush()?;
    settle()
}

/// Has the system write down what it holds back, so that it doesn't do so while something is measured.
fn settle() -> Result<()> {
    run(&mut Command::new("sync"))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} can't be started"))?;
    if !status.success() {
        bail!("{command:?} failed: {status}");
    }
    Ok(())
}

/// Seconds that `cp` takes.
struct Copied {
    /// Until the system has the copy, which it hasn't written down by then.
    held: f64,
    /// Until the copy is on the disk, where an upload is when it is answered.
    kept: f64,
}

/// Copies the file within its folder: the medians of several times.
fn copy(file: &Path, folder: &Path) -> Result<Copied> {
    let copy = folder.join("copy");
    let (mut held, mut kept) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let begin = Instant::now();
        run(Command::new("cp").arg(file).arg(&copy))?;
        held.push(begin.elapsed().as_secs_f64());
        File::open(&copy)?.sync_all()?;
        kept.push(begin.elapsed().as_secs_f64());
        std::fs::remove_file(&copy)?;
        settle()?;
    }
    held.sort_by(f64::total_cmp);
    kept.sort_by(f64::total_cmp);
    Ok(Copied { held: percentile(&held, 0.5), kept: percentile(&kept, 0.5) })
}

/// Uploads the file as a form and waits until it is a dataset; answers its id.
async fn upload(server: &Server, token: &str, file: &Path) -> Result<String> {
    let before = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"user_name\"\r\n\r\n{}\r\n\
         --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sales.csv\"\r\nContent-Type: text/csv\r\n\r\n",
        product::EMAIL
    );
    let after = format!("\r\n--{BOUNDARY}--\r\n");
    let length = before.len() as u64 + file.metadata()?.len() + after.len() as u64;
    let head = format!(
        "POST /v1/data/upload HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n{before}",
        server.address()
    );
    let mut connection = Connection::open(server.address()).await?;
    let answer = connection.exchange_file(head.as_bytes(), &File::open(file)?, after.as_bytes()).await?;
    if answer.status != 200 {
        bail!("the upload was refused: {}", answer.describe());
    }
    let value: serde_json::Value = serde_json::from_slice(answer.body)?;
    let id = value["data"]["data_id"].as_str().context("an upload was answered without an id")?;
    Ok(id.to_owned())
}

/// Removes a dataset.
async fn remove(server: &Server, token: &str, dataset: &str) -> Result<()> {
    let body = serde_json::json!({ "data_id": dataset }).to_string();
    let bytes = request("POST", "/v1/data/delete", server.address(), Some(token), Some(&body));
    let mut connection = Connection::open(server.address()).await?;
    let answer = connection.exchange(&bytes).await?;
    if answer.status != 200 {
        bail!("the dataset can't be removed: {}", answer.describe());
    }
    Ok(())
}

/// The id of the connection by which datasets are asked.
async fn connection(server: &Server, token: &str) -> Result<String> {
    let bytes = request("GET", "/api/v1/connections", server.address(), Some(token), None);
    let mut connection = Connection::open(server.address()).await?;
    let answer = connection.exchange(&bytes).await?;
    let value: serde_json::Value = serde_json::from_slice(answer.body).with_context(|| answer.describe())?;
    let connections = value["data"]["connections"].as_array().context("no list of connections")?;
    let own = connections.iter().find(|connection| connection["driver"] == "dataset");
    let id = own.and_then(|connection| connection["id"].as_str()).context("no connection of datasets")?;
    Ok(id.to_owned())
}

/// Asks the question; answers the statement that was run. The answer must have a row for each city.
async fn ask(server: &Server, token: &str, connection: &str) -> Result<String> {
    let bytes = product::ask_of(server.address(), token, QUESTION, connection);
    let mut connection = Connection::open(server.address()).await?;
    let answer = connection.exchange(&bytes).await?;
    if product::rows(&answer) != Some(CITIES.len() as u64) {
        bail!("`{QUESTION}` wasn't answered: {}", answer.describe());
    }
    let text = String::from_utf8_lossy(answer.body);
    let result = text
        .lines()
        .skip_while(|line| *line != "event: result")
        .find_map(|line| line.strip_prefix("data: "))
        .context("an answer without rows")?;
    let result: serde_json::Value = serde_json::from_str(result)?;
    Ok(result["sql"].as_str().context("an answer without its statement")?.to_owned())
}

/// The table that the statement asks, as it stands there.
fn table_of(statement: &str) -> Result<String> {
    let mut words = statement.split_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("from"));
    Ok(words.next().context("a statement without a table")?.to_owned())
}

/// Seconds that DataFusion's command line takes for the statement alone, by its own clock: the median of several times in one session.
fn command_line_seconds(
    command_line: &Path,
    table: &str,
    format: &str,
    file: &Path,
    statement: &str,
) -> Result<f64> {
    let options = if format == "CSV" { " OPTIONS ('format.has_header' 'true')" } else { "" };
    let mut command = Command::new(command_line);
    let create =
        format!("CREATE EXTERNAL TABLE {table} STORED AS {format} LOCATION '{}'{options};", file.display());
    command.args(["--command", &create]);
    for _ in 0..TIMES {
        command.args(["--command", &format!("{statement};")]);
    }
    let output = command.output().with_context(|| format!("{command:?} can't be started"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("{command:?} failed: {said} {}", String::from_utf8_lossy(&output.stderr));
    }
    let seconds = elapsed(&said);
    if seconds.len() != TIMES + 1 {
        bail!("DataFusion's command line tells no times: {said}");
    }
    let mut seconds = seconds[1..].to_vec();
    seconds.sort_by(f64::total_cmp);
    Ok(percentile(&seconds, 0.5))
}

/// The times in what the command line prints: `Elapsed 0.123 seconds.`
fn elapsed(said: &str) -> Vec<f64> {
    said.lines()
        .filter_map(|line| line.trim().strip_prefix("Elapsed ")?.strip_suffix(" seconds.")?.parse().ok())
        .collect()
}

/// The first Parquet file below a folder.
fn parquet_below(folder: &Path) -> Result<Option<PathBuf>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            if let Some(found) = parquet_below(&path)? {
                return Ok(Some(found));
            }
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{elapsed, generate, table_of};

    #[test]
    fn times_and_tables_are_found() {
        let said = "0 row(s) fetched. \nElapsed 0.012 seconds.\n\n+--+\n1 row(s) fetched. \nElapsed 1.500 seconds.\n";
        assert_eq!(elapsed(said), [0.012, 1.5]);
        let statement = "SELECT \"城市\", sum(\"销售额\")\nFROM sales\nGROUP BY 1";
        assert_eq!(table_of(statement).unwrap(), "sales");
        assert!(table_of("SELECT 1").is_err());
    }

    #[test]
    fn the_file_is_as_large_as_it_should_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv");
        generate(&path, 10_000).unwrap();
        let content = std::fs::read_to_string(&path).unwrap();
        assert!((10_000..10_100).contains(&content.len()), "{}", content.len());
        assert!(content.lines().all(|line| line.split(',').count() == 6));
    }
}
