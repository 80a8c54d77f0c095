//! The same in a bucket of a server that speaks S3 and checks signatures.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::ObjectStore as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::task::TaskTracker;
use url::Url;
use wenshu_lake::Place;
use wenshu_sources::datasets::{ImportError, Lake as _, Upload};
use wenshu_sources::{SourceError, SourceErrorKind};

use crate::files::workbook;
use crate::support::{TestLake, ask, rows};

/// Names the bucket by an address whose user and password are the key to it.
const VARIABLE: &str = "WENSHU_TEST_S3_URL";

/// A part of the bucket that no other test has.
struct Bucket {
    endpoint: String,
    name: String,
    key: (String, String),
    prefix: String,
}

impl Bucket {
    fn new(prefix: &str) -> Self {
        let address = std::env::var(VARIABLE).unwrap_or_else(|_| {
            panic!(
                "these tests need a bucket of S3: run the tests through `cargo xtask test`, \
                 or start one with `cargo xtask services up moto` and set {VARIABLE}"
            )
        });
        let url = Url::parse(&address).unwrap();
        let endpoint = format!("http://{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let key = (url.username().to_owned(), url.password().unwrap().to_owned());
        // The server stays when tests are run again.
        let prefix = format!("{prefix}-{}", std::process::id());
        Self { endpoint, name: url.path().trim_matches('/').to_owned(), key, prefix }
    }

    fn place(&self) -> Place {
        Place::Bucket {
            bucket: self.name.clone(),
            prefix: Some(self.prefix.clone()),
            endpoint: Some(self.endpoint.clone()),
            region: "us-east-1".to_owned(),
            access_key: Some(self.key.0.clone()),
            secret_key: Some(self.key.1.clone()),
        }
    }

    fn store(&self) -> AmazonS3 {
        AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region("us-east-1")
            .with_endpoint(&self.endpoint)
            .with_allow_http(true)
            .with_access_key_id(&self.key.0)
            .with_secret_access_key(&self.key.1)
            .build()
            .unwrap()
    }

    /// The paths of what lies there.
    async fn paths(&self) -> Vec<String> {
        let found = self.store().list(Some(&Path::from(self.prefix.as_str()))).map_ok(|file| file.location);
        let mut found: Vec<String> = found.map_ok(|path| path.to_string()).try_collect().await.unwrap();
        found.sort();
        found
    }
}

async fn file(lake: &TestLake, path: &str) -> Result<Vec<u8>, SourceError> {
    let stored = lake.lake.read(path).await?;
    let mut content = Vec::new();
    let mut pieces = stored.bytes;
    while let Some(piece) = pieces.next().await {
        content.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(content.len() as u64, stored.length);
    Ok(content)
}

#[tokio::test]
async fn a_file_of_several_parts_is_kept_asked_and_removed() {
    let bucket = Bucket::new("parts");
    let lake = TestLake::in_place(bucket.place(), u64::MAX);
    // S3 takes parts of 5 MiB.
    let content = "城市,n\n".to_owned() + &(0..1_000_000).map(|n| format!("北京,{n}\n")).collect::<String>();
    assert!(content.len() > 12 * 1024 * 1024);
    let table = lake.table("x.csv", content.clone()).await;
    assert_eq!(table.ask("SELECT 城市, sum(n) FROM t GROUP BY 城市").await, ["北京|499999500000"]);
    assert_eq!(
        bucket.paths().await,
        ["a/1/0.parquet", "a/1/original"].map(|path| format!("{}/{path}", bucket.prefix))
    );
    assert!(file(&lake, "a/1/original").await.unwrap() == content.as_bytes());
    assert!(file(&lake, &table.imported.tables[0].path).await.unwrap().starts_with(b"PAR1"));
    lake.lake.remove("a/1").await.unwrap();
    assert_eq!(bucket.paths().await, Vec::<String>::new());
    // What isn't there is removed already.
    lake.lake.remove("a/1").await.unwrap();
    let error = file(&lake, "a/1/original").await.unwrap_err();
    assert_eq!(error.kind(), SourceErrorKind::Unreachable);
    assert!(error.message().contains("upload it again"), "{}", error.message());
}

/// Passes on what comes to the server, and counts it.
async fn relay(to: &str) -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (to, seen) = (to.trim_start_matches("http://").to_owned(), Arc::new(Mutex::new(Vec::new())));
    let kept = Arc::clone(&seen);
    let passing = async move {
        let mut connections = JoinSet::new();
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(&to).await.unwrap();
            let kept = Arc::clone(&kept);
            connections.spawn(async move {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let there = async {
                    let mut buffer = vec![0; 64 * 1024];
                    loop {
                        let read = from_client.read(&mut buffer).await.unwrap_or_default();
                        if read == 0 || to_server.write_all(&buffer[..read]).await.is_err() {
                            break;
                        }
                        kept.lock().unwrap().extend_from_slice(&buffer[..read]);
                    }
                };
                tokio::join!(there, tokio::io::copy(&mut from_server, &mut to_client)).1.ok()
            });
        }
    };
    TaskTracker::new().spawn(passing);
    (address, seen)
}

#[tokio::test]
async fn a_file_is_on_its_way_into_the_bucket_before_its_end() {
    let bucket = Bucket::new("early");
    let (endpoint, seen) = relay(&bucket.endpoint).await;
    let Place::Bucket { bucket: name, prefix, region, access_key, secret_key, .. } = bucket.place() else {
        panic!("no bucket");
    };
    let endpoint = Some(endpoint);
    let place = Place::Bucket { bucket: name, prefix, endpoint, region, access_key, secret_key };
    let lake = TestLake::in_place(place, u64::MAX);
    let (pieces, receiver) = mpsc::channel::<Bytes>(1);
    let bytes = stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (Ok(piece), receiver))
    });
    let upload = Upload { bytes: bytes.boxed(), ..lake.upload("x.csv", "").0 };
    let importing = lake.lake.import(upload);
    let sending = async move {
        let piece = Bytes::from("12,some text\n".repeat(20_000));
        let mut given = 0;
        // Two parts of 5 MiB may be on their way and one is being filled, so that one of these is there by now.
        while given < 24 * 1024 * 1024 {
            pieces.send(piece.clone()).await.unwrap();
            given += piece.len();
        }
        let seen = seen.lock().unwrap();
        assert!(seen.len() > 5 * 1024 * 1024, "{} of {given}", seen.len());
        assert!(memmem(&seen, b"partNumber=1&uploadId="), "no upload of several parts was begun");
        given
    };
    let (imported, given) = tokio::join!(importing, sending);
    let imported = imported.unwrap();
    assert_eq!(imported.tables[0].rows, given as u64 / 13);
    assert_eq!(bucket.paths().await.len(), 2);
}

fn memmem(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn what_is_read_anywhere_in_it_is_fetched_first() {
    let bucket = Bucket::new("anywhere");
    let lake = TestLake::in_place(bucket.place(), u64::MAX);
    let imported = lake.import("x.xlsx", workbook()).await.unwrap();
    assert_eq!(imported.tables.len(), 2);
    let source = lake.open(&imported, &["sales", "targets"]);
    let counted = ask(source.as_ref(), "SELECT count(*) FROM sales JOIN targets ON city = sales.城市").await;
    assert_eq!(rows(&counted.unwrap()), ["2"]);
    let parquet = file(&lake, &imported.tables[0].path).await.unwrap();
    let again = lake.import_to("a/2", "x.parquet", parquet, u64::MAX).await.unwrap();
    assert_eq!((again.tables[0].rows, again.tables[0].columns.len()), (3, 6));
}

#[tokio::test]
async fn a_table_can_be_made_later() {
    let bucket = Bucket::new("later");
    let lake = TestLake::in_place(bucket.place(), 0);
    let content = "a,b\n".to_owned() + &"1,2\n".repeat(50_000);
    let table = lake.table("x.csv", content).await;
    assert_eq!(table.ask("SELECT count(*), sum(b) FROM t").await, ["50000|100000"]);
    lake.lake.remove("a/1").await.unwrap();
    assert_eq!(bucket.paths().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let bucket = Bucket::new("refused");
    let lake = TestLake::in_place(bucket.place(), u64::MAX);
    let content = "a,b\n".to_owned() + &"1,2\n".repeat(3_000_000) + "1,2,3\n";
    let refused = lake.import("x.csv", content.clone()).await;
    assert!(matches!(refused, Err(ImportError::Unreadable(_))), "{refused:?}");
    let refused = lake.import_to("a/1", "x.csv", content, 11_000_000).await;
    assert!(matches!(refused, Err(ImportError::TooLarge { .. })), "{refused:?}");
    assert_eq!(bucket.paths().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_the_server_refuses_is_said_without_its_words() {
    let bucket = Bucket::new("key");
    let Place::Bucket { bucket: name, prefix, endpoint, region, access_key, .. } = bucket.place() else {
        panic!("no bucket");
    };
    let secret_key = Some("another".to_owned());
    let place = Place::Bucket { bucket: name, prefix, endpoint, region, access_key, secret_key };
    let lake = TestLake::in_place(place, u64::MAX);
    let refused = lake.import("x.csv", "a,b\n1,2\n").await;
    let Err(ImportError::Source(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error.kind(), SourceErrorKind::Unreachable);
    assert_eq!(error.message(), "the storage of datasets can't be reached; try again later");
}

#[tokio::test]
async fn what_was_written_just_now_may_be_somebody_elses() {
    let bucket = Bucket::new("settled");
    let lake = TestLake::in_place(bucket.place(), u64::MAX);
    lake.import("x.csv", "a,b\n1,2\n").await.unwrap();
    for is_alone in [true, false] {
        assert_eq!(lake.lake.settled_folders(is_alone).await.unwrap(), Vec::<String>::new());
    }
}
