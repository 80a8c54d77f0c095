//! Failures of HTTP itself, as errors with codes, so that a contract maps them in the same table as all others.

use std::time::Duration;

use http::StatusCode;
use wenshu_core::{AppError, ErrorKind, Text};

/// The request is no good HTTP, or lacks what HTTP asks for. 400.
pub const BAD_REQUEST: &str = "bad_request";
/// No route has this path. 404.
pub const ROUTE_NOT_FOUND: &str = "route_not_found";
/// The path knows other methods. 405.
pub const METHOD_NOT_ALLOWED: &str = "method_not_allowed";
/// The body didn't arrive in time. 408.
pub const REQUEST_TIMEOUT: &str = "request_timeout";
/// The body is too large. 413.
pub const PAYLOAD_TOO_LARGE: &str = "payload_too_large";
/// The address is too long. 414.
pub const URI_TOO_LONG: &str = "uri_too_long";
/// The body isn't what the route takes. 415.
pub const UNSUPPORTED_MEDIA_TYPE: &str = "unsupported_media_type";
/// The headers are too large. 431.
pub const HEADERS_TOO_LARGE: &str = "headers_too_large";
/// A page of another origin made the browser ask. 403.
pub const FOREIGN_ORIGIN: &str = "foreign_origin";
/// The server isn't known under this name. 403.
pub const UNKNOWN_HOST: &str = "unknown_host";

/// Every code of this module.
pub const CODES: [&str; 10] = [
    BAD_REQUEST,
    ROUTE_NOT_FOUND,
    METHOD_NOT_ALLOWED,
    REQUEST_TIMEOUT,
    PAYLOAD_TOO_LARGE,
    URI_TOO_LONG,
    UNSUPPORTED_MEDIA_TYPE,
    HEADERS_TOO_LARGE,
    FOREIGN_ORIGIN,
    UNKNOWN_HOST,
];

/// The status of a code from this module; `None` for all other codes.
pub fn status(code: &str) -> Option<StatusCode> {
    Some(match code {
        BAD_REQUEST => StatusCode::BAD_REQUEST,
        ROUTE_NOT_FOUND => StatusCode::NOT_FOUND,
        METHOD_NOT_ALLOWED => StatusCode::METHOD_NOT_ALLOWED,
        REQUEST_TIMEOUT => StatusCode::REQUEST_TIMEOUT,
        PAYLOAD_TOO_LARGE => StatusCode::PAYLOAD_TOO_LARGE,
        URI_TOO_LONG => StatusCode::URI_TOO_LONG,
        UNSUPPORTED_MEDIA_TYPE => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        HEADERS_TOO_LARGE => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        FOREIGN_ORIGIN | UNKNOWN_HOST => StatusCode::FORBIDDEN,
        _ => return None,
    })
}

/// What a bare status means, for responses that no handler of ours made.
pub fn error_of_status(status: StatusCode) -> AppError {
    match status {
        StatusCode::NOT_FOUND => route_not_found(),
        StatusCode::METHOD_NOT_ALLOWED => method_not_allowed(),
        StatusCode::REQUEST_TIMEOUT => request_timeout(),
        StatusCode::PAYLOAD_TOO_LARGE => payload_too_large(None),
        StatusCode::URI_TOO_LONG => uri_too_long(),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => unsupported_media_type(),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => headers_too_large(),
        status if status.is_client_error() => bad_request(),
        status => AppError::internal(UnexplainedStatus(status)),
    }
}

/// A response with an error status that says no reason.
#[derive(Clone, Copy, Debug)]
struct UnexplainedStatus(StatusCode);

impl std::fmt::Display for UnexplainedStatus {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "a response with status {} said no reason", self.0)
    }
}

impl std::error::Error for UnexplainedStatus {}

/// 400.
pub fn bad_request() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        BAD_REQUEST,
        Text::new("请求不符合 HTTP 规范", "The request is not well-formed HTTP"),
    )
}

/// 404.
pub fn route_not_found() -> AppError {
    AppError::new(
        ErrorKind::NotFound,
        ROUTE_NOT_FOUND,
        Text::new("接口不存在，请检查请求地址", "There is no such route; check the address"),
    )
}

/// 405.
pub fn method_not_allowed() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        METHOD_NOT_ALLOWED,
        Text::new(
            "该地址不支持此请求方法，可用方法见 Allow 响应头",
            "This route does not take this method; the Allow header names those it takes",
        ),
    )
}

/// 408.
pub fn request_timeout() -> AppError {
    AppError::new(
        ErrorKind::Timeout,
        REQUEST_TIMEOUT,
        Text::new("请求体没有在规定时间内传完", "The request body did not arrive in time"),
    )
}

/// 413, naming the limit in bytes where it is known.
pub fn payload_too_large(limit: Option<usize>) -> AppError {
    let text = match limit {
        Some(limit) => Text::new(
            format!("请求体过大，上限为 {limit} 字节"),
            format!("The request body is too large; the limit is {limit} bytes"),
        ),
        None => Text::new("请求体过大", "The request body is too large"),
    };
    AppError::new(ErrorKind::Invalid, PAYLOAD_TOO_LARGE, text)
}

/// 414.
pub fn uri_too_long() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        URI_TOO_LONG,
        Text::new(
            "请求地址过长，请改用 POST 把参数放在请求体中",
            "The address is too long; send the parameters in the body of a POST",
        ),
    )
}

/// 415.
pub fn unsupported_media_type() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        UNSUPPORTED_MEDIA_TYPE,
        Text::new(
            "请求体必须是 JSON，请设置 Content-Type: application/json",
            "The body must be JSON; send Content-Type: application/json",
        ),
    )
}

/// 415, where a form is wanted.
pub fn not_a_form() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        UNSUPPORTED_MEDIA_TYPE,
        Text::new(
            "请求体必须是表单，请设置 Content-Type: application/x-www-form-urlencoded",
            "The body must be a form; send Content-Type: application/x-www-form-urlencoded",
        ),
    )
}

/// 415, where parameters are wanted.
pub fn neither_json_nor_form() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        UNSUPPORTED_MEDIA_TYPE,
        Text::new(
            "请求体必须是 JSON 或表单，请设置 Content-Type",
            "The body must be JSON or a form; say which in Content-Type",
        ),
    )
}

/// 415, where a form with a file is wanted.
pub fn not_multipart() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        UNSUPPORTED_MEDIA_TYPE,
        Text::new("请求体必须是 multipart/form-data 表单", "The body must be a multipart/form-data form"),
    )
}

/// 431.
pub fn headers_too_large() -> AppError {
    AppError::new(
        ErrorKind::Invalid,
        HEADERS_TOO_LARGE,
        Text::new("请求头过大", "The request headers are too large"),
    )
}

/// 403 for a page of another origin.
pub fn foreign_origin() -> AppError {
    AppError::new(
        ErrorKind::Forbidden,
        FOREIGN_ORIGIN,
        Text::new(
            "不允许来自该来源的网页访问，可在服务器的 cors_origins 配置中添加",
            "Pages of this origin may not call this server; its cors_origins setting can allow them",
        ),
    )
}

/// 403 for a name the server isn't known under.
pub fn unknown_host() -> AppError {
    AppError::new(
        ErrorKind::Forbidden,
        UNKNOWN_HOST,
        Text::new(
            "服务器不接受该 Host，可在服务器的 hosts 配置中添加",
            "The server does not answer to this Host; its hosts setting can add it",
        ),
    )
}

/// A wait as `Retry-After` wants it: whole seconds, at least one, never shorter than the wait.
pub fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}
