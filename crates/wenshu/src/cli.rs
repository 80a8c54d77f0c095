//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use wenshu_contracts::Contract;

/// Ask your data: a question in Chinese or English, an answer with SQL, rows, a chart and words.
#[derive(Debug, Parser)]
#[command(name = "wenshu", version, after_long_help = AFTER_HELP, disable_help_subcommand = true)]
pub struct Cli {
    /// Read this configuration file instead of `wenshu.toml` in the working directory
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The folder of Wenshu's own files: store, key, demo database [default: data]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<String>,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Examples:
  wenshu serve                                      a server on http://127.0.0.1:8000, with a demo database
  wenshu ask \"上月各城市的销售额\" --show-sql         an answer in the terminal, without a server
  wenshu ask \"Top 10 customers by total amount\"
  wenshu ask \"一共有多少订单\" --db shop.db --format json
  echo \"$PASSWORD\" | wenshu admin create --username ann

Exit codes:
  0    done
  1    failed: a database, a file, the network
  2    the question can't be answered; what was understood is on standard error
  64   the command line is wrong
  78   the configuration is wrong
  130  stopped from the keyboard

Environment:
  WENSHU_*      every setting of `wenshu.toml`, in capitals: WENSHU_LISTEN, WENSHU_DATA_DIR, …;
                secrets also from files: WENSHU_SECRET_KEY_FILE, WENSHU_DATABASE_URL_FILE
  DATABASE_URL  where Wenshu keeps its own state: sqlite:path or postgres://…
  RUST_LOG      what is logged, to standard error
  LC_ALL, LC_MESSAGES, LANG  the language of messages: Chinese for zh…, English otherwise
  NO_COLOR      no colours

  `wenshu config reference` describes every setting; the command line wins over the environment,
  which wins over the configuration file.";

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    Serve(ServeArguments),
    /// Answer one question in the terminal, without a server
    Ask(AskArguments),
    /// Manage accounts; works beside a running server
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Bring the store's tables up to date (`serve` does it at start)
    Migrate,
    /// Show the configuration that holds, and check what it needs
    Doctor(DoctorArguments),
    /// Describe the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the OpenAPI document of a contract; a server shows it at `/docs`
    Openapi(OpenapiArguments),
}

/// What `wenshu openapi` takes.
#[derive(Args, Debug)]
pub struct OpenapiArguments {
    /// The contract
    #[arg(value_parser = contracts())]
    pub contract: Contract,
}

fn contracts() -> impl TypedValueParser<Value = Contract> {
    let names = Contract::ALL.iter().map(|contract| contract.as_str());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Contract>())
}

/// What `wenshu serve` takes.
#[derive(Args, Debug)]
#[command(after_long_help = "\
On an empty folder this creates `data` with the store, a key and a demo database, and serves on http://127.0.0.1:8000.
On a loopback address the first account that registers is an admin; on any other, admins come from `wenshu admin create`.
Ctrl-C or SIGTERM stops the server: running answers may finish for a while; a second one ends it at once.")]
pub struct ServeArguments {
    /// The address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
}

/// What `wenshu ask` takes.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Without --db the demo database is asked: a made-up retailer with two years of orders. It is made when it is missing, in the
data folder if there is one, otherwise in your cache folder.

With OPENAI_API_KEY or OPENAI_BASE_URL (and OPENAI_MODEL) set, that model answers; `--model builtin` asks the built-in engine.

Exit codes: 0 answered; 2 the question can't be answered (what was understood is on standard error); 1 other failures;
130 stopped with Ctrl-C, which also ends the query in the database.")]
pub struct AskArguments {
    /// The question, in Chinese or English
    pub question: String,

    /// The database to ask: an SQLite file, as `sqlite:PATH` or just its path
    #[arg(long, value_name = "URL")]
    pub db: Option<String>,

    /// What answers: a model's id at the configured provider, or `builtin` [default: the configured model, else `builtin`]
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,

    /// How the answer is written; `json` and `csv` write nothing else to standard output
    #[arg(long, value_enum, default_value_t = AnswerFormat::Table)]
    pub format: AnswerFormat,

    /// Show the SQL
    #[arg(long)]
    pub show_sql: bool,

    /// The language of the answer and of messages [default: the question's for the answer, LANG's for messages]
    #[arg(long, value_enum)]
    pub lang: Option<LanguageArgument>,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// A table, a chart and words
    Table,
    /// One JSON object: question, sql, reading, columns, rows, truncated, chart, answer
    Json,
    /// The rows (RFC 4180)
    Csv,
    /// A chart and words
    Chart,
}

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LanguageArgument {
    /// Chinese
    Zh,
    /// English
    En,
}

/// What `wenshu admin` can do.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make an admin; the password comes from the prompt, or as one line on standard input
    Create {
        /// The login name
        #[arg(long, value_name = "NAME")]
        username: String,
    },
    /// Set an account's password and end its sessions
    ResetPassword {
        /// The login name or address
        #[arg(long, value_name = "NAME")]
        username: String,
    },
    /// List the accounts
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

/// What `wenshu doctor` takes.
#[derive(Args, Debug)]
pub struct DoctorArguments {
    /// How it is written
    #[arg(long, value_enum, default_value_t = DoctorFormat::Text)]
    pub format: DoctorFormat,
}

/// How the doctor's findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DoctorFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// What `wenshu config` can do.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting with its form, default and names, as Markdown
    Reference,
    /// Print a configuration file to start from
    Example,
}

impl Cli {
    /// Settings given on the command line, by key.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let listen = match &self.command {
            Command::Serve(arguments) => arguments.listen.clone(),
            _ => None,
        };
        [("data_dir", self.data_dir.clone()), ("listen", listen)]
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_are_settings() {
        let cli = Cli::try_parse_from(["wenshu", "serve", "--listen", "[::1]:1", "--data-dir", "d"]).unwrap();
        assert_eq!(cli.settings(), [("data_dir", "d".to_owned()), ("listen", "[::1]:1".to_owned())]);
        let keys: Vec<_> = crate::config::settings::all().filter_map(|setting| setting.flag).collect();
        assert_eq!(keys, ["--listen", "--data-dir"]);
    }
}
