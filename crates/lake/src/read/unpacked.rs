//! What a workbook takes when it is unpacked, looked at before anything is made of it: its directory may lie, and so may its parts.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Write};

use memchr::memchr_iter;
use memchr::memmem::find_iter;
use wenshu_sources::datasets::Unreadable;
use zip::ZipArchive;

use super::ReadError;

/// The most bytes that a workbook may have when it is unpacked.
const MOST_UNPACKED: u64 = 4 * 1024 * 1024 * 1024;

/// The most that those of its parts may have that are held in memory: texts, styles, the list of sheets.
const MOST_HELD: u64 = 64 * 1024 * 1024;

/// The most bytes of a text in a sheet: Excel has 32,767 characters.
const MOST_TEXT: usize = 1024 * 1024;

/// By this attribute the list of texts says how many there are, and as much memory is set aside for it.
const COUNT: &[u8] = b"uniqueCount";

/// Unpacks the workbook and counts.
///
/// # Errors
///
/// When it isn't one, or is too large.
pub(super) fn weigh(file: &File) -> Result<(), ReadError> {
    let broken = || Unreadable::new("这不是有效的 Excel 工作簿", "this isn't an Excel workbook");
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| broken())?;
    let mut total = 0;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| broken())?;
        let is_streamed = part.name().is_ok_and(|name| is_streamed(&name));
        let most = if is_streamed { MOST_UNPACKED } else { MOST_HELD };
        let mut part = part.take(most + 1);
        let mut gauge = Gauge::default();
        let mut held = Vec::new();
        let output: &mut dyn Write = if is_streamed { &mut gauge } else { &mut held };
        let size = io::copy(&mut part, output).map_err(|_| broken())?;
        total += size;
        if size > most || total > MOST_UNPACKED || gauge.longest > MOST_TEXT || claims_too_many(&held) {
            return Err(Unreadable::new(
                "工作簿解压后太大，请拆分后上传，或另存为 CSV",
                "the workbook is too large when it is unpacked; split it, or save it as CSV",
            )
            .into());
        }
    }
    Ok(())
}

/// Whether a part is read piece by piece: a sheet, but nothing that belongs to the workbook and lies there for whatever reason.
fn is_streamed(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_held = ["sharedstrings.xml", "styles.xml", ".rels"].iter().any(|ending| name.ends_with(ending));
    (name.starts_with("xl/worksheets/") && !is_held) || name.starts_with("xl/media/")
}

/// Whether a list of texts says that it has more of them than it has bytes.
fn claims_too_many(part: &[u8]) -> bool {
    find_iter(part, COUNT).any(|at| {
        let behind = part[at + COUNT.len()..].iter().skip_while(|sign| !sign.is_ascii_digit());
        let digits = behind.take_while(|sign| sign.is_ascii_digit());
        let count = digits
            .fold(0_usize, |count, digit| count.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        count > part.len()
    })
}

/// Measures what stands between two tags of XML.
#[derive(Default)]
struct Gauge {
    current: usize,
    longest: usize,
}

impl Write for Gauge {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut start = 0;
        for at in memchr_iter(b'<', bytes) {
            self.longest = self.longest.max(self.current + at - start);
            (self.current, start) = (0, at);
        }
        self.current += bytes.len() - start;
        self.longest = self.longest.max(self.current);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn weighed(name: &str, content: &[u8]) -> bool {
        let mut file = tempfile::tempfile().unwrap();
        let mut archive = ZipWriter::new(&file);
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
        archive.finish().unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        weigh(&file).is_ok()
    }

    #[test]
    fn what_would_be_too_much_is_refused_before_it_is_read() {
        let sheet = "xl/worksheets/sheet1.xml";
        let texts = "xl/sharedStrings.xml";
        let list = |count: &str| {
            format!("<?xml version=\"1.0\"?><sst count=\"1\" uniqueCount=\"{count}\"><si><t>a</t></si></sst>")
        };
        assert!(weighed(texts, list("1").as_bytes()));
        assert!(!weighed(texts, list("1000000000000").as_bytes()));
        assert!(!weighed("xl/worksheets/sharedStrings.xml", list("99999999999999999999").as_bytes()));
        let cells = "<c><v>1</v></c>".repeat(MOST_TEXT / 8);
        assert!(weighed(sheet, cells.as_bytes()));
        assert!(!weighed(sheet, format!("<c><v>{}</v></c>", "a".repeat(MOST_TEXT + 1)).as_bytes()));
    }
}
