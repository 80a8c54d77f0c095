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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Layers, load};

    fn layers(variables: &[(&str, &str)]) -> Layers {
        let environment =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Layers { environment, ..Layers::default() }
    }

    fn config(variables: &[(&str, &str)]) -> Config {
        load(&layers(variables), None).unwrap_or_else(|faults| panic!("{faults}")).config
    }

    const BUCKET: (&str, &str) = ("WENSHU_DATASET_BUCKET", "datasets");

    #[test]
    fn every_setting_of_a_bucket_is_where_it_belongs() {
        let config = config(&[
            BUCKET,
            ("WENSHU_DATASET_PREFIX", " wenshu/here "),
            ("WENSHU_DATASET_ENDPOINT", "https://minio.example:9000"),
            ("WENSHU_DATASET_REGION", "cn-north-1"),
            ("WENSHU_DATASET_ACCESS_KEY", "the id"),
            ("WENSHU_DATASET_SECRET_KEY", "the key"),
        ]);
        assert_eq!(config.datasets.open_key(), Some(("the id".to_owned(), "the key".to_owned())));
        let Bucket { name, prefix, endpoint, region, key: _ } = config.datasets.bucket.clone().unwrap();
        assert_eq!(
            (name.as_str(), prefix.as_deref(), endpoint.as_deref(), region.as_str()),
            ("datasets", Some("wenshu/here"), Some("https://minio.example:9000"), "cn-north-1")
        );
        assert!(!format!("{config:?}").contains("the key"));
    }

    #[test]
    fn a_bucket_needs_nothing_but_its_name() {
        let config = config(&[BUCKET]);
        assert_eq!(config.datasets.open_key(), None);
        let Bucket { name: _, prefix, endpoint, region, key: _ } = config.datasets.bucket.unwrap();
        assert_eq!((prefix, endpoint, region.as_str()), (None, None, "us-east-1"));
    }

    #[test]
    fn the_usual_names_are_known_and_mean_nothing_without_a_bucket() {
        let usual = [
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9000"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "usual id"),
            ("AWS_SECRET_ACCESS_KEY", "usual key"),
        ];
        assert!(config(&usual).datasets.bucket.is_none(), "they are another program's");
        let with_bucket = [&usual[..], &[BUCKET]].concat();
        let datasets = config(&with_bucket).datasets;
        assert_eq!(datasets.open_key(), Some(("usual id".to_owned(), "usual key".to_owned())));
        let bucket = datasets.bucket.unwrap();
        assert_eq!(
            (bucket.endpoint.as_deref(), bucket.region.as_str()),
            (Some("http://127.0.0.1:9000"), "eu-west-1")
        );
        let ours = [&with_bucket[..], &[("WENSHU_DATASET_REGION", "ours")]].concat();
        assert_eq!(config(&ours).datasets.bucket.unwrap().region, "ours");
    }

    #[test]
    fn half_a_key_and_an_address_that_is_none_are_faults() {
        for (variables, words) in [
            (vec![BUCKET, ("WENSHU_DATASET_ACCESS_KEY", "id")], "`dataset_access_key` is given without"),
            (vec![BUCKET, ("AWS_SECRET_ACCESS_KEY", "hunter2")], "`dataset_secret_key` is given without"),
            (vec![BUCKET, ("WENSHU_DATASET_ENDPOINT", "minio.example")], "`dataset_endpoint`"),
            (vec![BUCKET, ("WENSHU_DATASET_ENDPOINT", "ftp://minio.example")], "`dataset_endpoint`"),
        ] {
            let faults = load(&layers(&variables), None).unwrap_err().to_string();
            assert!(faults.contains(words) && !faults.contains("hunter2"), "{faults}");
        }
        // Without a bucket half a key is nobody's business.
        assert!(config(&[("AWS_ACCESS_KEY_ID", "id")]).datasets.bucket.is_none());
    }

    #[test]
    fn sizes_are_counted_as_they_are_written() {
        let config = config(&[
            ("WENSHU_DATASET_FILE_MB", "3"),
            ("WENSHU_DATASET_ACCOUNT_MB", "5"),
            ("WENSHU_DATASET_QUERY_MIB", "17"),
            ("WENSHU_DATASET_SPILL_MIB", "19"),
        ]);
        let limits = DatasetLimits { file_bytes: 3_000_000, account_bytes: 5_000_000 };
        assert_eq!(config.core_settings().dataset_limits, limits);
        assert_eq!((config.datasets.query_memory, config.datasets.spill_bytes), (17 << 20, 19 << 20));
    }
}
