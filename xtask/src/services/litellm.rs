//! LiteLLM's proxy: an OpenAI-compatible server that none of us wrote, with models that answer without a provider.

use std::process::Command;

use anyhow::Result;
use nix::sys::signal::Signal;

use super::{
    find::Programs,
    instance::Instance,
    service::{Origin, Service},
};
use crate::python::Environment;

/// The address holds the key as its password, as a database's does.
const USER: &str = "wenshu";

pub(super) const LITELLM: Service = Service {
    name: "litellm",
    variable: "WENSHU_TEST_LITELLM_URL",
    origin: Origin::Python(Environment {
        name: "litellm",
        requirements: include_str!("../../python/litellm.txt"),
    }),
    accounts: &[],
    initialise,
    command,
    is_ready,
    url,
    stop_signal: Signal::SIGTERM,
};

fn initialise(instance: &Instance, _: &Programs) -> Result<()> {
    let files = [
        ("config.yaml", include_str!("../../python/litellm/config.yaml")),
        ("key_check.py", include_str!("../../python/litellm/key_check.py")),
    ];
    for (name, text) in files {
        instance.write_private(&instance.folder().join(name), text)?;
    }
    Ok(())
}

fn command(instance: &Instance, programs: &Programs) -> Command {
    let mut proxy = instance.command(&programs.path("litellm"));
    // It reads dozens of variables: keys of providers, addresses of databases, where to report to. It gets none of the person's.
    proxy.env_clear();
    proxy.env("PATH", "/usr/bin:/bin").env("HOME", instance.folder()).env("LC_ALL", "C.UTF-8");
    proxy.env("LITELLM_MASTER_KEY", instance.password());
    // Otherwise it fetches each of these from the net.
    for name in
        ["MODEL_COST_MAP", "ANTHROPIC_BETA_HEADERS", "AUTOROUTER_PRESETS", "POLICY_TEMPLATES", "BLOG_POSTS"]
    {
        proxy.env(format!("LITELLM_LOCAL_{name}"), "True");
    }
    proxy.env("LITELLM_TELEMETRY", "False");
    proxy.arg("--config").arg(instance.folder().join("config.yaml"));
    proxy.args(["--host", "127.0.0.1", "--port", &instance.port().to_string()]);
    proxy
}

fn is_ready(instance: &Instance) -> bool {
    instance.answers("/health/liveliness")
}

fn url(instance: &Instance) -> String {
    format!("http://{USER}:{}@127.0.0.1:{}/v1", instance.password(), instance.port())
}
