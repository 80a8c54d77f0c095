//! The routes, grouped by what they are about. The router and the document are made from this table and from nothing else.

use std::sync::LazyLock;

use http::StatusCode;

use super::dto::codes::CodesDto;
use super::dto::connections::{ConnectionTestDto, SharedConnectionDto, SharedConnectionsDto};
use super::dto::limits::LimitsDto;
use super::dto::models::{ModelTestDto, SharedModelDto, SharedModelsDto};
use super::dto::sessions::{EndedDto, SessionsDto};
use super::dto::usage::UsageDto;
use super::openapi::{gone, made, thing};
use super::{connections, models, server, sessions};
use crate::http::caller::Access::Caller;
use crate::http::operation::Section;
use crate::http::route::Route;

const CONFLICT: StatusCode = StatusCode::CONFLICT;
const BAD_GATEWAY: StatusCode = StatusCode::BAD_GATEWAY;

const SESSIONS: Section =
    Section { name: "sessions", description: "Where an account is signed in · 登录会话" };
const SHARED_MODELS: Section = Section {
    name: "shared models",
    description: "Models that everybody is offered, for admins · 共享模型（管理员）",
};
const SHARED_CONNECTIONS: Section = Section {
    name: "shared connections",
    description: "Databases that everybody may ask, for admins · 共享数据库连接（管理员）",
};
const SERVER: Section = Section {
    name: "server",
    description: "What the server gave, what was used of it, and what it allows · 服务器",
};

/// Every route of this contract.
pub static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| [of_sessions(), of_models(), of_connections(), of_server()].concat());

fn of_sessions() -> Vec<Route> {
    vec![
        Route::get(
            "/wenshu/v1/sessions",
            Caller,
            sessions::list,
            SESSIONS.operation(
                "listSessions",
                "The caller's sessions that are still good · 获取登录会话列表",
                thing::<SessionsDto<'_>>(),
            ),
        ),
        Route::delete(
            "/wenshu/v1/sessions",
            Caller,
            sessions::end_others,
            SESSIONS.operation(
                "endOtherSessions",
                "End all of the caller's sessions but this one · 退出其他所有会话",
                thing::<EndedDto>(),
            ),
        ),
        Route::delete(
            "/wenshu/v1/sessions/{id}",
            Caller,
            sessions::end,
            SESSIONS
                .operation("endSession", "End one of the caller's sessions · 退出会话", gone())
                .explained("Its access and refresh tokens are refused at once. The one of this request can be ended too."),
        ),
    ]
}

fn of_models() -> Vec<Route> {
    vec![
        Route::get(
            "/wenshu/v1/shared/models",
            Caller,
            models::list,
            SHARED_MODELS.operation(
                "listSharedModels",
                "The models that everybody is offered · 获取共享模型列表",
                thing::<SharedModelsDto<'_>>(),
            ),
        ),
        Route::post(
            "/wenshu/v1/shared/models",
            Caller,
            models::add,
            SHARED_MODELS
                .operation(
                    "addSharedModel",
                    "Offer a model to everybody · 添加共享模型",
                    made::<SharedModelDto<'_>>(),
                )
                .requires(&["name", "provider", "model_id"]),
        ),
        Route::put(
            "/wenshu/v1/shared/models/{id}",
            Caller,
            models::change,
            SHARED_MODELS
                .operation(
                    "changeSharedModel",
                    "Change a shared model · 修改共享模型",
                    thing::<SharedModelDto<'_>>(),
                )
                .explained(
                    "What isn't sent stays. One of the server's configuration is changed there alone: 403.",
                )
                .fails([CONFLICT]),
        ),
        Route::delete(
            "/wenshu/v1/shared/models/{id}",
            Caller,
            models::remove,
            SHARED_MODELS
                .operation("deleteSharedModel", "Offer a model no longer · 删除共享模型", gone())
                .explained("What it answered stays."),
        ),
        Route::post(
            "/wenshu/v1/shared/models/{id}/test",
            Caller,
            models::test,
            SHARED_MODELS.operation(
                "testSharedModel",
                "Try a shared model, with a question of few tokens · 测试共享模型",
                thing::<ModelTestDto<'_>>(),
            ),
        ),
    ]
}

fn of_connections() -> Vec<Route> {
    vec![
        Route::get(
            "/wenshu/v1/shared/connections",
            Caller,
            connections::list,
            SHARED_CONNECTIONS.operation(
                "listSharedConnections",
                "The databases that everybody may ask · 获取共享数据库连接列表",
                thing::<SharedConnectionsDto<'_>>(),
            ),
        ),
        Route::post(
            "/wenshu/v1/shared/connections",
            Caller,
            connections::add,
            SHARED_CONNECTIONS
                .operation(
                    "addSharedConnection",
                    "Let everybody ask a database · 添加共享数据库连接",
                    made::<SharedConnectionDto<'_>>(),
                )
                .requires(&["name", "driver", "database"]),
        ),
        Route::put(
            "/wenshu/v1/shared/connections/{id}",
            Caller,
            connections::change,
            SHARED_CONNECTIONS
                .operation(
                    "changeSharedConnection",
                    "Change a shared connection · 修改共享数据库连接",
                    thing::<SharedConnectionDto<'_>>(),
                )
                .explained("What isn't sent stays. The demo database can't be changed: 403.")
                .fails([CONFLICT]),
        ),
        Route::delete(
            "/wenshu/v1/shared/connections/{id}",
            Caller,
            connections::remove,
            SHARED_CONNECTIONS
                .operation(
                    "deleteSharedConnection",
                    "Let a database be asked no longer · 删除共享数据库连接",
                    gone(),
                )
                .explained("What was answered from it stays."),
        ),
        Route::post(
            "/wenshu/v1/shared/connections/{id}/test",
            Caller,
            connections::test,
            SHARED_CONNECTIONS
                .operation(
                    "testSharedConnection",
                    "Try a shared connection · 测试共享数据库连接",
                    thing::<ConnectionTestDto<'_>>(),
                )
                .fails([BAD_GATEWAY, StatusCode::UNPROCESSABLE_ENTITY]),
        ),
    ]
}

fn of_server() -> Vec<Route> {
    vec![
        Route::get(
            "/wenshu/v1/codes",
            Caller,
            server::codes,
            SERVER.operation("listCodes", "Codes that were made, for admins · 获取兑换码列表（管理员）", thing::<CodesDto<'_>>()),
        ),
        Route::get(
            "/wenshu/v1/usage",
            Caller,
            server::usage,
            SERVER
                .operation(
                    "getUsage",
                    "Answers, tokens and credits over time, for admins · 用量统计（管理员）",
                    thing::<UsageDto<'_>>(),
                )
                .explained(
                    "What was used stays counted when conversations or users are deleted. A run counts on the day on which it began.",
                ),
        ),
        Route::get(
            "/wenshu/v1/limits",
            Caller,
            server::limits,
            SERVER.operation("getLimits", "How much the caller may upload · 获取上传限额", thing::<LimitsDto>()),
        ),
    ]
}
