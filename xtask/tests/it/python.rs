//! Python environments are made once, made anew when they must be, and not taken for complete when they aren't.

use std::{fs, path::Path, process::Command};

use xtask::python::{Environment, environment_in};

const SIX: Environment = Environment { name: "example", requirements: "six==1.17.0\n" };

fn can_import(programs: &Path, module: &str) -> bool {
    let python = programs.join("python");
    Command::new(python).args(["-c", &format!("import {module}")]).output().unwrap().status.success()
}

#[test]
fn a_python_environment_is_complete_or_made_anew() {
    let target = tempfile::tempdir().unwrap();
    let wrong = Environment { requirements: "six==0.0.0.0\n", ..SIX };
    let message = format!("{:#}", environment_in(target.path(), &wrong).unwrap_err());
    assert!(message.contains("`example` can't be made") && message.contains("pip failed"), "{message}");

    let programs = environment_in(target.path(), &SIX).unwrap().programs();
    assert!(can_import(&programs, "six"), "what failed was taken for complete");
    assert!(!can_import(&programs, "a_module_that_no_one_has"));

    let witness = target.path().join("python/example/witness");
    fs::write(&witness, "").unwrap();
    environment_in(target.path(), &SIX).unwrap();
    assert!(witness.exists(), "it was made again though nothing had changed");

    let other = Environment { requirements: "# Nothing.\n", ..SIX };
    let programs = environment_in(target.path(), &other).unwrap().programs();
    assert!(!witness.exists() && !can_import(&programs, "six"), "what the old list named is still there");
}
