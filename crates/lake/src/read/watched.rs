//! Files that end when nobody wants to know any more what is in them, wherever a library has got with them.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use tokio_util::sync::CancellationToken;

/// A file until `gone` is cancelled.
pub(crate) struct Watched {
    pub(crate) file: File,
    pub(crate) gone: CancellationToken,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Not as something that was interrupted: that is tried again.
        if self.gone.is_cancelled() { Err(io::ErrorKind::BrokenPipe.into()) } else { self.file.read(buffer) }
    }
}

impl Seek for Watched {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_when_it_is_said() {
        let gone = CancellationToken::new();
        let file = tempfile::tempfile().unwrap();
        file.set_len(100).unwrap();
        let mut watched = Watched { file, gone: gone.clone() };
        let mut content = Vec::new();
        (&mut watched).take(10).read_to_end(&mut content).unwrap();
        gone.cancel();
        assert_eq!(watched.read_to_end(&mut content).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(content.len(), 10);
    }
}
