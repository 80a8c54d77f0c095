//! Words out of fixed lists, as named schemas of the document. The lists are those that `core` checks against, where it has them.

use wenshu_core::connections::{driver_words, tls_words};
use wenshu_core::usage::{BY_WORDS, OF_WORDS};

use crate::http::words::words;

words! {
    /// How a database is spoken to: `mysql` also MariaDB, TiDB, Doris and StarRocks, `postgresql` also what speaks its protocol.
    DriverWord as "Driver" = driver_words();
    /// Whether a connection is encrypted, and whether the server has to prove who it is. ClickHouse knows `disable`, `require` and
    /// `verify-full`.
    TlsWord as "Tls" = tls_words();
    /// Who offers a model.
    ProviderWord as "Provider" = PROVIDERS;
    /// Where a model comes from: the server's configuration, where alone it can be changed, or this contract.
    ModelSourceWord as "ModelSource" = ["configuration", "stored"];
    /// Where a connection comes from: the server's demo database, which can't be changed, or this contract.
    ConnectionSourceWord as "ConnectionSource" = ["demo", "stored"];
    /// How long a time each row is about. Weeks begin on Mondays.
    UsageByWord as "UsageBy" = BY_WORDS;
    /// What each row is about: everything, a model or a user.
    UsageOfWord as "UsageOf" = OF_WORDS;
}

/// What `provider` takes. The list belongs to whoever connects to models, which isn't known here; a test compares the two.
const PROVIDERS: [&str; 8] =
    ["openai", "anthropic", "ollama", "deepseek", "dashscope", "gemini", "openrouter", "openai_compatible"];
