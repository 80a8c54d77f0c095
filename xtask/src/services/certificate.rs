//! The certificate that a service shows, signed by an authority that nobody else knows: it names `localhost` and no address.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::instance::Instance;

/// Longer than any instance lives.
const DAYS: &str = "30";

/// The authority that signs, for whoever wants to trust it.
pub(super) fn authority(instance: &Instance) -> PathBuf {
    instance.folder().join("authority.pem")
}

/// The certificate of the service.
pub(super) fn certificate(instance: &Instance) -> PathBuf {
    instance.folder().join("certificate.pem")
}

/// Its key.
pub(super) fn key(instance: &Instance) -> PathBuf {
    instance.folder().join("key.pem")
}

/// Makes the files.
pub(super) fn make(instance: &Instance) -> Result<()> {
    let folder = instance.folder();
    let extensions = folder.join("extensions");
    instance.write_private(&extensions, "basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost\n")?;
    let (authority_key, request) = (folder.join("authority-key.pem"), folder.join("request.pem"));
    let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    run(instance, |openssl| {
        openssl.args(["req", "-x509", "-days", DAYS, "-subj", "/CN=Wenshu tests"]).args(new_key);
        openssl.arg("-keyout").arg(&authority_key).arg("-out").arg(authority(instance));
    })?;
    run(instance, |openssl| {
        openssl.args(["req", "-new", "-subj", "/CN=localhost"]).args(new_key);
        openssl.arg("-keyout").arg(key(instance)).arg("-out").arg(&request);
    })?;
    run(instance, |openssl| {
        openssl.args(["x509", "-req", "-days", DAYS, "-CAcreateserial"]).arg("-in").arg(&request);
        openssl.arg("-CA").arg(authority(instance)).arg("-CAkey").arg(&authority_key);
        openssl.arg("-extfile").arg(&extensions).arg("-out").arg(certificate(instance));
    })?;
    // PostgreSQL doesn't take a key that others may read.
    fs::set_permissions(key(instance), Permissions::from_mode(0o600)).context("the key's mode can't be set")
}

fn run(instance: &Instance, arguments: impl FnOnce(&mut Command)) -> Result<()> {
    let mut openssl = instance.command(Path::new("openssl"));
    arguments(&mut openssl);
    let output = openssl.output().context("`openssl` can't be started; install OpenSSL's command")?;
    if !output.status.success() {
        bail!("`openssl` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
