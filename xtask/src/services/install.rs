//! Where a service's programs are, installed first if need be.

use anyhow::{Context, Result};

use super::{
    find::{Programs, find},
    service::{Origin, Service, System},
};
use crate::{debian, node, python};

/// The service's programs.
///
/// # Errors
/// When they are missing and can't be installed; the message says what to do.
pub(super) fn programs(service: &Service) -> Result<Programs> {
    match &service.origin {
        Origin::System(system) => of_system(system),
        Origin::Node(environment) => Ok(Programs::in_folder(node::environment(environment)?)),
        Origin::Python(environment) => Ok(Programs::in_folder(python::environment(environment)?.programs())),
    }
}

fn of_system(system: &System) -> Result<Programs> {
    if let Some(programs) = find(system) {
        return Ok(programs);
    }
    let missing = || format!("`{}` not found", system.programs.join("`, `"));
    debian::install(&system.debian, system.advice).with_context(missing)?;
    find(system).with_context(|| format!("{} after installing; {}", missing(), system.advice))
}
