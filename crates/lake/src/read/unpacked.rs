//! What a workbook takes when it is unpacked, looked at before anything is made of it: its directory may lie, and so may its parts.

use std::io::{self, BufReader, Read, Seek, Write};

use memchr::memchr;
use memchr::memmem::{find, find_iter};
use wenshu_sources::datasets::{Unreadable, workbook};
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

/// Where the properties are that whoever writes a workbook gives it.
const PROPERTIES: &str = "docProps/custom.xml";

/// Unpacks the workbook and counts. Answers whether it is one that we wrote.
///
/// # Errors
///
/// When it isn't one, or is too large.
pub(super) fn weigh(file: impl Read + Seek) -> Result<bool, ReadError> {
    let broken = || Unreadable::new("这不是有效的 Excel 工作簿", "this isn't an Excel workbook");
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| broken())?;
    let mut total = 0;
    let mut is_ours = false;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| broken())?;
        let is_streamed = part.name().is_ok_and(|name| is_streamed(&name));
        let has_properties = part.name().is_ok_and(|name| name == PROPERTIES);
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
        is_ours |= has_properties && find(&held, workbook::MARK.as_bytes()).is_some();
    }
    Ok(is_ours)
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

/// Measures what becomes one text: what stands between two tags of XML, and between the tags of a value all that is in it, since a text
/// may come in any number of pieces.
#[derive(Default)]
struct Gauge {
    current: usize,
    longest: usize,
    /// What is read of a tag's name.
    name: Vec<u8>,
    is_in_name: bool,
    /// The value whose end hasn't come.
    within: Option<&'static [u8]>,
}

/// The tags of values: inline texts, results, formulas.
const VALUES: [&[u8]; 3] = [b"is", b"v", b"f"];

/// The longest name of a tag that is looked at.
const LONGEST_NAME: usize = 32;

impl Gauge {
    fn take(&mut self, bytes: usize) {
        self.current = self.current.saturating_add(bytes);
        self.longest = self.longest.max(self.current);
    }

    /// A tag's name is whole.
    fn judge(&mut self) {
        self.is_in_name = false;
        let is_end = self.name.first() == Some(&b'/');
        let local = self.name.rsplit(|byte| matches!(byte, b':' | b'/')).next().unwrap_or_default();
        match self.within {
            // A comment may look like the end of the value, and nobody writes one there.
            Some(_) if self.name.first() == Some(&b'!') => self.longest = usize::MAX,
            Some(value) if is_end && local == value => (self.within, self.current) = (None, 0),
            Some(_) => {}
            None => {
                self.current = 0;
                if !is_end {
                    self.within = VALUES.into_iter().find(|value| *value == local);
                }
            }
        }
    }
}

impl Write for Gauge {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.is_in_name {
                let ends = |byte: &u8| matches!(byte, b'>' | b' ' | b'\t' | b'\r' | b'\n');
                let length = rest.iter().position(ends).unwrap_or(rest.len());
                let kept = length.min(LONGEST_NAME.saturating_sub(self.name.len()));
                self.name.extend_from_slice(&rest[..kept]);
                self.take(length);
                if length < rest.len() {
                    // `<v/>` has no end of its own.
                    let is_empty = rest[length] == b'>' && length > 0 && rest[length - 1] == b'/';
                    let before = self.within;
                    self.judge();
                    if is_empty && before.is_none() {
                        self.within = None;
                    }
                }
                rest = &rest[length..];
            } else {
                let length = memchr(b'<', rest).unwrap_or(rest.len());
                self.take(length);
                if length < rest.len() {
                    self.name.clear();
                    self.is_in_name = true;
                    rest = &rest[1..];
                }
                rest = &rest[length..];
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::SeekFrom;

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
        // A text in pieces is one text, whatever stands between them.
        for piece in [
            "<r><t>word</t></r>",
            "<t>word</t><x/>",
            "<x:r>word</x:r><!-- </is> -->",
            "<![CDATA[</is>]]>word",
        ] {
            let pieces = piece.repeat(2 * MOST_TEXT / piece.len());
            for (start, end) in [("<is>", "</is>"), ("<x:is a=\"b\">", "</x:is>"), ("<v>", "</v >")] {
                assert!(!weighed(sheet, format!("<c>{start}{pieces}{end}</c>").as_bytes()), "{piece}");
            }
            if !piece.contains('!') {
                let cells = format!("<c><is>{piece}</is></c><c><v/></c><c><f></f><v>1</v></c>");
                assert!(weighed(sheet, cells.repeat(MOST_TEXT / 16).as_bytes()), "{piece}");
            }
        }
    }
}
