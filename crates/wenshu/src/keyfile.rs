//! The key file: 32 random bytes in base64, readable by their owner alone.
//!
//! It may be made by two processes at once (`wenshu serve` and `wenshu admin` on an empty folder): the file appears whole or not
//! at all, the first one stays, and everybody reads what stayed.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wenshu_core::secrets::MasterKey;
use zeroize::Zeroizing;

use crate::config::Config;

/// Bytes of a key.
pub const KEY_LENGTH: usize = 32;

/// The key written in base64 or hexadecimal; `None` when the text is neither, or of another length.
pub fn parse(text: &str) -> Option<[u8; KEY_LENGTH]> {
    let text = text.trim();
    let bytes = if text.len() == 2 * KEY_LENGTH {
        Zeroizing::new(hexadecimal(text)?)
    } else {
        Zeroizing::new(STANDARD.decode(text).ok()?)
    };
    bytes.as_slice().try_into().ok()
}

/// The key that is configured, or else the one in the data folder, which must exist.
///
/// # Errors
///
/// When the key file can't be read or made.
pub fn master_key(config: &Config) -> Result<MasterKey> {
    match &config.secret_key {
        Some(key) => Ok(key.master_key()),
        None => open(&config.key_file()).map(MasterKey::new),
    }
}

/// The key in this file, which is made when it is missing.
///
/// # Errors
///
/// When the file can't be read or made, or holds no key. An existing file is never replaced.
pub fn open(path: &Path) -> Result<[u8; KEY_LENGTH]> {
    if let Some(key) = read(path)? {
        return Ok(key);
    }
    create(path)?;
    read(path)?.with_context(|| format!("the key file `{}` vanished while it was made", path.display()))
}

/// The key in this file; `None` when there is no file.
///
/// # Errors
///
/// When the file can't be read or holds no key.
pub fn read(path: &Path) -> Result<Option<[u8; KEY_LENGTH]>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("the key file `{}` can't be read", path.display()));
        }
    };
    match parse(&text) {
        Some(key) => Ok(Some(key)),
        None => bail!(
            "the key file `{}` holds no key (32 bytes in base64); put the right one back, or move it away to start with a \
             new key: passwords of stored connections are lost then, and everybody has to sign in again",
            path.display()
        ),
    }
}

/// Whether others than its owner can read this file.
pub fn is_readable_by_others(path: &Path) -> std::io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        Ok(std::fs::metadata(path)?.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        std::fs::metadata(path).map(|_| false)
    }
}

fn create(path: &Path) -> Result<()> {
    let failed =
        || format!("the key file `{}` can't be made; check that its folder is writable", path.display());
    let mut key = Zeroizing::new([0; KEY_LENGTH]);
    getrandom::fill(key.as_mut_slice()).context("the system gave no random bytes for a key")?;
    let text = Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n");
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made with mode 0600, so that the key is at no moment readable by others.
    let mut unfinished =
        tempfile::Builder::new().prefix(".secret-").tempfile_in(folder).with_context(failed)?;
    unfinished.write_all(text.as_bytes()).with_context(failed)?;
    unfinished.as_file().sync_all().with_context(failed)?;
    match unfinished.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(failure) if failure.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(failure) => Err(failure.error).with_context(failed),
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|character| character.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    Some(digits?.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms_and_nothing_else() {
        let key: [u8; KEY_LENGTH] = std::array::from_fn(|index| u8::try_from(index * 7 % 256).unwrap());
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(parse(&STANDARD.encode(key)), Some(key));
        assert_eq!(parse(&format!("{hex}\n")), Some(key));
        assert_eq!(parse(&hex.to_uppercase()), Some(key));
        for wrong in ["", "secret", &hex[2..], &STANDARD.encode([1; 31]), &"g".repeat(64)] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn many_who_start_at_once_get_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let start = std::sync::Barrier::new(8);
        let keys: Vec<[u8; KEY_LENGTH]> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        open(&path).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert_ne!(keys[0], [0; KEY_LENGTH]);
        assert!(!is_readable_by_others(&path).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left lying about");
    }

    #[test]
    fn a_file_without_a_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        std::fs::write(&path, "not a key").unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("holds no key") && !error.contains("not a key"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not a key");
    }
}
