//! The routes, grouped by what they are about. The router and the document are made from this table and from nothing else.

use std::sync::LazyLock;

use http::StatusCode;

use super::dto::chat::{MessageDto, NewSessionDto, SessionDto};
use super::dto::data::{DatasetDto, UploadParameters};
use super::dto::stock::FavouriteDto;
use super::dto::users::{SignedInDto, UserDto};
use super::openapi::{done, events, file, list, over, success, uploaded};
use super::{chat, data, stock, users};
use crate::http::caller::Access::{CallerUnlessOpen, Register, SignIn};
use crate::http::operation::Section;
use crate::http::route::Route;

const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const CONFLICT: StatusCode = StatusCode::CONFLICT;
const BAD_GATEWAY: StatusCode = StatusCode::BAD_GATEWAY;

const CHAT: Section =
    Section { name: "chat", description: "Sessions, and what is said in them · 聊天接口" };
const DATA: Section =
    Section { name: "data", description: "Files and rows that are asked about · 数据管理接口" };
const STOCK: Section = Section { name: "stock", description: "Stocks that users follow · 股票接口" };
const USERS: Section = Section { name: "users", description: "Users · 用户管理接口" };

/// Every route of this contract.
pub static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| [of_chat(), of_data(), of_stock(), of_users()].concat());

fn of_chat() -> Vec<Route> {
    vec![
        Route::post(
            "/v1/chat/",
            CallerUnlessOpen,
            chat::chat,
            CHAT.operation("chat", "Say something, and have the answer streamed · 流式聊天", events())
                .explained(
                    "The first event is `session`. Text arrives as `data: <piece>` without a name, in which leading spaces belong to the piece \
                     and a newline begins another `data:` line; rows are `result`, a chart is `visualization`, and `done` or `error` is the \
                     end. A reader that comes back with `Last-Event-ID` and the same body goes on where it stopped.",
                )
                .or_answers(over())
                .fails([NOT_FOUND, CONFLICT, BAD_GATEWAY]),
        ),
        Route::post(
            "/v1/chat/init",
            CallerUnlessOpen,
            chat::init,
            CHAT.operation("initChat", "An id for a new session · 初始化聊天会话", success::<NewSessionDto>()),
        ),
        Route::post(
            "/v1/chat/get",
            CallerUnlessOpen,
            chat::get,
            CHAT.operation(
                "getChat",
                "The messages of a session, oldest first · 获取聊天记录",
                list::<MessageDto<'_>>(),
            )
            .fails([NOT_FOUND]),
        ),
        Route::post(
            "/v1/chat/delete",
            CallerUnlessOpen,
            chat::delete,
            CHAT.operation("deleteChat", "Delete a session with its messages · 删除聊天记录", done())
                .fails([NOT_FOUND]),
        ),
        Route::post(
            "/v1/chat/list",
            CallerUnlessOpen,
            chat::list,
            CHAT.operation(
                "listChats",
                "A user's sessions, newest first · 列出用户聊天",
                list::<SessionDto<'_>>(),
            )
            .fails([NOT_FOUND]),
        ),
        Route::post(
            "/v1/chat/feedback",
            CallerUnlessOpen,
            chat::feedback,
            CHAT.operation("giveFeedback", "Like an answer, or not · 消息反馈", done()).fails([NOT_FOUND]),
        ),
    ]
}

fn of_data() -> Vec<Route> {
    vec![
        Route::post(
            "/v1/data/upload",
            CallerUnlessOpen,
            data::upload,
            DATA.operation("uploadData", "Make a dataset of a file · 上传数据", uploaded())
                .explained(
                    "CSV and TSV (delimiter, header and encoding are found: UTF-8, UTF-16, GBK, GB18030), JSON, NDJSON, Parquet, Arrow IPC and \
                     XLSX, of which each sheet is a table. Types of columns are found from all values; a file that can't be read is refused \
                     with the line or sheet. Questions with `task: 数据BI` ask all datasets of a user. A reader of events that comes back with \
                     `Last-Event-ID` and the same file is told of the dataset that it became, and makes no second one; where the upload broke \
                     off, of which nothing is kept, it begins anew.",
                )
                .or_answers(over())
                .uploads("file", "The file")
                .with_query::<UploadParameters>()
                .fails([NOT_FOUND, BAD_GATEWAY]),
        ),
        Route::post(
            "/v1/data/create",
            CallerUnlessOpen,
            data::create,
            DATA.operation(
                "createData",
                "Make a dataset of rows, or of the result of a query · 创建数据",
                success::<DatasetDto<'_>>(),
            )
            .fails([NOT_FOUND, CONFLICT, BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT]),
        ),
        Route::post(
            "/v1/data/download",
            CallerUnlessOpen,
            data::download,
            DATA.operation("downloadData", "A dataset as a file · 下载数据", file())
                .explained(
                    "Cells that a spreadsheet would run as a formula have an apostrophe before them in `csv`, and are text in `xlsx`. A dataset of \
                     several tables is a workbook with a sheet for each in `xlsx`, and in the other formats a ZIP with a file for each, unless \
                     `table` names one.",
                )
                .fails([NOT_FOUND, BAD_GATEWAY, StatusCode::GATEWAY_TIMEOUT]),
        ),
        Route::post(
            "/v1/data/delete",
            CallerUnlessOpen,
            data::delete,
            DATA.operation("deleteData", "Delete a dataset with its files · 删除数据", done()).fails([NOT_FOUND]),
        ),
        // Ours: without it the rest can't be used.
        Route::post(
            "/v1/data/list",
            CallerUnlessOpen,
            data::list,
            DATA.operation("listData", "A user's datasets, newest first · 列出数据", list::<DatasetDto<'_>>())
                .fails([NOT_FOUND]),
        ),
    ]
}

fn of_stock() -> Vec<Route> {
    vec![
        Route::post(
            "/v1/stock/list_fav_stock",
            CallerUnlessOpen,
            stock::list,
            STOCK
                .operation(
                    "listFavouriteStocks",
                    "The stocks that a user follows, oldest first · 获取用户收藏股票",
                    list::<FavouriteDto<'_>>(),
                )
                .fails([NOT_FOUND]),
        ),
        Route::post(
            "/v1/stock/del_fav_stock",
            CallerUnlessOpen,
            stock::remove,
            STOCK
                .operation("deleteFavouriteStock", "Follow a stock no longer · 删除收藏股票", done())
                .fails([NOT_FOUND]),
        ),
        Route::post(
            "/v1/stock/add_fav_stock",
            CallerUnlessOpen,
            stock::add,
            STOCK.operation("addFavouriteStock", "Follow a stock · 添加收藏股票", done()).fails([NOT_FOUND]),
        ),
        Route::post(
            "/v1/stock/clear_fav_stock",
            CallerUnlessOpen,
            stock::clear,
            STOCK
                .operation("clearFavouriteStocks", "Follow no stock any more · 清空收藏股票", done())
                .fails([NOT_FOUND]),
        ),
    ]
}

fn of_users() -> Vec<Route> {
    vec![
        Route::post(
            "/v1/users/login",
            SignIn,
            users::login,
            USERS
                .operation("login", "Sign in, and get a session · 用户登录", success::<SignedInDto<'_>>())
                .fails([UNAUTHORIZED]),
        ),
        Route::post(
            "/v1/users/register",
            Register,
            users::register,
            USERS.operation("register", "Make a user · 用户注册", success::<UserDto<'_>>()),
        ),
        Route::post(
            "/v1/users/reset-password",
            CallerUnlessOpen,
            users::reset_password,
            USERS.operation(
                "resetPassword",
                "Replace a password, and end every session of the user · 重置密码",
                done(),
            ),
        ),
        Route::post(
            "/v1/users/info",
            CallerUnlessOpen,
            users::info,
            USERS.operation("getUser", "A user · 获取用户信息", success::<UserDto<'_>>()).fails([NOT_FOUND]),
        ),
        Route::post(
            "/v1/users/reset-info",
            CallerUnlessOpen,
            users::reset_info,
            USERS
                .operation(
                    "changeUser",
                    "Change a user's role or status · 修改用户信息",
                    success::<UserDto<'_>>(),
                )
                .fails([NOT_FOUND, CONFLICT]),
        ),
        Route::post(
            "/v1/users/delete",
            CallerUnlessOpen,
            users::delete,
            USERS
                .operation("deleteUser", "Delete a user and what the user owns · 删除用户", done())
                .fails([NOT_FOUND, CONFLICT]),
        ),
        Route::post(
            "/v1/users/list",
            CallerUnlessOpen,
            users::list,
            USERS.operation("listUsers", "All users, oldest first · 用户列表", list::<UserDto<'_>>()),
        ),
    ]
}
