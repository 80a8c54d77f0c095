//! Finds a service's programs on this machine.

use std::{
    cmp::Ordering,
    env, fs,
    path::{Path, PathBuf},
};

use super::service::System;

/// The folder that holds all programs of a service.
pub(super) struct Programs {
    folder: PathBuf,
}

impl Programs {
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// Looks through `PATH`, then through the usual folders.
pub(super) fn find(system: &System) -> Option<Programs> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = system.folders.iter().flat_map(|pattern| expand(pattern));
    env::split_paths(&path)
        .chain(usual)
        .find(|folder| system.programs.iter().all(|program| folder.join(program).is_file()))
        .map(|folder| Programs { folder })
}

/// The folders that a pattern with at most one `*` stands for, highest version first.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else {
        return vec![PathBuf::from(pattern)];
    };
    let (parent, name_start) = before.rsplit_once('/').unwrap_or((".", before));
    let Ok(entries) = fs::read_dir(Path::new(parent)) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(name_start))
        .collect();
    names.sort_by(|left, right| compare_versions(&right[name_start.len()..], &left[name_start.len()..]));
    let rest = after.trim_start_matches('/');
    names.into_iter().map(|name| Path::new(parent).join(name).join(rest)).collect()
}

/// Compares by number where both are numbers, so that 9 comes before 15.
fn compare_versions(left: &str, right: &str) -> Ordering {
    let key = |version: &str| -> Vec<(u32, String)> {
        version.split('.').map(|part| (part.parse().unwrap_or(0), part.to_owned())).collect()
    };
    key(left).cmp(&key(right))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::expand;

    #[test]
    fn patterns_expand_to_the_highest_version_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["postgresql@9", "postgresql@17", "postgresql@15", "mysql@9"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let pattern = format!("{}/postgresql@*/bin", folder.path().display());
        let names: Vec<String> = expand(&pattern)
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap().display().to_string())
            .collect();
        assert_eq!(names, ["postgresql@17/bin", "postgresql@15/bin", "postgresql@9/bin"]);
    }
}
