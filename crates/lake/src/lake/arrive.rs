//! Files on their way in: kept as they come, and surveyed on the way where they are text.

use std::io;

use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream::Fuse;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use wenshu_sources::datasets::{ByteStream, ImportError, Imported, ImportedTable, Upload};

use super::DataLake;
use super::later::Recipe;
use super::make::{Making, columns_of, finished, import_error, path_of};
use super::text::Text;
use crate::read::{Plan, ReadError, detect};
use crate::storage::{failed_on, reading, unreachable};

impl DataLake {
    /// Keeps the file as it comes and surveys it if it is text; then makes its tables.
    pub(super) async fn take_in(&self, upload: Upload) -> Result<Imported, ImportError> {
        let Upload { folder, file_name, most_bytes, room, gone, bytes, progress } = upload;
        // A small one is over with its beginning, and is asked for more all the same.
        let mut bytes = bytes.fuse();
        let mut head = BytesMut::new();
        let mut is_whole = true;
        while let Some(piece) = next_of(&mut bytes, &gone).await {
            head.extend_from_slice(&piece.map_err(ImportError::BrokenOff)?);
            if head.len() >= detect::HEAD {
                is_whole = false;
                break;
            }
        }
        let head = head.freeze();
        let looked_at = head.slice(..head.len().min(detect::HEAD));
        let kind = detect::kind(&looked_at, &file_name)?;
        let text = Text::of(kind, &looked_at, is_whole, &file_name);
        let original = format!("{folder}/original");
        let mut file = self.maker.storage.begin(&original);
        let (survey, mut surveying) = match text.clone() {
            Some(text) => {
                let (sender, reader) = reading();
                let surveying = self.maker.tasks.spawn_blocking(move || text.survey(reader));
                (Some(sender), Some(surveying))
            }
            None => (None, None),
        };
        let mut survey = survey;
        let mut plan = None;
        let mut length = 0;
        let mut next = Some(Ok(head));
        let received = loop {
            let Some(piece) = next else { break Ok(()) };
            let piece: Bytes = match piece {
                Ok(piece) => piece,
                Err(error) => break Err(ImportError::BrokenOff(error)),
            };
            length += piece.len() as u64;
            if length > most_bytes {
                break Err(ImportError::TooLarge { most_bytes });
            }
            if room.take(piece.len() as u64).is_err() {
                break Err(ImportError::NoRoom);
            }
            progress.send_modify(|progress| progress.received = length);
            // Whoever surveys has gone when something is wrong. More of the file isn't wanted then.
            if let Some(sender) = &survey
                && sender.send(Some(piece.clone())).await.is_err()
            {
                survey = None;
                match surveyed(surveying.take(), text.as_ref()).await {
                    Ok(found) => plan = found,
                    Err(error) => break Err(error),
                }
            }
            if let Err(error) = file.put(piece).await {
                break Err(unreachable(&error).into());
            }
            next = next_of(&mut bytes, &gone).await;
        };
        if let Some(sender) = survey {
            let end = if received.is_ok() { sender.send(None).await } else { Ok(()) };
            drop((sender, end));
        }
        if let Err(error) = received {
            let _ = file.abort().await;
            return Err(error);
        }
        match surveyed(surveying.take(), text.as_ref()).await {
            Ok(found) => plan = found.or(plan),
            Err(error) => {
                let _ = file.abort().await;
                return Err(error);
            }
        }
        file.shutdown().await.map_err(|error| failed_on(&error))?;
        let text = match (text, plan) {
            (None, _) => None,
            (Some(text), Some(plan)) => Some((text, plan)),
            (Some(text), None) => {
                let text = text.otherwise(&looked_at, is_whole, &file_name);
                let again = self.maker.storage.file(&original).await.map_err(|error| failed_on(&error))?;
                let surveyed = text.clone();
                let plan = finished(self.maker.tasks.spawn_blocking(move || surveyed.survey(again)).await);
                Some((text, plan.map_err(import_error)?))
            }
        };
        progress.send_modify(|progress| progress.is_whole = true);
        if length >= self.later_from
            && let Some((text, plan)) = text
        {
            let table = ImportedTable {
                sheet: None,
                path: path_of(&folder, 0),
                columns: columns_of(&plan),
                rows: plan.rows,
            };
            progress.send_modify(|progress| progress.rows_in_all = Some(plan.rows));
            // The table counts as much again, which is more than it usually takes.
            room.take(length).map_err(|_| ImportError::NoRoom)?;
            let recipe = Recipe { kind, file_name, bytes: length };
            self.later.keep(&folder, &recipe).await?;
            self.later.begin(&folder, recipe, Some((text, plan)));
            return Ok(Imported { kind, original: Some(original), bytes: 2 * length, tables: vec![table] });
        }
        let making = Making { folder, room, progress, gone: gone.child_token() };
        // Whoever stops waiting ends it.
        let _ended_with_future = making.gone.clone().drop_guard();
        let tables = self.maker.tables(&making, kind, text).await?;
        let bytes = length + tables.iter().map(|(_, bytes)| bytes).sum::<u64>();
        let tables = tables.into_iter().map(|(table, _)| table).collect();
        Ok(Imported { kind, original: Some(original), bytes, tables })
    }
}

/// The next piece of a file; an error when nothing more is to come of it.
async fn next_of(bytes: &mut Fuse<ByteStream>, gone: &CancellationToken) -> Option<io::Result<Bytes>> {
    tokio::select! {
        biased;
        () = gone.cancelled() => Some(Err(io::ErrorKind::BrokenPipe.into())),
        piece = bytes.next() => piece,
    }
}

/// What the survey of a file found, if there was one; nothing where the rest of the file may tell another encoding.
async fn surveyed(
    surveying: Option<JoinHandle<Result<Plan, ReadError>>>,
    text: Option<&Text>,
) -> Result<Option<Plan>, ImportError> {
    let Some(surveying) = surveying else { return Ok(None) };
    match finished(surveying.await) {
        Ok(plan) => Ok(Some(plan)),
        Err(ReadError::NotUtf8(_)) if text.is_some_and(Text::may_be_otherwise) => Ok(None),
        Err(fault) => Err(import_error(fault)),
    }
}
