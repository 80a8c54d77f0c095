//! PostgreSQL, for the store's conformance suite and for the PostgreSQL driver.

use std::{fs, process::Command};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;

use super::{
    certificate,
    find::Programs,
    instance::Instance,
    service::{Origin, Service, System},
};
use crate::debian::Packages;

const USER: &str = "wenshu";

pub(super) const POSTGRES: Service = Service {
    name: "postgres",
    variable: "WENSHU_TEST_POSTGRES_URL",
    origin: Origin::System(System {
        programs: &["initdb", "postgres"],
        folders: &[
            "/usr/lib/postgresql/*/bin",
            "/usr/pgsql-*/bin",
            "/opt/homebrew/opt/postgresql@*/bin",
            "/opt/homebrew/bin",
            "/usr/local/opt/postgresql@*/bin",
            "/usr/local/bin",
            "/usr/local/pgsql/bin",
            "/Applications/Postgres.app/Contents/Versions/latest/bin",
        ],
        debian: Packages {
            base: &["postgresql-common"],
            // Otherwise the package makes and starts a cluster of its own.
            settings: "echo 'create_main_cluster = false' >> /etc/postgresql-common/createcluster.conf",
            packages: &["postgresql", "openssl"],
        },
        advice: "install the PostgreSQL server, 13 or newer (Fedora: `dnf install postgresql-server`; Arch: `pacman -S postgresql`; \
                 macOS: `brew install postgresql@17`), or put the folder with `initdb` and `postgres` on PATH",
    }),
    accounts: &["postgres", "nobody"],
    initialise,
    command,
    is_ready,
    url,
    // "Fast shutdown": ends sessions and exits in order.
    stop_signal: Signal::SIGINT,
};

fn initialise(instance: &Instance, programs: &Programs) -> Result<()> {
    certificate::make(instance)?;
    let password_file = instance.folder().join("password");
    instance.write_private(&password_file, instance.password())?;
    // Some systems have no C.UTF-8; plain C is the next best that is the same everywhere.
    let mut complaint = String::new();
    for locale in ["C.UTF-8", "C"] {
        let mut initdb = instance.command(&programs.path("initdb"));
        initdb.arg("--pgdata").arg(instance.data());
        initdb.args(["--encoding=UTF8", "--auth=scram-sha-256", "--no-sync", "--username", USER]);
        initdb.arg(format!("--locale={locale}")).arg("--pwfile").arg(&password_file);
        let output = initdb.output().context("`initdb` can't be started")?;
        if output.status.success() {
            fs::remove_file(&password_file).context("the password file can't be removed")?;
            return Ok(());
        }
        complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    }
    bail!("`initdb` failed: {complaint}")
}

fn command(instance: &Instance, programs: &Programs) -> Command {
    let mut postgres = instance.command(&programs.path("postgres"));
    postgres.arg("-D").arg(instance.data());
    let port = format!("port={}", instance.port());
    let settings = [
        "listen_addresses=127.0.0.1",
        port.as_str(),
        // A socket would need a folder with a short path; TCP is what is tested.
        "unix_socket_directories=",
        // Nothing here outlives the tests: don't wait for the disk.
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        // Every test process opens its own pool.
        "max_connections=200",
        "shared_buffers=32MB",
        "timezone=UTC",
        // Offered to whoever asks.
        "ssl=on",
    ];
    for setting in settings {
        postgres.args(["-c", setting]);
    }
    for (setting, file) in
        [("ssl_cert_file", certificate::certificate(instance)), ("ssl_key_file", certificate::key(instance))]
    {
        postgres.arg("-c").arg(format!("{setting}={}", file.display()));
    }
    postgres
}

/// The server writes its state into the eighth line of its lock file.
fn is_ready(instance: &Instance) -> bool {
    fs::read_to_string(instance.data().join("postmaster.pid"))
        .is_ok_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
}

fn url(instance: &Instance) -> String {
    // Who follows the URL doesn't encrypt, which is quicker; who wants to finds the authority there.
    format!(
        "postgres://{USER}:{}@127.0.0.1:{}/postgres?sslmode=disable&sslrootcert={}",
        instance.password(),
        instance.port(),
        certificate::authority(instance).display()
    )
}
