//! Which character stands between values, where more than one could.

use crate::support::TestLake;

#[tokio::test]
async fn a_name_that_says_it_decides_where_nothing_else_does() {
    // Both ways each line has two values; in a name a tab is a space.
    let content = "a,b\tc\n1,2\t3\n4,5\t6\n";
    for (file_name, expected) in [
        ("x.csv", "a integer, b c text"),
        ("x.tsv", "a,b text, c integer"),
        ("X.TSV", "a,b text, c integer"),
        ("x.txt", "a integer, b c text"),
    ] {
        assert_eq!(TestLake::new().table(file_name, content).await.types(), expected, "{file_name}");
    }
}

#[tokio::test]
async fn a_name_that_says_something_else_than_the_content_decides_nothing() {
    for (file_name, content) in [("x.tsv", "a,b\n1,2\n"), ("x.csv", "a\tb\n1\t2\n"), ("x.tsv", "a;b\n1;2\n")]
    {
        let types = TestLake::new().table(file_name, content).await.types();
        assert_eq!(types, "a integer, b integer", "{file_name} {content:?}");
    }
}
