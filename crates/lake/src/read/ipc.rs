//! Files of Arrow IPC, of either form.
//!
//! Their library sets aside as many bytes as a file says that it needs. What it says is compared with what there is before.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use arrow::array::RecordBatchReader;
use arrow::ipc::reader::{FileReader, StreamReader};
use arrow::ipc::{root_as_footer, root_as_message};
use wenshu_sources::datasets::Unreadable;

use super::ReadError;

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
    let fits = if is_file { blocks_fit(&mut file, length) } else { messages_fit(&mut file, length) };
    if !fits.map_err(|_| broken())? {
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
fn blocks_fit(file: &mut (impl Read + Seek), length: u64) -> io::Result<bool> {
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
    let mut blocks = blocks.map(|block| {
        let sizes = [block.offset(), i64::from(block.metaDataLength()), block.bodyLength()];
        sizes.iter().try_fold(0_u64, |sum, size| sum.checked_add(u64::try_from(*size).ok()?))
    });
    Ok(blocks.all(|end| end.is_some_and(|end| end <= length)))
}

/// Whether every message of a stream is within it.
fn messages_fit(file: &mut (impl Read + Seek), length: u64) -> io::Result<bool> {
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
        at = file.seek(SeekFrom::Start(end))?;
    }
    Ok(true)
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
