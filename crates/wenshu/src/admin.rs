//! `wenshu admin`: accounts, from the command line of the machine. Works beside a running server.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use chrono::SecondsFormat;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use wenshu_answer::Language;
use wenshu_core::accounts::Operator;
use wenshu_core::clock::SystemClock;
use wenshu_core::{Account, AccountStatus, App, Role};
use wenshu_store::Store;

use crate::cli::AdminCommand;
use crate::config::Config;
use crate::console::{self, visible};
use crate::exit::Exit;
use crate::texts::Texts;
use crate::{folder, keyfile};

/// Does what the command says.
///
/// # Errors
///
/// What the use case refuses, and failures of the store.
pub async fn run(command: &AdminCommand, config: &Config, language: Language) -> Result<Exit> {
    let texts = Texts(language);
    // Before the password is asked for: nobody should type one into a command that then fails over a folder.
    folder::prepare(&config.data_dir)?;
    let store = Store::open(&config.store_settings()).await.context("the store can't be opened")?;
    let key = keyfile::master_key(config)?;
    let app = App::for_command(&config.core_settings(), store.clone(), &key, Arc::new(SystemClock))?;
    let operator = Operator::at_the_console();
    match command {
        AdminCommand::Create { username } => {
            let account = app.accounts.create_admin(&operator, username, password(texts)?).await?;
            console::out(&format!("{}\n", texts.admin_created(&login(&account))))?;
        }
        AdminCommand::ResetPassword { username } => {
            let account = app.accounts.reset_password(&operator, username, password(texts)?).await?;
            console::out(&format!("{}\n", texts.password_reset(&login(&account))))?;
        }
        AdminCommand::List { json } => {
            let accounts = app.accounts.list(&operator).await?;
            console::out(&if *json { json_lines(&accounts)? } else { table(&accounts, texts) })?;
        }
    }
    drop(app);
    store.close().await;
    Ok(Exit::Done)
}

/// The password: typed twice at a prompt that doesn't show it, or the first line of standard input.
fn password(texts: Texts) -> Result<SecretString> {
    if io::stdin().is_terminal() {
        let first = SecretString::from(rpassword::prompt_password(texts.password())?);
        let again = SecretString::from(rpassword::prompt_password(texts.password_again())?);
        if first.expose_secret() != again.expose_secret() {
            bail!("{}", texts.passwords_differ());
        }
        return Ok(first);
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("standard input can't be read")?;
    let password = SecretString::from(line.trim_end_matches(['\r', '\n']));
    if password.expose_secret().is_empty() {
        bail!("{}", texts.no_password());
    }
    Ok(password)
}

fn login(account: &Account) -> String {
    visible(account.username.as_deref().or(account.email.as_deref()).unwrap_or(&account.display_name))
}

/// An account as scripts read it.
#[derive(Serialize)]
struct AccountLine<'a> {
    id: String,
    number: i64,
    username: Option<&'a str>,
    email: Option<&'a str>,
    role: &'static str,
    status: &'static str,
    created_at: String,
}

impl<'a> From<&'a Account> for AccountLine<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            id: account.id.to_string(),
            number: account.number,
            username: account.username.as_deref(),
            email: account.email.as_deref(),
            role: match account.role {
                Role::Visitor => "visitor",
                Role::User => "user",
                Role::Admin => "admin",
            },
            status: match account.status {
                AccountStatus::Active => "active",
                AccountStatus::Disabled => "disabled",
            },
            created_at: account.created_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        }
    }
}

fn json_lines(accounts: &[Account]) -> Result<String> {
    let mut lines = String::new();
    for account in accounts {
        lines.push_str(&serde_json::to_string(&AccountLine::from(account))?);
        lines.push('\n');
    }
    Ok(lines)
}

fn table(accounts: &[Account], texts: Texts) -> String {
    if accounts.is_empty() {
        return format!("{}\n", texts.no_accounts());
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header(texts.account_headings());
    for account in accounts {
        let line = AccountLine::from(account);
        table.add_row([
            line.number.to_string(),
            visible(line.username.unwrap_or("")),
            visible(line.email.unwrap_or("")),
            line.role.to_owned(),
            line.status.to_owned(),
            line.created_at,
        ]);
    }
    format!("{table}\n")
}
