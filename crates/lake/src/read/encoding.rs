//! Which characters a file is written in, and the same file in UTF-8.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

/// Characters by which text is known to be UTF-8, damaged or not.
const UTF8_SIGNS: usize = 4;

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// The encoding.
    pub(crate) encoding: &'static Encoding,
    /// Bytes of the mark at its beginning.
    pub(crate) mark: usize,
    /// Whether nothing but ASCII was seen, so that it may be anything.
    pub(crate) is_open: bool,
}

/// Finds the encoding from the beginning of a file.
pub(crate) fn detect(head: &[u8], is_whole: bool) -> Written {
    for (mark, encoding) in
        [(&[0xef, 0xbb, 0xbf][..], UTF_8), (&[0xff, 0xfe], UTF_16LE), (&[0xfe, 0xff], UTF_16BE)]
    {
        if head.starts_with(mark) {
            return Written { encoding, mark: mark.len(), is_open: false };
        }
    }
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // The beginning may end within a character; and what is damaged further down is UTF-8 nevertheless, so that it is said where.
        Err(error) => {
            (!is_whole && error.error_len().is_none()) || is_written_in_utf8(&head[..error.valid_up_to()])
        }
    };
    if is_utf8 {
        return Written { encoding: UTF_8, mark: 0, is_open: head.is_ascii() };
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, is_whole);
    // Where it could be several, it is Chinese.
    let guessed = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    Written { encoding: if guessed == GBK { GB18030 } else { guessed }, mark: 0, is_open: false }
}

/// Whether there are characters of three bytes or more, as often as they are by chance in no other encoding.
fn is_written_in_utf8(valid: &[u8]) -> bool {
    let text = std::str::from_utf8(valid).unwrap_or_default();
    text.chars().filter(|sign| *sign > '\u{7ff}').nth(UTF8_SIGNS - 1).is_some()
}

/// What a file is taken for that seemed to be ASCII and isn't UTF-8.
pub(crate) fn otherwise() -> Written {
    Written { encoding: GB18030, mark: 0, is_open: false }
}

/// The file in UTF-8, without its mark. Bytes that are no characters of the encoding are an error of the kind `InvalidData`; UTF-8 itself
/// is handed on as it is, for whoever reads it to check.
pub(crate) fn decoded<'input>(
    mut input: impl Read + Send + 'input,
    written: Written,
) -> io::Result<Box<dyn Read + Send + 'input>> {
    let mut mark = [0; 3];
    input.read_exact(&mut mark[..written.mark])?;
    if written.encoding == UTF_8 {
        return Ok(Box::new(input));
    }
    Ok(Box::new(Decoded {
        input,
        decoder: written.encoding.new_decoder_without_bom_handling(),
        raw: Vec::with_capacity(CHUNK),
        text: Vec::with_capacity(CHUNK * 3),
        given: 0,
        lines: 1,
        is_over: false,
    }))
}

/// The beginning of a file as text, whatever of it is no text left out.
pub(crate) fn sample(head: &[u8], written: Written) -> String {
    let (text, _) =
        written.encoding.decode_without_bom_handling(head.get(written.mark..).unwrap_or_default());
    text.into_owned()
}

struct Decoded<Input> {
    input: Input,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    lines: usize,
    is_over: bool,
}

impl<Input: Read> Decoded<Input> {
    fn fill(&mut self) -> io::Result<()> {
        self.raw.resize(CHUNK, 0);
        let read = loop {
            match self.input.read(&mut self.raw) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.is_over = read == 0;
        let room = self.decoder.max_utf8_buffer_length_without_replacement(read).unwrap_or(CHUNK * 3);
        self.text.resize(room, 0);
        let (result, _, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.raw[..read], &mut self.text, self.is_over);
        self.text.truncate(written);
        self.given = 0;
        self.lines += memchr::memchr_iter(b'\n', &self.text).count();
        if matches!(result, DecoderResult::Malformed(..)) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, self.lines.to_string()));
        }
        Ok(())
    }
}

impl<Input: Read> Read for Decoded<Input> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.is_over {
                return Ok(0);
            }
            self.fill()?;
        }
        let length = buffer.len().min(self.text.len() - self.given);
        buffer[..length].copy_from_slice(&self.text[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], written: Written) -> io::Result<String> {
        let mut text = String::new();
        decoded(bytes, written)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn encodings_are_found() {
        let text = "城市,销售额\n北京,100\n上海,200\n";
        let (gbk, ..) = GBK.encode(text);
        let (gb18030, ..) = GB18030.encode("姓名,城市\n㐀䶮,北京\n张三,上海市浦东新区\n");
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let marked: Vec<u8> = [0xef, 0xbb, 0xbf].into_iter().chain(text.bytes()).collect();
        for (bytes, encoding) in [
            (text.as_bytes(), UTF_8),
            (&gbk, GB18030),
            (&gb18030, GB18030),
            (&utf16, UTF_16LE),
            (&marked, UTF_8),
        ] {
            let written = detect(bytes, true);
            assert_eq!(written.encoding, encoding);
            let read = read(bytes, written).unwrap();
            assert!(read.contains("北京") && !read.starts_with('\u{feff}'), "{read}");
        }
        assert!(detect(b"a,b\n1,2\n", true).is_open);
        // A character that is cut by the end of what is looked at.
        assert_eq!(detect(&text.as_bytes()[..4], false).encoding, UTF_8);
    }

    #[test]
    fn what_is_no_character_says_its_line() {
        let error = read(b"a\nb\n\xff\xff\n", otherwise()).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (io::ErrorKind::InvalidData, "3"));
    }
}
