//! Services live exactly as long as somebody uses them, and nothing of them is left behind.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use xtask::services::with_services_of;

/// Held by each test: where tests share a process, one that starts a program holds the others' locks until that program runs, and a
/// test that ends just then would take itself for not the last user.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder that stands for a checkout.
fn checkout() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn postgres() -> Vec<String> {
    vec!["postgres".to_owned()]
}

/// The status of a GET of the proxy's models with this key.
fn models_status(address: &str, key: &str) -> u16 {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET /v1/models HTTP/1.0\r\nHost: proxy\r\nAuthorization: Bearer {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

fn note(checkout: &Path) -> Option<String> {
    fs::read_to_string(checkout.join("target/services/postgres.note")).ok()
}

fn noted(checkout: &Path, key: &str) -> String {
    let note = note(checkout).unwrap();
    note.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap().to_owned()
}

fn postgres_url(variables: &[(&'static str, String)]) -> String {
    let found = variables.iter().find(|(name, _)| *name == "WENSHU_TEST_POSTGRES_URL");
    found.unwrap().1.clone()
}

/// Whether nothing answers any more. A session that was just beginning may hold the address a moment longer than its server.
fn is_gone(url: &str) -> bool {
    let begin = Instant::now();
    while can_connect(url) {
        if begin.elapsed() > Duration::from_secs(10) {
            return false;
        }
        thread::yield_now();
    }
    true
}

fn can_connect(url: &str) -> bool {
    let address = url.split('@').nth(1).unwrap().split('/').next().unwrap();
    TcpStream::connect(address).is_ok()
}

#[test]
fn a_service_runs_for_its_user_and_leaves_nothing_behind() {
    let _alone = alone();
    let checkout = checkout();
    let mut seen = None;
    with_services_of(checkout.path(), &postgres(), |variables| {
        let url = postgres_url(&variables);
        assert!(url.starts_with("postgres://wenshu:") && url.contains("@127.0.0.1:"), "unexpected address");
        assert!(can_connect(&url));
        seen = Some((url, PathBuf::from(noted(checkout.path(), "folder"))));
        Ok(())
    })
    .unwrap();
    let (url, folder) = seen.unwrap();
    assert!(is_gone(&url), "it still runs");
    assert!(!folder.exists(), "its data is still there");
    assert!(note(checkout.path()).is_none(), "its note is still there");
}

#[test]
fn a_failure_stops_the_service_too() {
    let _alone = alone();
    let checkout = checkout();
    let mut url = String::new();
    let outcome: Result<()> = with_services_of(checkout.path(), &postgres(), |variables| {
        url = postgres_url(&variables);
        bail!("the tests failed")
    });
    assert_eq!(outcome.unwrap_err().to_string(), "the tests failed");
    assert!(is_gone(&url));
}

#[test]
fn two_users_share_one_instance_and_the_last_one_stops_it() {
    let _alone = alone();
    let checkout = checkout();
    let path = checkout.path().to_path_buf();
    with_services_of(checkout.path(), &postgres(), |variables| {
        let first = postgres_url(&variables);
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            with_services_of(&path, &postgres(), |variables| Ok(sender.send(postgres_url(&variables))?))
                .unwrap();
        })
        .join()
        .unwrap();
        assert_eq!(receiver.recv()?, first, "the second user got an instance of its own");
        assert!(can_connect(&first), "the second user stopped what the first one uses");
        Ok(())
    })
    .unwrap();
    assert!(note(checkout.path()).is_none());
}

#[test]
fn a_dead_instance_is_cleaned_up_and_replaced() {
    let _alone = alone();
    let checkout = checkout();
    let mut replaced = PathBuf::new();
    with_services_of(checkout.path(), &postgres(), |variables| {
        let first = postgres_url(&variables);
        replaced = PathBuf::from(noted(checkout.path(), "folder"));
        // What remains after a crash of the machine: a note about a process that is gone.
        let process = noted(checkout.path(), "process");
        let killed =
            std::process::Command::new("sh").args(["-c", "kill -s KILL \"$1\"", "sh", &process]).status()?;
        assert!(killed.success());
        while can_connect(&first) {}
        with_services_of(checkout.path(), &postgres(), |variables| {
            let second = postgres_url(&variables);
            assert_ne!(first, second);
            assert!(can_connect(&second));
            Ok(())
        })
    })
    .unwrap();
    assert!(!replaced.exists(), "the dead instance's data is still there");
    assert!(note(checkout.path()).is_none());
}

#[test]
fn a_service_from_a_python_environment_runs_for_its_user_beside_another() {
    let _alone = alone();
    let checkout = checkout();
    let names = ["postgres".to_owned(), "litellm".to_owned()];
    let mut proxy = String::new();
    with_services_of(checkout.path(), &names, |variables| {
        assert!(can_connect(&postgres_url(&variables)));
        let (_, url) = variables.iter().find(|(name, _)| *name == "WENSHU_TEST_LITELLM_URL").unwrap();
        let (key, address) = url.strip_prefix("http://wenshu:").unwrap().split_once('@').unwrap();
        let address = address.strip_suffix("/v1").unwrap();
        assert_eq!((models_status(address, key), models_status(address, "another")), (200, 401));
        proxy.clone_from(url);
        Ok(())
    })
    .unwrap();
    assert!(is_gone(&proxy), "it still runs");
    assert!(!checkout.path().join("target/services/litellm.note").exists(), "its note is still there");
}
