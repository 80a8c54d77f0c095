//! MariaDB, for the driver of MySQL and what speaks its protocol.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};
use nix::sys::signal::Signal;

use super::{
    certificate,
    find::Programs,
    instance::Instance,
    service::{Origin, Service, System},
};
use crate::debian::Packages;

const USER: &str = "wenshu";

/// A database that isn't the server's own.
const DATABASE: &str = "wenshu";

pub(super) const MARIADB: Service = Service {
    name: "mariadb",
    variable: "WENSHU_TEST_MARIADB_URL",
    origin: Origin::System(System {
        programs: &["mariadb-install-db"],
        folders: &["/usr/bin", "/opt/homebrew/opt/mariadb@*/bin", "/opt/homebrew/bin", "/usr/local/bin"],
        debian: Packages {
            base: &[],
            // Otherwise the package starts an instance of its own.
            settings: "mkdir -p /etc/systemd/system && ln -sf /dev/null /etc/systemd/system/mariadb.service",
            packages: &["mariadb-server", "openssl"],
        },
        advice: "install the MariaDB server, 10.6 or newer (Fedora: `dnf install mariadb-server`; Arch: `pacman -S mariadb`; \
                 macOS: `brew install mariadb`), or put the folder with `mariadb-install-db` on PATH",
    }),
    accounts: &["mysql", "nobody"],
    initialise,
    command,
    is_ready,
    url,
    stop_signal: Signal::SIGTERM,
};

fn initialise(instance: &Instance, programs: &Programs) -> Result<()> {
    certificate::make(instance)?;
    let mut install = instance.command(&programs.path("mariadb-install-db"));
    install.args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"]);
    install.arg(data_argument(instance));
    let output = install.output()?;
    if !output.status.success() {
        bail!("`mariadb-install-db` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    // Read by the server before it listens: root without a password is gone by then.
    let account = format!("'{USER}'@'127.0.0.1'");
    let statements = format!(
        "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';\nFLUSH PRIVILEGES;\n\
         CREATE OR REPLACE USER {account} IDENTIFIED BY '{}';\nGRANT ALL PRIVILEGES ON *.* TO {account} WITH GRANT OPTION;\n\
         CREATE DATABASE IF NOT EXISTS {DATABASE};\n",
        instance.password()
    );
    instance.write_private(&accounts_file(instance), &statements)
}

fn accounts_file(instance: &Instance) -> PathBuf {
    instance.folder().join("accounts.sql")
}

fn data_argument(instance: &Instance) -> String {
    format!("--datadir={}", instance.data().display())
}

/// The server lies beside the programs, or where the system keeps servers.
fn server(programs: &Programs) -> PathBuf {
    let beside = programs.path("mariadbd");
    let others = ["../sbin/mariadbd", "../libexec/mariadbd"].map(|place| programs.path(place));
    others.into_iter().find(|place| Path::is_file(place)).unwrap_or(beside)
}

fn command(instance: &Instance, programs: &Programs) -> Command {
    let mut server = instance.command(&server(programs));
    server.arg("--no-defaults").arg(data_argument(instance));
    server.arg(format!("--port={}", instance.port()));
    server.arg(format!("--socket={}", instance.folder().join("socket").display()));
    server.arg(format!("--pid-file={}", instance.folder().join("pid").display()));
    server.arg(format!("--init-file={}", accounts_file(instance).display()));
    server.arg(format!("--ssl-cert={}", certificate::certificate(instance).display()));
    server.arg(format!("--ssl-key={}", certificate::key(instance).display()));
    server.args([
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--character-set-server=utf8mb4",
        // Nothing here outlives the tests: don't wait for the disk.
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-flush-method=nosync",
        "--innodb-doublewrite=0",
        "--innodb-buffer-pool-size=64M",
        "--skip-log-bin",
        // Every test process opens its own pool.
        "--max-connections=200",
    ]);
    server
}

/// The server says so in its log, once its accounts are made.
fn is_ready(instance: &Instance) -> bool {
    fs::read_to_string(instance.log()).is_ok_and(|log| log.contains("ready for connections"))
}

fn url(instance: &Instance) -> String {
    // Who follows the URL doesn't encrypt, which is quicker; who wants to finds the authority there.
    format!(
        "mysql://{USER}:{}@127.0.0.1:{}/{DATABASE}?ssl-mode=disabled&ssl-ca={}",
        instance.password(),
        instance.port(),
        certificate::authority(instance).display()
    )
}
