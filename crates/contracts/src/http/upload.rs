//! Files in multipart forms, read within limits before anything looks at them.

use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use http::StatusCode;
use url::form_urlencoded::Serializer;
use wenshu_core::{AppError, Text};

use super::protocol;
use super::settings::Deps;

/// What a form may have around the content of its file: boundaries, headers, small fields.
const FORM_AROUND_FILE: usize = 64 * 1024;

/// The content of the part of this name, at most so many bytes.
///
/// # Errors
///
/// 415 when it is no multipart form, 413 past the limit, 408 past the time for bodies; `Invalid` naming the part when it isn't there.
pub async fn file_part(
    request: Request,
    deps: &Deps,
    name: &'static str,
    limit: usize,
) -> Result<Vec<u8>, AppError> {
    let reading = async {
        let mut form = multipart(request, limit + FORM_AROUND_FILE).await?;
        while let Some(part) = form.next_field().await.map_err(|error| broken(&error, limit))? {
            if part.name() == Some(name) {
                return content(part, limit).await;
            }
        }
        Err(AppError::invalid(name, Text::new("不能为空", "is required")))
    };
    within_time(deps, reading).await
}

/// The fields of a multipart form, written as a form of the other kind.
///
/// # Errors
///
/// As [`file_part`] has them.
pub async fn fields(request: Request, deps: &Deps) -> Result<String, AppError> {
    let limit = deps.settings.body_limit;
    let reading = async {
        let mut form = multipart(request, limit).await?;
        let mut fields = Vec::new();
        while let Some(part) = form.next_field().await.map_err(|error| broken(&error, limit))? {
            let Some(name) = part.name().map(str::to_owned) else { continue };
            let content = content(part, limit).await?;
            let text = String::from_utf8(content).map_err(|_| {
                AppError::invalid(name.clone(), Text::new("必须是 UTF-8 编码", "must be UTF-8"))
            })?;
            fields.push((name, text));
        }
        Ok(Serializer::new(String::new()).extend_pairs(fields).finish())
    };
    within_time(deps, reading).await
}

/// The outcome of reading, which has the time for a whole body; of a body without end, each piece has it.
///
/// # Errors
///
/// 408 past the time.
pub async fn within_time<T>(
    deps: &Deps,
    reading: impl Future<Output = Result<T, AppError>>,
) -> Result<T, AppError> {
    let read = tokio::time::timeout(deps.settings.body_time, reading).await;
    read.unwrap_or_else(|_| Err(protocol::request_timeout()))
}

/// A form of several parts, of at most so many bytes.
///
/// # Errors
///
/// 415 when it is no multipart form.
pub async fn multipart(mut request: Request, limit: usize) -> Result<Multipart, AppError> {
    DefaultBodyLimit::max(limit).apply(&mut request);
    Multipart::from_request(request, &()).await.map_err(|rejection| match rejection {
        MultipartRejection::InvalidBoundary(_) => protocol::not_multipart(),
        _ => protocol::bad_request(),
    })
}

/// All of a part, at most so many bytes.
///
/// # Errors
///
/// 413 past the limit, and those of [`broken`].
pub async fn content(mut part: Field<'_>, limit: usize) -> Result<Vec<u8>, AppError> {
    let mut content = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| broken(&error, limit))? {
        if content.len() + chunk.len() > limit {
            return Err(protocol::payload_too_large(Some(limit)));
        }
        content.extend_from_slice(&chunk);
    }
    Ok(content)
}

/// Why a form could not be read on: 413 past the limit, `Invalid` when it isn't whole.
pub fn broken(error: &MultipartError, limit: usize) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => protocol::payload_too_large(Some(limit)),
        _ => AppError::invalid(
            "body",
            Text::new("不是完整的 multipart 表单", "is not a multipart form, or not a whole one"),
        ),
    }
}
