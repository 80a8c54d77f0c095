//! Layers handed in, never the environment of the test.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use wenshu_core::CoreSettings;

use super::*;

fn file(text: &str) -> Layers {
    Layers {
        file: Some(ConfigFile { path: PathBuf::from("wenshu.toml"), text: text.to_owned() }),
        ..Layers::default()
    }
}

fn environment(variables: &[(&str, &str)]) -> Layers {
    Layers {
        environment: variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Layers::default()
    }
}

fn config(layers: &Layers) -> Config {
    load(layers, None).unwrap_or_else(|faults| panic!("{faults}")).config
}

fn faults(layers: &Layers) -> String {
    load(layers, None).unwrap_err().to_string()
}

#[test]
fn defaults_are_valid_and_those_of_core() {
    let config = config(&Layers::default());
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.store.to_string(), "sqlite:data/wenshu.db");
    assert!(config.open_contracts && config.demo && config.metrics && !config.debug);
    let ours = config.core_settings();
    let theirs = CoreSettings { store_file: Some("data/wenshu.db".into()), ..CoreSettings::new("data") };
    assert_eq!(format!("{ours:?}"), format!("{theirs:?}"));
    // Every default in the table was read: one that is no TOML would drop them all.
    let loaded = load(&Layers::default(), None).unwrap();
    let missing: Vec<_> = effective(&loaded.raw)
        .into_iter()
        .filter(|setting| setting.value.starts_with('('))
        .map(|setting| setting.key)
        .collect();
    let expected: Vec<_> =
        settings::all().filter(|setting| setting.default.is_none()).map(|setting| setting.key).collect();
    assert_eq!(missing, expected);
}

#[test]
fn every_setting_says_what_it_is() {
    for setting in settings::all() {
        assert!(!setting.about.trim().is_empty(), "{}", setting.key);
        assert_eq!(setting.default.is_none(), !setting.unset.is_empty(), "{}", setting.key);
    }
}

#[test]
fn later_layers_win() {
    let mut layers = file("listen = \"127.0.0.1:1\"\nquery_rows = 1\nquery_seconds = 1\ndemo = false");
    layers.environment = vec![
        ("WENSHU_LISTEN".to_owned(), "127.0.0.1:2".to_owned()),
        ("WENSHU_QUERY_ROWS".to_owned(), "2".to_owned()),
        ("WENSHU_DEMO".to_owned(), String::new()),
    ];
    layers.flags = vec![("listen", "127.0.0.1:3".to_owned())];
    let loaded = load(&layers, None).unwrap();
    assert_eq!(loaded.config.listen.port(), 3);
    assert_eq!(loaded.config.query_limits.rows, 2);
    assert_eq!(loaded.config.query_limits.time, Duration::from_secs(1));
    assert_eq!(loaded.config.query_limits.bytes, 16 << 20);
    assert!(!loaded.config.demo, "an empty variable counts as unset");
    let origin = |key: &str| {
        effective(&loaded.raw).into_iter().find(|setting| setting.key == key).map(|setting| setting.origin)
    };
    assert_eq!(origin("listen").as_deref(), Some("--listen"));
    assert_eq!(origin("query_rows").as_deref(), Some("WENSHU_QUERY_ROWS"));
    assert_eq!(origin("query_seconds").as_deref(), Some("wenshu.toml"));
    assert_eq!(origin("query_mib").as_deref(), Some("default"));
}

#[test]
fn the_environment_knows_switches_and_lists() {
    let config = config(&environment(&[
        ("WENSHU_DEBUG", "1"),
        ("WENSHU_OPEN_CONTRACTS", "off"),
        ("WENSHU_SQLITE_DIRS", "/srv/a, /srv/数据"),
        ("WENSHU_CORS_ORIGINS", "https://app.example.com,http://localhost:5173/"),
        ("WENSHU_HOSTS", "Ask.Example.com,ask.example.com:8443"),
        ("WENSHU_TIMEZONE", "Asia/Shanghai"),
        ("RUST_LOG", "warn,wenshu_core=debug"),
        // What Kubernetes sets for a service called "wenshu".
        ("WENSHU_SERVICE_HOST", "10.0.0.1"),
        ("WENSHU_PORT", "tcp://10.0.0.1:80"),
        ("WENSHU_PORT_80_TCP_ADDR", "10.0.0.1"),
    ]));
    assert!(config.debug && !config.open_contracts);
    assert_eq!(config.sqlite_dirs, [PathBuf::from("/srv/a"), PathBuf::from("/srv/数据")]);
    assert_eq!(config.cors_origins, ["https://app.example.com", "http://localhost:5173"]);
    assert_eq!(config.hosts, ["ask.example.com", "ask.example.com:8443"]);
    assert_eq!(config.zone, chrono_tz::Asia::Shanghai);
    assert_eq!(config.log, "warn,wenshu_core=debug");
}

#[test]
fn certificates_are_read_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let written = |file: &std::path::Path| {
        load(&environment(&[("WENSHU_TLS_CA_FILE", file.to_str().unwrap())]), None)
            .map(|loaded| loaded.config)
    };
    assert!(written(&file).is_err(), "there is no file");
    std::fs::write(&file, "no certificate").unwrap();
    assert!(written(&file).is_err());
    let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&file, text).unwrap();
    let with_file = written(&file).unwrap();
    assert_eq!(with_file.core_settings().tls_authorities.as_deref(), Some(text));
    assert_eq!(config(&environment(&[])).core_settings().tls_authorities, None);
}

#[test]
fn what_depends_on_other_settings_follows_them() {
    let open =
        config(&environment(&[("WENSHU_LISTEN", "0.0.0.0:8000"), ("WENSHU_DATA_DIR", "/var/lib/wenshu")]));
    assert!(!open.open_contracts && !open.core_settings().first_account_is_admin);
    assert_eq!(open.store.to_string(), "sqlite:/var/lib/wenshu/wenshu.db");
    assert_eq!(open.sqlite_dirs, [PathBuf::from("/var/lib/wenshu/sources")]);
    assert!(config(&environment(&[("WENSHU_LISTEN", "[::1]:80")])).is_loopback());
    assert!(config(&environment(&[("WENSHU_LISTEN", "localhost:80")])).is_loopback());
    let limits = |variables: &[(&str, &str)]| {
        let limits = config(&environment(variables)).rate_limits;
        (limits.per_account.map(NonZeroU32::get), limits.per_address.map(NonZeroU32::get))
    };
    assert_eq!(limits(&[]), (None, None));
    assert_eq!(limits(&[("WENSHU_LISTEN", "0.0.0.0:80")]), (Some(600), Some(600)));
    let written =
        [("WENSHU_REQUESTS_PER_MINUTE_PER_ACCOUNT", "7"), ("WENSHU_REQUESTS_PER_MINUTE_PER_ADDRESS", "0")];
    assert_eq!(limits(&written), (Some(7), None));
    let zone = |system| load(&Layers::default(), system).unwrap().config.zone;
    assert_eq!(zone(Some("Europe/Berlin")), chrono_tz::Europe::Berlin);
    assert_eq!(zone(Some("Middle/Earth")), chrono_tz::UTC);
}

#[test]
fn usual_names_are_honoured_and_ours_win() {
    let store = |variables: &[(&str, &str)]| config(&environment(variables)).store.to_string();
    assert_eq!(store(&[("DATABASE_URL", "sqlite:///srv/own.db?mode=rwc")]), "sqlite:/srv/own.db");
    assert_eq!(store(&[("DATABASE_URL", "sqlite:own.db")]), "sqlite:own.db");
    assert_eq!(
        store(&[("DATABASE_URL", "postgres://ann:hunter2@db/wenshu")]),
        "postgres://ann:***@db/wenshu"
    );
    assert_eq!(
        store(&[("WENSHU_DATABASE_URL", "sqlite://ours.db"), ("DATABASE_URL", "sqlite://usual.db")]),
        "sqlite:ours.db"
    );
}

#[test]
fn secrets_can_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, format!("{}\n", "ab".repeat(32))).unwrap();
    let from_environment = environment(&[("WENSHU_SECRET_KEY_FILE", path.to_str().unwrap())]);
    assert_eq!(config(&from_environment).secret_key.unwrap().0, [0xab; 32]);
    let from_file = Layers {
        file: Some(ConfigFile {
            path: folder.path().join("wenshu.toml"),
            text: "secret_key_file = \"key\"".to_owned(),
        }),
        ..Layers::default()
    };
    let loaded = load(&from_file, None).unwrap();
    assert_eq!(loaded.config.secret_key.as_ref().unwrap().0, [0xab; 32]);
    let shown = effective(&loaded.raw).into_iter().find(|setting| setting.key == "secret_key").unwrap();
    assert_eq!(shown.value, "***");
    assert!(shown.origin.contains("secret_key_file"), "{}", shown.origin);
    assert!(!format!("{loaded:?}").contains("abab"));
}

#[test]
fn every_fault_is_named_at_once() {
    let mut layers = file(
        "listen = 8000\nlissten = \"x\"\nquery_rows = 0\ncontracts = [\"querygpt\", \"soap\"]\n\
         timezone = \"Asia/Shangai\"\nsecret_key = \"hunter2\"\nsecret_key_file = \"key\"\n",
    );
    layers.environment = vec![
        ("DATABASE_URL".to_owned(), "mysql://root:hunter2@localhost/x".to_owned()),
        ("WENSHU_DEMO".to_owned(), "maybe".to_owned()),
        ("WENSHU_DATADIR".to_owned(), "/srv".to_owned()),
        ("WENSHU_SECRET_KEY_FILE".to_owned(), "/nowhere/key".to_owned()),
    ];
    layers.flags = vec![("data_dir", String::new())];
    let text = faults(&layers);
    insta::assert_snapshot!(text, @r#"
    the configuration has 12 faults:
      - there is no setting `lissten` (from wenshu.toml)
        did you mean `listen`?
      - `secret_key` and `secret_key_file` are both given (from wenshu.toml)
        keep one of them
      - `secret_key` can't be read from `/nowhere/key`: No such file or directory (os error 2) (from WENSHU_SECRET_KEY_FILE)
        allowed: a readable text file that holds the value and nothing else
      - there is no setting `WENSHU_DATADIR` (from the environment)
        did you mean `WENSHU_DATA_DIR`?
      - `listen` is `8000` (from wenshu.toml)
        allowed: an IP address and a port, such as `127.0.0.1:8000`, `[::1]:8000` or `0.0.0.0:80`; `localhost:8000` works too
      - `demo` is `maybe` (from WENSHU_DEMO)
        allowed: `true` or `false`
      - `query_rows` is `0` (from wenshu.toml)
        allowed: a whole number from 1 to 1000000
      - `data_dir` is empty (from --data-dir)
        allowed: a path
      - `database_url` is of another form than allowed (the value is not shown) (from DATABASE_URL)
        allowed: `sqlite:path/to/file.db` or `postgres://user:password@host/database`
      - `contracts` contains `soap` (from wenshu.toml)
        allowed: a list of contract names; this version knows `querygpt`, `aideer`, `chat-app`, `stock-bi` and `wenshu` (in the environment and on the command line: with commas between them)
      - `secret_key` is of another form than allowed (the value is not shown) (from wenshu.toml)
        allowed: 32 bytes in base64 (44 characters) or hexadecimal (64 digits)
      - `timezone` is `Asia/Shangai` (from wenshu.toml)
        allowed: a name of the IANA time zone database, such as `Asia/Shanghai` or `UTC`
    every setting is described in docs/configuration.md and by `wenshu config reference`
    "#);
    assert!(!text.contains("hunter2"));
}

#[test]
fn a_file_that_is_no_toml_is_said_with_its_place() {
    let text = faults(&file("demo = true\nsecret_key = hunter2\n"));
    insta::assert_snapshot!(text, @"
    the configuration has a fault:
      - this isn't TOML: line 2, column 14: string values must be quoted, expected literal string (from wenshu.toml)
    every setting is described in docs/configuration.md and by `wenshu config reference`
    ");
    assert!(!text.contains("hunter2"));
}

#[test]
fn values_are_checked_against_each_other() {
    let text = faults(&file("password_memory_kib = 16\npassword_lanes = 4"));
    assert!(text.contains("`password_memory_kib` is `16` with 4 lanes"), "{text}");
}

#[test]
fn odd_values_are_refused() {
    for (key, value) in [
        ("listen", "8000"),
        ("listen", "example.com:80"),
        ("hosts", "https://example.com"),
        ("hosts", "ann@example.com"),
        ("cors_origins", "example.com"),
        ("cors_origins", "https://example.com/app"),
        ("cors_origins", "*"),
        ("database_url", "sqlite::memory:"),
        ("database_url", "postgres:///nohost"),
        ("log", "info,=,"),
        ("log_format", "xml"),
        ("query_seconds", "-1"),
        ("query_seconds", "1.5"),
        ("query_seconds", "99999999999999999999"),
        ("shutdown_seconds", "soon"),
    ] {
        let variable = settings::by_key(key).unwrap().variable();
        let text = faults(&environment(&[(&variable, value)]));
        assert!(text.starts_with("the configuration has a fault:"), "{key} = {value}: {text}");
        assert!(text.contains(&variable) && text.contains("allowed:"), "{key} = {value}: {text}");
    }
}

#[test]
fn the_example_file_is_the_default() {
    let example = reference::example();
    let enabled: String = example
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .filter(|line| !line.starts_with(' ') && !line.ends_with('='))
        .map(|line| format!("{line}\n"))
        .collect();
    let ours = format!("{:?}", config(&file(&enabled)));
    assert_eq!(ours, format!("{:?}", config(&Layers::default())));
}
