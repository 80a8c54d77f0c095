//! Files of text: how one is read, found from its beginning, and its rows.

use std::io::Read;

use wenshu_sources::datasets::FileKind;

use crate::read::delimited::Layout;
use crate::read::{Plan, ReadError, Sink, Survey, delimited, encoding, json};

/// A file of text, and how it is read.
#[derive(Clone)]
pub(super) enum Text {
    Delimited(Layout),
    Json { written: encoding::Written, is_array: bool },
}

impl Text {
    pub(super) fn of(kind: FileKind, head: &[u8], is_whole: bool, file_name: &str) -> Option<Self> {
        match kind {
            FileKind::Delimited => Some(Self::Delimited(Layout::of(head, is_whole, file_name))),
            FileKind::Json | FileKind::NdJson => {
                let written = encoding::detect(head, is_whole);
                Some(Self::Json { written, is_array: kind == FileKind::Json })
            }
            FileKind::Parquet | FileKind::Arrow | FileKind::Xlsx | FileKind::Rows => None,
        }
    }

    /// Whether its beginning says nothing of its encoding.
    pub(super) fn may_be_otherwise(&self) -> bool {
        matches!(self, Self::Delimited(layout) if layout.written.is_open)
    }

    /// The same in the encoding that it has if it isn't UTF-8.
    pub(super) fn otherwise(&self, head: &[u8], is_whole: bool, file_name: &str) -> Self {
        match self {
            Self::Delimited(_) => {
                Self::Delimited(Layout::written(head, is_whole, file_name, encoding::otherwise()))
            }
            Self::Json { is_array, .. } => Self::Json { written: encoding::otherwise(), is_array: *is_array },
        }
    }

    pub(super) fn survey(&self, input: impl Read + Send) -> Result<Plan, ReadError> {
        let mut survey = Survey::default();
        match self {
            Self::Delimited(layout) => delimited::read(input, *layout, &mut survey)?,
            Self::Json { written, is_array } => json::read(input, *written, *is_array, &mut survey)?,
        }
        Ok(survey.finish())
    }

    pub(super) fn read(&self, input: impl Read + Send, writer: &mut dyn Sink) -> Result<(), ReadError> {
        match self {
            Self::Delimited(layout) => delimited::read(input, *layout, writer),
            Self::Json { written, is_array } => json::read(input, *written, *is_array, writer),
        }
    }
}
