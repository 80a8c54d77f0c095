//! Files of Arrow IPC, of either form.
//!
//! Their library sets aside as many bytes as a file says that it needs. What it says is compared with what there is before, and what is
//! packed with what it may take unpacked.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use arrow::array::RecordBatchReader;
use arrow::ipc::reader::{FileReader, StreamReader};
use arrow::ipc::{CompressionType, Message, RecordBatch, root_as_footer, root_as_message};
use lz4_flex::frame::FrameDecoder;
use wenshu_sources::datasets::Unreadable;

use super::{ReadError, columnar, most_unpacked};

/// What a file begins and ends with that isn't a stream.
const MAGIC: &[u8; 6] = b"ARROW1";

/// What a message of a stream begins with, since the format's version 0.15.
const CONTINUATION: u32 = u32::MAX;

/// Opens a file of Arrow IPC.
pub(crate) fn open(mut file: File) -> Result<Box<dyn RecordBatchReader>, ReadError> {
    let broken = || Unreadable::new("这不是有效的 Arrow 文件", "this isn't an Arrow file that can be read");
    let length = file.metadata().map_err(ReadError::Input)?.len();
    let mut magic = [0; 6];
    file.read_exact(&mut magic).map_err(|_| broken())?;
    let is_file = &magic == MAGIC;
    let mut file = BufReader::new(file);
    let mut scale = Scale { most: most_unpacked(length), dictionaries: 0, is_too_much: false };
    let fits = if is_file {
        blocks_fit(&mut file, length, &mut scale)
    } else {
        messages_fit(&mut file, length, &mut scale)
    };
    let fits = fits.map_err(|_| broken())?;
    if scale.is_too_much {
        return Err(columnar::unpacked_at_once().into());
    }
    if !fits {
        return Err(broken().into());
    }
    file.seek(SeekFrom::Start(0)).map_err(ReadError::Input)?;
    Ok(if is_file {
        Box::new(FileReader::try_new(file, None).map_err(|_| broken())?)
    } else {
        Box::new(StreamReader::try_new(file, None).map_err(|_| broken())?)
    })
}

/// Whether everything that the footer names is within the file.
fn blocks_fit(file: &mut (impl Read + Seek), length: u64, scale: &mut Scale) -> io::Result<bool> {
    const END: u64 = 4 + MAGIC.len() as u64;
    file.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    let footer_length = u64::from(number(file)?);
    if footer_length + END > length {
        return Ok(false);
    }
    file.seek(SeekFrom::Start(length - END - footer_length))?;
    let footer = bytes(file, footer_length)?;
    let Ok(footer) = root_as_footer(&footer) else { return Ok(false) };
    let blocks =
        footer.recordBatches().into_iter().flatten().chain(footer.dictionaries().into_iter().flatten());
    for block in blocks {
        let sizes = [block.offset(), i64::from(block.metaDataLength()), block.bodyLength()];
        let end = sizes.iter().try_fold(0_u64, |sum, size| sum.checked_add(u64::try_from(*size).ok()?));
        if end.is_none_or(|end| end > length) {
            return Ok(false);
        }
        let (at, size) = (block.offset().unsigned_abs(), u64::from(block.metaDataLength().unsigned_abs()));
        file.seek(SeekFrom::Start(at))?;
        let message = bytes(file, size)?;
        let start = if message.starts_with(&CONTINUATION.to_le_bytes()) { 8 } else { 4 };
        let Some(Ok(message)) = message.get(start..).map(root_as_message) else { return Ok(false) };
        if !scale.take(file, &message, at + size)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether every message of a stream is within it.
fn messages_fit(file: &mut (impl Read + Seek), length: u64, scale: &mut Scale) -> io::Result<bool> {
    let mut at = file.seek(SeekFrom::Start(0))?;
    while at + 4 <= length {
        let mut size = number(file)?;
        at += 4;
        if size == CONTINUATION {
            size = number(file)?;
            at += 4;
        }
        if size == 0 {
            return Ok(true);
        }
        if at + u64::from(size) > length {
            return Ok(false);
        }
        let message = bytes(file, u64::from(size))?;
        let Ok(message) = root_as_message(&message) else { return Ok(false) };
        let end =
            u64::try_from(message.bodyLength()).ok().and_then(|body| body.checked_add(at + u64::from(size)));
        let Some(end) = end.filter(|end| *end <= length) else { return Ok(false) };
        if !scale.take(file, &message, at + u64::from(size))? {
            return Ok(false);
        }
        at = file.seek(SeekFrom::Start(end))?;
    }
    Ok(true)
}

/// Weighs what messages take when they are unpacked.
struct Scale {
    most: u64,
    /// Those of dictionaries stay.
    dictionaries: u64,
    is_too_much: bool,
}

impl Scale {
    /// Whether a message whose body begins there takes no more than may be.
    fn take(&mut self, file: &mut (impl Read + Seek), message: &Message<'_>, body: u64) -> io::Result<bool> {
        if let Some(batch) = message.header_as_record_batch() {
            return self.batch(file, batch, body).map(|size| size.is_some());
        }
        if let Some(batch) = message.header_as_dictionary_batch().and_then(|batch| batch.data()) {
            let Some(size) = self.batch(file, batch, body)? else { return Ok(false) };
            self.dictionaries = self.dictionaries.saturating_add(size);
            self.is_too_much |= self.dictionaries > self.most;
        }
        Ok(!self.is_too_much)
    }

    /// What the buffers of a batch say that they take; nothing when that is too much, or isn't so.
    fn batch(
        &mut self,
        file: &mut (impl Read + Seek),
        batch: RecordBatch<'_>,
        body: u64,
    ) -> io::Result<Option<u64>> {
        /// Before what is packed stands what it takes unpacked.
        const BEFORE: u64 = 8;
        let Some(compression) = batch.compression() else { return Ok(Some(0)) };
        let mut sum: u64 = 0;
        for buffer in batch.buffers().into_iter().flatten() {
            let (Ok(offset), Ok(length)) = (u64::try_from(buffer.offset()), u64::try_from(buffer.length()))
            else {
                return Ok(None);
            };
            let Some(at) = body.checked_add(offset) else { return Ok(None) };
            if length < BEFORE {
                continue;
            }
            file.seek(SeekFrom::Start(at))?;
            let mut said = [0; 8];
            file.read_exact(&mut said)?;
            // Below nothing is what isn't packed.
            let Ok(said) = u64::try_from(i64::from_le_bytes(said)) else { continue };
            sum = sum.saturating_add(said);
            if sum > self.most {
                self.is_too_much = true;
                return Ok(None);
            }
            // Of this kind the library unpacks whatever there is.
            if compression.codec() == CompressionType::LZ4_FRAME && said > 0 {
                let packed = FrameDecoder::new(file.by_ref().take(length - BEFORE));
                if io::copy(&mut packed.take(said + 1), &mut io::sink())? > said {
                    return Ok(None);
                }
            }
        }
        Ok(Some(sum))
    }
}

fn number(file: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn bytes(file: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
