//! A file on its way from a form into a dataset, a piece at a time.
//!
//! Whose it becomes may be said by a field that comes after the file. Where it isn't known yet, the file waits on disk until it is.

use std::io::SeekFrom;

use axum::extract::Request;
use axum::extract::multipart::{Field, Multipart};
use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::{Map, Value};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::watch;
use uuid::Uuid;
use wenshu_core::accounts::Authority;
use wenshu_core::datasets::{DatasetDraft, DatasetUpload, Progress};
use wenshu_core::{Actor, AppError, Dataset, Text};

use super::dto::data::UploadFields;
use crate::http::parameters::read_pairs;
use crate::http::settings::Deps;
use crate::http::{protocol, upload};

/// Where it is said how far a file has come.
pub(super) type ProgressSender = watch::Sender<Progress>;

/// What a form may have around its file.
const AROUND_FILE: u64 = 64 * 1024;

/// The most bytes of a field beside the file.
const FIELD: usize = 16 * 1024;

/// Bytes that are read from disk at once.
const PIECE: usize = 256 * 1024;

/// A file that has arrived, or is arriving.
enum Taken {
    /// Into its dataset.
    Into { upload: DatasetUpload, actor: Actor },
    /// On disk, until it is known whose it is.
    Kept { file: File, file_name: String, progress: ProgressSender },
}

/// Reads the form and makes a dataset with this id of its file, saying how far it has come.
///
/// # Errors
///
/// 415, 413, 408; `Invalid` naming `file`, `name` or `user_name`; those of the dataset.
pub(super) async fn dataset(
    request: Request,
    deps: Deps,
    authority: Authority,
    id: Uuid,
    progress: ProgressSender,
) -> Result<Dataset, AppError> {
    let most = deps.app.datasets.limits().file_bytes;
    let limit = usize::try_from(most.saturating_add(AROUND_FILE)).unwrap_or(usize::MAX);
    let mut fields = read_pairs(request.uri().query().unwrap_or_default())?;
    // What is wrong with them is said before the file is read.
    UploadFields::of(&fields)?;
    let mut form = upload::multipart(request, limit).await?;
    let mut taken = None;
    let mut progress = Some(progress);
    while let Some(part) = next(&mut form, &deps, limit).await? {
        match part.name().map(str::to_owned) {
            Some(name) if name == "file" => {
                let Some(progress) = progress.take() else {
                    return Err(AppError::invalid("file", Text::new("只能有一个", "can be there only once")));
                };
                taken = Some(take(part, &deps, &authority, id, &fields, progress).await?);
            }
            Some(name) => {
                let content = upload::within_time(&deps, upload::content(part, FIELD)).await?;
                let text = String::from_utf8(content).map_err(|_| {
                    AppError::invalid(name.clone(), Text::new("必须是 UTF-8 编码", "must be UTF-8"))
                })?;
                fields.insert(name, Value::String(text));
            }
            None => {}
        }
    }
    let UploadFields { user_name, name } = UploadFields::of(&fields)?;
    let draft = DatasetDraft { name, description: None };
    match taken {
        None => Err(AppError::invalid("file", Text::new("不能为空", "is required"))),
        Some(Taken::Into { upload, actor }) => {
            if let Some(user_name) = user_name
                && deps.app.accounts.named(&authority, &user_name).await?.id != actor.id()
            {
                return Err(AppError::invalid(
                    "user_name",
                    Text::new("须放在文件之前", "must come before the file"),
                ));
            }
            upload.finish(draft).await
        }
        Some(Taken::Kept { mut file, file_name, progress }) => {
            let actor = deps.app.accounts.act_for_somebody(&authority, user_name.as_deref()).await?;
            let upload = deps.app.datasets.upload_as(&actor, id, &file_name, progress).await?;
            file.seek(SeekFrom::Start(0)).await.map_err(AppError::internal)?;
            loop {
                let mut piece = Vec::with_capacity(PIECE);
                let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await;
                if read.map_err(AppError::internal)? == 0 || !upload.write(Bytes::from(piece)).await {
                    break;
                }
            }
            upload.finish(draft).await
        }
    }
}

/// Reads a form that isn't wanted any more, to its end or as far as a form may be long: most clients look for an answer only when they have
/// sent it all.
///
/// # Errors
///
/// 408 past the time for a piece of it.
pub(super) async fn read_away(request: Request, deps: &Deps) -> Result<(), AppError> {
    let most = deps.app.datasets.limits().file_bytes.saturating_add(AROUND_FILE);
    let mut pieces = request.into_body().into_data_stream();
    let mut length = 0;
    while length <= most {
        match upload::within_time(deps, async { Ok(pieces.next().await) }).await? {
            Some(Ok(piece)) => length += piece.len() as u64,
            Some(Err(_)) | None => break,
        }
    }
    Ok(())
}

/// Takes the file: into its dataset where it is known whose that is, else on disk.
async fn take(
    mut part: Field<'_>,
    deps: &Deps,
    authority: &Authority,
    id: Uuid,
    fields: &Map<String, Value>,
    progress: ProgressSender,
) -> Result<Taken, AppError> {
    let file_name = part.file_name().filter(|name| !name.trim().is_empty()).unwrap_or("data").to_owned();
    let user_name = UploadFields::of(fields)?.user_name;
    let datasets = &deps.app.datasets;
    let most = datasets.limits().file_bytes;
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    if user_name.is_some() || authority.says_who() {
        let actor = deps.app.accounts.act_for_somebody(authority, user_name.as_deref()).await?;
        let upload = datasets.upload_as(&actor, id, &file_name, progress).await?;
        let mut is_wanted = true;
        // What isn't wanted any more is read all the same, within the limit: most clients look for an answer only when they have sent it
        // all.
        while let Some(piece) = piece(&mut part, deps, limit).await? {
            is_wanted = is_wanted && upload.write(piece).await;
        }
        return Ok(Taken::Into { upload, actor });
    }
    let mut file = File::from_std(datasets.scratch()?);
    let mut length = 0;
    while let Some(piece) = piece(&mut part, deps, limit).await? {
        length += piece.len() as u64;
        if length > most {
            return Err(protocol::payload_too_large(Some(limit)));
        }
        file.write_all(&piece).await.map_err(AppError::internal)?;
    }
    file.flush().await.map_err(AppError::internal)?;
    Ok(Taken::Kept { file, file_name, progress })
}

async fn next<'form>(
    form: &'form mut Multipart,
    deps: &Deps,
    limit: usize,
) -> Result<Option<Field<'form>>, AppError> {
    upload::within_time(deps, async {
        form.next_field().await.map_err(|error| upload::broken(&error, limit))
    })
    .await
}

async fn piece(part: &mut Field<'_>, deps: &Deps, limit: usize) -> Result<Option<Bytes>, AppError> {
    upload::within_time(deps, async { part.chunk().await.map_err(|error| upload::broken(&error, limit)) })
        .await
}
