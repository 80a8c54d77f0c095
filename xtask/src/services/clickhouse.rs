//! ClickHouse, for its driver. Debian's is of 2018 and speaks the same HTTP as today's.

use std::process::Command;

use anyhow::Result;
use nix::sys::signal::Signal;

use super::{
    find::Programs,
    instance::Instance,
    service::{Origin, Service, System},
};
use crate::debian::Packages;

const USER: &str = "wenshu";

pub(super) const CLICKHOUSE: Service = Service {
    name: "clickhouse",
    variable: "WENSHU_TEST_CLICKHOUSE_URL",
    origin: Origin::System(System {
        programs: &["clickhouse-server"],
        folders: &["/usr/sbin", "/usr/bin", "/opt/homebrew/bin", "/usr/local/bin"],
        debian: Packages {
            base: &[],
            // Otherwise the package starts an instance of its own.
            settings: "mkdir -p /etc/systemd/system && ln -sf /dev/null /etc/systemd/system/clickhouse-server.service",
            packages: &["clickhouse-server"],
        },
        advice: "install the ClickHouse server (see https://clickhouse.com/docs/install), or put the folder with \
                 `clickhouse-server` on PATH",
    }),
    accounts: &["clickhouse", "nobody"],
    initialise,
    command,
    is_ready,
    url,
    stop_signal: Signal::SIGTERM,
};

fn initialise(instance: &Instance, _: &Programs) -> Result<()> {
    let users = format!(
        "<yandex><profiles><default/></profiles><quotas><default/></quotas><users><{USER}>\
         <password>{}</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>\
         </{USER}></users></yandex>\n",
        instance.password()
    );
    instance.write_private(&instance.folder().join("users.xml"), &users)
}

fn command(instance: &Instance, programs: &Programs) -> Command {
    let folder = instance.folder().display();
    let config = format!(
        "<yandex><logger><level>warning</level><console>1</console></logger>\
         <http_port>{}</http_port><listen_host>127.0.0.1</listen_host>\
         <path>{folder}/data/</path><tmp_path>{folder}/tmp/</tmp_path><user_files_path>{folder}/files/</user_files_path>\
         <users_config>{folder}/users.xml</users_config><default_profile>default</default_profile>\
         <default_database>default</default_database><timezone>UTC</timezone>\
         <mark_cache_size>67108864</mark_cache_size><uncompressed_cache_size>0</uncompressed_cache_size></yandex>\n",
        instance.port()
    );
    let file = instance.folder().join("config.xml");
    // Written anew for each try, since the port is in it. Where that fails the server says that there is no such file.
    let _ = std::fs::remove_file(&file);
    let _ = instance.write_private(&file, &config);
    let mut server = instance.command(&programs.path("clickhouse-server"));
    server.arg(format!("--config-file={}", file.display()));
    server
}

fn is_ready(instance: &Instance) -> bool {
    instance.answers("/ping")
}

fn url(instance: &Instance) -> String {
    format!("http://{USER}:{}@127.0.0.1:{}/default", instance.password(), instance.port())
}
