//! The demo database, made once for all tests of a day's date and copied for each.

use std::fs;
use std::path::Path;

use chrono::NaiveDate;

/// Puts the demo database whose dates end on `today` at `path`.
///
/// Making it takes a good part of a second and tests run in processes of their own, so it is kept in the folder for temporary files.
pub fn provide(path: &Path, today: NaiveDate) {
    let folder = std::env::temp_dir().join("wenshu-testkit");
    fs::create_dir_all(&folder).expect("a folder for templates");
    // The size of the program tells its builds apart well enough to notice that the generator has changed.
    let program = std::env::current_exe().and_then(fs::metadata).map(|file| file.len()).unwrap_or_default();
    let template = folder.join(format!("demo-{today}-{program}.db"));
    if !template.exists() {
        // Written beside and renamed, so that several processes may do this at once.
        wenshu_demo::create(&template, today).expect("the demo database");
    }
    fs::copy(&template, path).expect("a copy of the demo database");
}
