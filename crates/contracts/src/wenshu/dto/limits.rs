//! Bodies of `/limits`.

use serde::Serialize;
use utoipa::ToSchema;
use wenshu_core::datasets::DatasetRoom;

/// How much the caller may upload.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Limits)]
pub struct LimitsDto {
    /// The most bytes of a file that becomes a dataset.
    dataset_file_bytes: u64,
    /// The most bytes that all datasets of the caller may take, as they are stored.
    dataset_total_bytes: u64,
    /// The bytes that they take.
    dataset_used_bytes: u64,
}

impl From<DatasetRoom> for LimitsDto {
    fn from(room: DatasetRoom) -> Self {
        let DatasetRoom { file_bytes, total_bytes, used_bytes } = room;
        Self {
            dataset_file_bytes: file_bytes,
            dataset_total_bytes: total_bytes,
            dataset_used_bytes: used_bytes,
        }
    }
}
