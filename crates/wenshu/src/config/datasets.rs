//! What the configuration says of datasets.

use secrecy::{ExposeSecret as _, SecretString};
use wenshu_core::datasets::DatasetLimits;

use super::parse::parse_base_url;
use super::raw::RawConfig;
use super::validated::{Checker, size, value};

/// Bytes of a megabyte, as sizes of files are counted.
const MB: u64 = 1_000_000;

const MIB: usize = 1024 * 1024;

/// How datasets are kept and asked.
#[derive(Clone, Debug)]
pub struct DatasetConfig {
    /// What they may take in the storage.
    pub limits: DatasetLimits,
    /// The most bytes of memory of all questions about them.
    pub query_memory: usize,
    /// The most bytes on disk of all questions about them.
    pub spill_bytes: u64,
    /// The bucket that they are kept in; without one it is a folder.
    pub bucket: Option<Bucket>,
}

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What paths in it begin with.
    pub prefix: Option<String>,
    /// Where it is, when that isn't Amazon.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// The key to it.
    pub key: Option<(String, SecretString)>,
}

impl DatasetConfig {
    /// The key to the bucket, in the open.
    pub(crate) fn open_key(&self) -> Option<(String, String)> {
        let (id, secret) = self.bucket.as_ref()?.key.as_ref()?;
        Some((id.clone(), secret.expose_secret().to_owned()))
    }
}

impl Checker {
    pub(super) fn datasets(&mut self, raw: &RawConfig) -> DatasetConfig {
        let megabytes = |written| value(written).unwrap_or_default() * MB;
        DatasetConfig {
            limits: DatasetLimits {
                file_bytes: megabytes(raw.dataset_file_mb.as_ref()),
                account_bytes: megabytes(raw.dataset_account_mb.as_ref()),
            },
            query_memory: size(raw.dataset_query_mib.as_ref(), MIB),
            spill_bytes: size(raw.dataset_spill_mib.as_ref(), MIB) as u64,
            bucket: self.bucket(raw),
        }
    }

    /// Without its name the rest means nothing: it may be in the environment for another program.
    fn bucket(&mut self, raw: &RawConfig) -> Option<Bucket> {
        let given = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let name = self.parsed("dataset_bucket", raw.dataset_bucket.as_ref(), given)?;
        Some(Bucket {
            name,
            prefix: self.parsed("dataset_prefix", raw.dataset_prefix.as_ref(), given),
            endpoint: self.parsed("dataset_endpoint", raw.dataset_endpoint.as_ref(), parse_base_url),
            region: self.parsed("dataset_region", raw.dataset_region.as_ref(), given).unwrap_or_default(),
            key: self.both(
                ("dataset_access_key", raw.dataset_access_key.as_ref()),
                ("dataset_secret_key", raw.dataset_secret_key.as_ref()),
            ),
        })
    }
}
