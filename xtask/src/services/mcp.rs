//! MCP servers that none of us wrote: one of the official Python SDK, one of the official TypeScript SDK.
//!
//! They answer over HTTP; the address says besides which program and script they are, for tests that start one of their own.

use std::{path::Path, process::Command};

use anyhow::Result;
use nix::sys::signal::Signal;

use super::{
    find::Programs,
    instance::Instance,
    service::{Origin, Service},
};
use crate::{node, python};

pub(super) const PYTHON: Service = Service {
    name: "mcp-python",
    variable: "WENSHU_TEST_MCP_PYTHON_URL",
    origin: Origin::Python(python::Environment {
        name: "mcp",
        requirements: include_str!("../../python/mcp.txt"),
    }),
    accounts: &[],
    initialise: initialise_python,
    command: python_command,
    is_ready: |_| true,
    url: |instance| url(instance, "peer.py"),
    stop_signal: Signal::SIGKILL,
};

pub(super) const NODE: Service = Service {
    name: "mcp-node",
    variable: "WENSHU_TEST_MCP_NODE_URL",
    origin: Origin::Node(node::Environment {
        name: "mcp",
        package: include_str!("../../node/mcp/package.json"),
        lock: include_str!("../../node/mcp/package-lock.json"),
    }),
    accounts: &[],
    initialise: initialise_node,
    command: node_command,
    is_ready: |_| true,
    url: |instance| url(instance, "peer.mjs"),
    stop_signal: Signal::SIGKILL,
};

fn initialise_python(instance: &Instance, programs: &Programs) -> Result<()> {
    instance.write_private(&instance.folder().join("peer.py"), include_str!("../../python/mcp/peer.py"))?;
    note_program(instance, &programs.path("python"))
}

fn initialise_node(instance: &Instance, programs: &Programs) -> Result<()> {
    instance.write_private(&instance.folder().join("peer.mjs"), include_str!("../../node/mcp/peer.mjs"))?;
    // Packages are looked for beside the script.
    std::os::unix::fs::symlink(programs.path("node_modules"), instance.folder().join("node_modules"))?;
    note_program(instance, Path::new("node"))
}

fn note_program(instance: &Instance, program: &Path) -> Result<()> {
    instance.write_private(&instance.folder().join("program"), &program.display().to_string())
}

fn python_command(instance: &Instance, programs: &Programs) -> Command {
    command(instance, &programs.path("python"), "peer.py")
}

fn node_command(instance: &Instance, _: &Programs) -> Command {
    command(instance, Path::new("node"), "peer.mjs")
}

fn command(instance: &Instance, program: &Path, script: &str) -> Command {
    let mut command = instance.command(program);
    command.arg(instance.folder().join(script)).arg(instance.port().to_string());
    command.env("PEER_SECRET", instance.password());
    command
}

fn url(instance: &Instance, script: &str) -> String {
    let program = std::fs::read_to_string(instance.folder().join("program")).unwrap_or_default();
    let script = instance.folder().join(script);
    format!(
        "http://wenshu:{}@127.0.0.1:{}/mcp?program={program}&script={}",
        instance.password(),
        instance.port(),
        script.display()
    )
}
