//! `/data`: datasets, which are files and rows that users bring to ask questions about.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use futures::TryStreamExt as _;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, StatusCode};
use tokio::sync::watch;
use uuid::Uuid;
use wenshu_core::accounts::Authority;
use wenshu_core::datasets::{Download, Progress};
use wenshu_core::{AppError, Dataset, ErrorKind};

use super::dto::data::{CreateBody, CreateRequest, DataParameters, DatasetDto, DownloadParameters, What};
use super::dto::fields::UserParameters;
use super::envelope::{done, success};
use super::progress::{self, UploadEventId};
use super::upload;
use crate::http::attachment::disposition_of_file;
use crate::http::caller::OnAuthority;
use crate::http::extract::Json;
use crate::http::failure::Failure;
use crate::http::language::Spoken;
use crate::http::parameters::Parameters;
use crate::http::settings::Deps;
use crate::http::sse::last_event_id;

/// `POST /data/upload`
pub async fn upload(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Spoken(language): Spoken,
    request: Request,
) -> Result<Response, Failure> {
    let (sender, progress) = watch::channel(Progress::default());
    let wants_events = progress::is_wanted(request.headers());
    if wants_events && let Some(last) = last_event_id::<UploadEventId>(request.headers()) {
        // Of an upload that broke off or was refused nothing is kept: it begins anew.
        if let Some(dataset) = made(&deps, &authority, last.dataset()).await? {
            upload::read_away(request, &deps).await?;
            let was_told = last.is_end();
            return Ok(if was_told {
                StatusCode::NO_CONTENT.into_response()
            } else {
                progress::made(&dataset)
            });
        }
    }
    let keep_alive = deps.settings.keep_alive;
    let id = deps.app.datasets.new_id();
    let work = upload::dataset(request, deps, authority, id, sender);
    if wants_events {
        return Ok(progress::respond(work, id, progress, language, keep_alive));
    }
    Ok(success(&DatasetDto::from(&work.await?)))
}

/// The dataset that an upload has become, if it is the caller's.
async fn made(deps: &Deps, authority: &Authority, id: Uuid) -> Result<Option<Dataset>, AppError> {
    let found = async {
        let actor = deps.app.accounts.act_for_owner_of_dataset(authority, id).await?;
        deps.app.datasets.find(&actor, id).await
    };
    match found.await {
        Ok(dataset) => Ok(Some(dataset)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// `POST /data/create`
pub async fn create(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Json(body): Json<CreateBody>,
) -> Result<Response, Failure> {
    let CreateRequest { user_name, draft, what } = body.into_request()?;
    let actor = deps.app.accounts.act_for_somebody(&authority, user_name.as_deref()).await?;
    let datasets = &deps.app.datasets;
    let dataset = match what {
        What::Rows(rows) => datasets.create(&actor, draft, rows).await?,
        What::Query { sql, connection } => {
            let created = datasets.create_from_query(&actor, draft, &sql, connection).await;
            // The field is called otherwise where a question is asked.
            let name = |field: &str| if field == "connection_id" { "connection" } else { field }.to_owned();
            created.map_err(|error| error.map_fields(name))?
        }
    };
    Ok(success(&DatasetDto::from(&dataset)))
}

/// `POST /data/download`
pub async fn download(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<DownloadParameters>,
) -> Result<Response, Failure> {
    let (id, format, table) = parameters.into_parts()?;
    let actor = deps.app.accounts.act_for_owner_of_dataset(&authority, id).await?;
    let download = deps.app.datasets.download(&actor, id, format, table.as_deref()).await?;
    Ok(file(download))
}

/// `POST /data/delete`
pub async fn delete(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<DataParameters>,
) -> Result<Response, Failure> {
    let id = parameters.into_id()?;
    let actor = deps.app.accounts.act_for_owner_of_dataset(&authority, id).await?;
    deps.app.datasets.delete(&actor, id).await?;
    Ok(done())
}

/// `POST /data/list`
pub async fn list(
    State(deps): State<Deps>,
    OnAuthority(authority): OnAuthority,
    Parameters(parameters): Parameters<UserParameters>,
) -> Result<Response, Failure> {
    let actor = deps.app.accounts.act_for_named(&authority, &parameters.into_name()?).await?;
    let datasets = deps.app.datasets.list(&actor).await?;
    Ok(success(&datasets.iter().map(DatasetDto::from).collect::<Vec<_>>()))
}

/// A file as a response. A body that breaks off ends the connection, so that nobody takes it for whole.
fn file(download: Download) -> Response {
    let Download { file_name, content_type, length, body } = download;
    let mut response = Response::new(Body::from_stream(body.into_stream()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&disposition_of_file(&file_name)) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    if let Some(length) = length {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}
