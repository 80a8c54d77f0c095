//! Several files as one: a ZIP, written to a temporary file before it is taken, since its end says where its parts are.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::runtime::Handle;
use tokio_util::io::ReaderStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{AppError, ErrorKind, Text};

/// Bytes read from the file at once.
const PIECE: usize = 64 * 1024;

/// A file that becomes part of an archive.
pub(crate) struct Part {
    /// What it is called there.
    pub(crate) name: String,
    /// Whether it is small already.
    pub(crate) is_packed: bool,
    /// What is in it. Nothing is read before its turn comes.
    pub(crate) body: BoxStream<'static, Result<Bytes, AppError>>,
}

/// Writes an archive of all parts into a file. Answers it and its length. Dropping the future ends that.
pub(crate) async fn archive(
    parts: Vec<Part>,
    into: File,
    tasks: &TaskTracker,
) -> Result<(BoxStream<'static, Result<Bytes, AppError>>, u64), AppError> {
    let gone = CancellationToken::new();
    let _ended_with_future = gone.clone().drop_guard();
    let writing = tasks.spawn_blocking(move || write(parts, into, &gone));
    let (file, length) = writing.await.map_err(AppError::internal)??;
    let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(file), PIECE);
    Ok((pieces.map_err(AppError::internal).boxed(), length))
}

fn write(parts: Vec<Part>, into: File, gone: &CancellationToken) -> Result<(File, u64), AppError> {
    let runtime = Handle::current();
    let mut archive = ZipWriter::new(BufWriter::new(into));
    for Part { name, is_packed, mut body } in parts {
        let method = if is_packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method).large_file(true);
        archive.start_file(name.as_str(), options).map_err(AppError::internal)?;
        while let Some(piece) = runtime.block_on(body.next()) {
            if gone.is_cancelled() {
                return Err(AppError::new(ErrorKind::Cancelled, "cancelled", Text::new("已停止", "Stopped")));
            }
            archive.write_all(&piece?).map_err(AppError::internal)?;
        }
    }
    let file = archive.finish().map_err(AppError::internal)?;
    let mut file = file.into_inner().map_err(|error| AppError::internal(error.into_error()))?;
    let length = file.stream_position().map_err(AppError::internal)?;
    file.seek(SeekFrom::Start(0)).map_err(AppError::internal)?;
    Ok((file, length))
}
