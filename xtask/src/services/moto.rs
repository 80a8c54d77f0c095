//! moto: a server of S3's protocol that checks signatures, with one bucket. It keeps everything in memory.

use std::process::Command;

use anyhow::Result;
use nix::sys::signal::Signal;

use super::{
    find::Programs,
    instance::Instance,
    service::{Origin, Service},
};
use crate::python::Environment;

/// The id of the key, and the bucket; `serve.py` makes both.
const USER: &str = "wenshu";
const BUCKET: &str = "datasets";

pub(super) const MOTO: Service = Service {
    name: "moto",
    variable: "WENSHU_TEST_S3_URL",
    origin: Origin::Python(Environment { name: "moto", requirements: include_str!("../../python/moto.txt") }),
    accounts: &[],
    initialise,
    command,
    is_ready,
    url,
    stop_signal: Signal::SIGTERM,
};

fn initialise(instance: &Instance, _: &Programs) -> Result<()> {
    instance.write_private(&instance.folder().join("serve.py"), include_str!("../../python/moto/serve.py"))
}

fn command(instance: &Instance, programs: &Programs) -> Command {
    let mut server = instance.command(&programs.path("python"));
    // Its libraries read the person's own keys and settings of AWS otherwise.
    server.env_clear();
    server.env("PATH", "/usr/bin:/bin").env("HOME", instance.folder()).env("LC_ALL", "C.UTF-8");
    server.env("WENSHU_SECRET_KEY", instance.password());
    server.arg(instance.folder().join("serve.py")).arg(instance.port().to_string());
    server
}

fn is_ready(instance: &Instance) -> bool {
    instance.answers("/moto-api/")
}

/// The key is the account of the address, the bucket its path.
fn url(instance: &Instance) -> String {
    format!("http://{USER}:{}@127.0.0.1:{}/{BUCKET}", instance.password(), instance.port())
}
