//! Tables that are made behind the back of who brought the file.

use std::time::{Duration, SystemTime};

use futures::StreamExt as _;
use wenshu_sources::datasets::{ImportError, Lake as _, Room, Upload};

use crate::support::{TestLake, ask, rows};

fn many() -> String {
    "城市,n\n".to_owned() + &(0..100_000).map(|n| format!("北京,{n}\n")).collect::<String>()
}

#[tokio::test]
async fn a_question_waits_for_its_table() {
    let lake = TestLake::making_later();
    let table = lake.table("x.csv", many()).await;
    assert_eq!(table.types(), "城市 text, n integer");
    assert_eq!(table.imported.tables[0].rows, 100_000);
    // Several at once, each for the same table.
    let sql = "SELECT 城市, count(*), sum(n) FROM t GROUP BY 城市";
    let (one, other) = tokio::join!(table.ask(sql), table.ask(sql));
    assert_eq!((&one, &other), (&vec!["北京|100000|4999950000".to_owned()], &one));
    // As a file it is there too, whole.
    let file = lake.lake.read(&table.imported.tables[0].path).await.unwrap();
    let bytes: usize = file.bytes.map(|piece| piece.unwrap().len()).collect::<Vec<_>>().await.iter().sum();
    assert_eq!(bytes as u64, file.length);
}

#[tokio::test]
async fn what_a_process_left_unmade_the_next_one_makes() {
    let text = "城市,n\n".to_owned() + &"plain,1\n".repeat(20_000) + "北京,2\n";
    let (gbk, ..) = encoding_rs::GBK.encode(&text);
    let lake = TestLake::making_later();
    // The beginning says GBK here, and in the other one nothing.
    let late = "a,b\n".to_owned() + &"plain,1\n".repeat(20_000) + "北京,2\n";
    let (late, ..) = encoding_rs::GBK.encode(&late);
    let first = lake.import_to("a/1", "x.csv", gbk, u64::MAX).await.unwrap();
    let second = lake.import_to("a/2", "x.csv", late, u64::MAX).await.unwrap();
    let lake = lake.again().await;
    for imported in [first, second] {
        // Whether the first process came to its end or not, which nobody knows.
        let _ = std::fs::remove_file(lake.folder.path().join("datasets").join(&imported.tables[0].path));
        let source = lake.open(&imported, &["t"]);
        let found = ask(source.as_ref(), "SELECT count(*) FROM t").await.unwrap();
        assert_eq!(rows(&found), ["20001"]);
        let found = ask(source.as_ref(), "SELECT * FROM t ORDER BY 2 DESC LIMIT 1").await.unwrap();
        assert_eq!(rows(&found), ["北京|2"]);
    }
}

#[tokio::test]
async fn it_ends_with_its_dataset_and_with_the_process() {
    let lake = TestLake::making_later();
    lake.import("x.csv", many()).await.unwrap();
    lake.lake.remove("a/1").await.unwrap();
    assert_eq!(lake.left(), Vec::<String>::new());
    let imported = lake.import("x.csv", many()).await.unwrap();
    lake.lake.shutdown().await;
    // The file as it came and what its table is made of are there, and nothing half made.
    let names: Vec<String> =
        lake.left().iter().map(|path| path.rsplit('/').next().unwrap().to_owned()).collect();
    assert!(names.iter().any(|name| name == "original"), "{names:?}");
    assert!(names.iter().any(|name| name == "recipe.json"), "{names:?}");
    assert!(names.iter().all(|name| !name.contains('#')), "{names:?}");
    // Of a table that is there the rows are all there.
    let lake = lake.again().await;
    let source = lake.open(&imported, &["t"]);
    assert_eq!(rows(&ask(source.as_ref(), "SELECT count(*) FROM t").await.unwrap()), ["100000"]);
}

#[tokio::test]
async fn a_file_that_is_refused_leaves_nothing_here_either() {
    let lake = TestLake::making_later();
    let said = lake.refusal("x.csv", many() + "1,2,3\n").await;
    assert!(said.contains("line 100002 has 3 values"), "{said}");
    let content = many();
    let length = content.len() as u64;
    let (upload, _) = lake.upload("x.csv", content);
    // It counts twice: as it came, and as the table that it is going to be.
    let refused = lake.lake.import(Upload { room: Room::new(2 * length - 1), ..upload }).await;
    assert!(matches!(refused, Err(ImportError::NoRoom)), "{refused:?}");
    assert_eq!(lake.left(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_killed_process_left_half_written_goes_and_the_rest_stays() {
    let lake = TestLake::making_later();
    let table = lake.table("x.csv", many()).await;
    assert_eq!(table.ask("SELECT count(*) FROM t").await, ["100000"]);
    let folder = lake.folder.path().join("datasets/a/1");
    let whole = lake.left().len();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    for (name, written) in [("incoming-aB3dE6#1", Some(long_ago)), ("incoming-Xy1zW2#1", None)] {
        let file = std::fs::File::create(folder.join(name)).unwrap();
        if let Some(written) = written {
            file.set_modified(written).unwrap();
        }
    }
    assert_eq!(lake.lake.settled_folders(true).await.unwrap(), Vec::<String>::new());
    assert_eq!(lake.left().len(), whole + 1);
    // Somebody may still be writing it.
    assert!(folder.join("incoming-Xy1zW2#1").exists());
    assert_eq!(table.ask("SELECT count(*) FROM t").await, ["100000"]);
}
