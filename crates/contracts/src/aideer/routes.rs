//! The routes, grouped by what they are about. The router and the document are made from this table and from nothing else.

use std::sync::LazyLock;

use http::StatusCode;

use super::dto::chats::ChatDto;
use super::dto::credits::{CodeDto, CreditsDto};
use super::dto::likes::LikesDto;
use super::dto::presets::PresetDto;
use super::dto::session::TokenDto;
use super::dto::tasks::TaskDto;
use super::dto::users::{AvatarDto, UserDto};
use super::openapi::{done, elsewhere, events, list, over, picture, thing};
use super::{avatars, chats, codes, credits, likes, presets, session, tasks, users, utilities};
use crate::http::caller::Access::{Caller, Open, SignIn};
use crate::http::operation::Section;
use crate::http::route::Route;

const BAD_REQUEST: StatusCode = StatusCode::BAD_REQUEST;
const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
const PAYMENT_REQUIRED: StatusCode = StatusCode::PAYMENT_REQUIRED;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const BAD_GATEWAY: StatusCode = StatusCode::BAD_GATEWAY;

const USERS: Section = Section { name: "users", description: "Users · 用户" };
const LIKES: Section = Section { name: "likes", description: "What users like · 点赞" };
const UTILITIES: Section =
    Section { name: "utils", description: "For developers, with `debug = true` alone · 开发工具" };
const CREDITS: Section = Section { name: "credits", description: "Credits · 积分" };
const SESSION: Section = Section { name: "session", description: "Signing in · 会话" };
const CODES: Section = Section { name: "codes", description: "Codes that give credits · 兑换码" };
const CHATS: Section = Section { name: "chats", description: "Chats · 聊天" };
const PRESETS: Section = Section { name: "presets", description: "What chats begin with · 预设" };
const TASKS: Section = Section {
    name: "tasks",
    description: "Having a model write; the id of a task is the key to it · 任务",
};

/// Every route of this contract.
pub static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    [
        of_users(),
        of_avatars(),
        of_likes(),
        of_credits(),
        of_session(),
        of_codes(),
        of_chats(),
        of_presets(),
        of_tasks(),
        of_utilities(),
    ]
    .concat()
});

fn of_users() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/users",
            Caller,
            users::list,
            USERS.operation("listUsers", "List users · 获取用户列表", list::<UserDto<'_>>()),
        ),
        Route::post(
            "/api/v1/users",
            Open,
            users::create,
            USERS
                .operation("createUser", "Make a user · 创建用户", thing::<UserDto<'_>>())
                .fails([BAD_REQUEST]),
        ),
        Route::get(
            "/api/v1/users/me",
            Caller,
            users::me,
            USERS.operation("getMe", "The caller · 获取当前用户", thing::<UserDto<'_>>()),
        ),
        Route::get(
            "/api/v1/users/{user_id}",
            Caller,
            users::read,
            USERS.operation("getUser", "A user · 获取用户", thing::<UserDto<'_>>()),
        ),
        Route::put(
            "/api/v1/users/me/password",
            Caller,
            users::change_password,
            USERS
                .operation("changePassword", "Change the caller's password · 修改密码", done())
                .fails([BAD_REQUEST]),
        ),
        Route::put(
            "/api/v1/users/{user_id}/password",
            Caller,
            users::replace_password,
            USERS.operation(
                "replacePassword",
                "Replace a user's password, for admins · 重置用户密码",
                done(),
            ),
        ),
        Route::put(
            "/api/v1/users/{user_id}",
            Caller,
            users::change,
            USERS
                .operation("changeUser", "Change a user · 更新用户", thing::<UserDto<'_>>())
                .fails([BAD_REQUEST]),
        ),
        Route::delete(
            "/api/v1/users/{user_id}",
            Caller,
            users::remove,
            USERS.operation("deleteUser", "Delete a user and what the user owns · 删除用户", done()),
        ),
    ]
}

fn of_avatars() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/users/me/avatar",
            Caller,
            avatars::mine,
            USERS.operation("getMyAvatar", "Where the caller's picture is · 获取头像", elsewhere()),
        ),
        Route::post(
            "/api/v1/users/me/avatar",
            Caller,
            avatars::upload,
            USERS
                .operation("uploadAvatar", "Upload the caller's picture · 上传头像", thing::<AvatarDto<'_>>())
                .uploads("avatar_file", "PNG, JPEG, WebP or GIF, at most 5 MiB and 50 megapixels"),
        ),
        Route::get(
            "/api/v1/users/{user_id}/avatar",
            Caller,
            avatars::of_user,
            USERS.operation("getAvatar", "Where a user's picture is · 获取用户头像", elsewhere()),
        ),
        // Ours: where the pictures are. Open, since pages show them without a token.
        Route::get(
            "/api/v1/avatars/{file}",
            Open,
            avatars::picture,
            USERS.operation("getPicture", "A picture · 头像图片", picture()),
        ),
    ]
}

/// Ours.
fn of_likes() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/users/me/likes",
            Caller,
            likes::list,
            LIKES.operation(
                "listLikes",
                "What the caller likes, newest first · 获取点赞",
                thing::<LikesDto>(),
            ),
        ),
        Route::post(
            "/api/v1/users/me/likes/{kind}/{id}",
            Caller,
            likes::add,
            LIKES.operation("like", "Like something · 点赞", done()),
        ),
        Route::delete(
            "/api/v1/users/me/likes/{kind}/{id}",
            Caller,
            likes::remove,
            LIKES.operation("unlike", "Like it no longer · 取消点赞", done()),
        ),
    ]
}

fn of_credits() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/users/me/credits",
            Caller,
            credits::history,
            CREDITS.operation(
                "listCredits",
                "What is left, and what moved · 获取积分记录",
                thing::<CreditsDto>(),
            ),
        ),
        Route::post(
            "/api/v1/users/me/credits",
            Caller,
            credits::redeem,
            CREDITS.operation("redeemCode", "Redeem a code · 兑换积分", done()),
        ),
    ]
}

fn of_session() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/session/oauth2/token",
            SignIn,
            session::token,
            SESSION
                .operation("createToken", "Sign in with a password · 密码登录", thing::<TokenDto<'_>>())
                .fails([UNAUTHORIZED]),
        ),
        Route::get(
            "/api/v1/session/wechat/token",
            SignIn,
            session::wechat_token,
            SESSION
                .operation("createWeChatToken", "Sign in through WeChat · 微信登录", thing::<TokenDto<'_>>())
                .fails([UNAUTHORIZED]),
        )
        .head(session::no_head),
        Route::get(
            "/api/v1/session/wechat/refresh",
            SignIn,
            session::refresh,
            SESSION.operation(
                "refreshToken",
                "Swap a refresh token for a new pair of tokens · 刷新令牌",
                thing::<TokenDto<'_>>(),
            ),
        )
        .head(session::no_head),
    ]
}

fn of_codes() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/codes",
            Caller,
            codes::create,
            CODES.operation("createCode", "Make a code, for admins · 创建兑换码", thing::<CodeDto<'_>>()),
        ),
        Route::get(
            "/api/v1/codes/{code}",
            Open,
            codes::read,
            CODES.operation("getCode", "A code that is not redeemed · 查询兑换码", thing::<CodeDto<'_>>()),
        ),
        Route::delete(
            "/api/v1/codes/{code}",
            Caller,
            codes::delete,
            CODES.operation("deleteCode", "Delete a code, for admins · 删除兑换码", done()),
        ),
    ]
}

fn of_chats() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/chats",
            Caller,
            chats::list,
            CHATS.operation("listChats", "List chats · 获取聊天列表", list::<ChatDto<'_>>()),
        ),
        Route::post(
            "/api/v1/chats",
            Caller,
            chats::create,
            CHATS
                .operation("createChat", "Make a chat · 创建聊天", thing::<ChatDto<'_>>())
                .fails([BAD_REQUEST]),
        ),
        Route::get(
            "/api/v1/chats/{chat_id}",
            Caller,
            chats::read,
            CHATS.operation(
                "getChat",
                "A chat; somebody's shared one becomes a copy of the reader's · 获取聊天",
                thing::<ChatDto<'_>>(),
            ),
        )
        .head(chats::head),
        Route::put(
            "/api/v1/chats/{chat_id}",
            Caller,
            chats::change,
            CHATS
                .operation("changeChat", "Replace what a chat is · 更新聊天", thing::<ChatDto<'_>>())
                .fails([BAD_REQUEST]),
        ),
        Route::delete(
            "/api/v1/chats/{chat_id}",
            Caller,
            chats::delete,
            CHATS.operation("deleteChat", "Delete a chat · 删除聊天", done()),
        ),
    ]
}

fn of_presets() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/presets",
            Caller,
            presets::list,
            PRESETS.operation(
                "listPresets",
                "List presets: own ones and public ones · 获取预设列表",
                list::<PresetDto<'_>>(),
            ),
        ),
        Route::post(
            "/api/v1/presets",
            Caller,
            presets::create,
            PRESETS.operation("createPreset", "Make a preset · 创建预设", thing::<PresetDto<'_>>()),
        ),
        Route::get(
            "/api/v1/presets/{preset_id}",
            Caller,
            presets::read,
            PRESETS.operation("getPreset", "A preset · 获取预设", thing::<PresetDto<'_>>()),
        ),
        Route::put(
            "/api/v1/presets/{preset_id}",
            Caller,
            presets::change,
            PRESETS.operation(
                "changePreset",
                "Replace what a preset is · 更新预设",
                thing::<PresetDto<'_>>(),
            ),
        ),
        Route::delete(
            "/api/v1/presets/{preset_id}",
            Caller,
            presets::delete,
            PRESETS.operation("deletePreset", "Delete a preset · 删除预设", done()),
        ),
    ]
}

fn of_tasks() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/tasks",
            Caller,
            tasks::create,
            TASKS
                .operation("createTask", "Have a model write to a chat · 创建任务", thing::<TaskDto>())
                .fails([PAYMENT_REQUIRED, NOT_FOUND, BAD_GATEWAY]),
        ),
        Route::get(
            "/api/v1/tasks/{task_id}",
            Open,
            tasks::read,
            TASKS.operation("getTask", "How far a task is · 获取任务", thing::<TaskDto>()),
        ),
        Route::delete(
            "/api/v1/tasks/{task_id}",
            Open,
            tasks::delete,
            TASKS.operation("deleteTask", "Delete a task that is over · 删除任务", done()),
        ),
        Route::get(
            "/api/v1/tasks/{task_id}/stream",
            Open,
            tasks::stream,
            TASKS
                .operation("streamTask", "What a task writes, as it is written · 任务流", events())
                .or_answers(over()),
        )
        .head(tasks::head),
    ]
}

/// In debug mode alone.
fn of_utilities() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/utils/init",
            Open,
            utilities::initialize,
            UTILITIES.operation("initialize", "Make what is missing · 初始化", done()).fails([NOT_FOUND]),
        )
        .head(utilities::no_head),
        Route::get(
            "/api/v1/utils/admin",
            Open,
            utilities::make_admin,
            UTILITIES
                .operation("makeAdmin", "Make the configured admin · 创建管理员", thing::<UserDto<'_>>())
                .fails([BAD_REQUEST, NOT_FOUND]),
        )
        .head(utilities::no_head),
        Route::get(
            "/api/v1/utils/drop",
            Open,
            utilities::empty,
            UTILITIES
                .operation("dropAll", "Empty the store, on a loopback address alone · 清空数据库", done())
                .fails([NOT_FOUND]),
        )
        .head(utilities::no_head),
    ]
}
