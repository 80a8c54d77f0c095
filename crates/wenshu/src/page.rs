//! The web page, as it was built into `web/dist`: in a release build part of the program, in a debug build read from there, so that
//! a page that was built anew is seen without building the server.

use std::sync::Arc;

use rust_embed::RustEmbed;
use wenshu_contracts::PageFiles;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
#[exclude = ".gitkeep"]
struct Files;

/// The page's files, if there is a page.
pub fn files() -> Option<PageFiles> {
    Files::get("index.html")
        .is_some()
        .then(|| -> PageFiles { Arc::new(|name| Files::get(name).map(|file| file.data)) })
}
