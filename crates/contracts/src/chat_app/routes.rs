//! The routes, grouped by what they are about. The router and the document are made from this table and from nothing else.

use std::sync::LazyLock;

use http::StatusCode;

use super::dto::{ConversationDto, ConversationWithMessagesDto, UserDto};
use super::openapi::{list, text, thing};
use super::{chat, conversations, users};
use crate::http::caller::Access::CallerUnlessOpen;
use crate::http::operation::Section;
use crate::http::route::Route;

const BAD_REQUEST: StatusCode = StatusCode::BAD_REQUEST;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;

const USERS: Section = Section { name: "users", description: "Users · 用户" };
const CONVERSATIONS: Section = Section { name: "conversations", description: "Conversations · 对话" };
const CHAT: Section = Section { name: "chat", description: "Saying something and being answered · 聊天" };

/// Every route of this contract.
pub static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    vec![
        Route::post(
            "/api/v1/users/",
            CallerUnlessOpen,
            users::create,
            USERS
                .operation("createUser", "Make a user without a password · 创建新用户", thing::<UserDto<'_>>())
                .fails([BAD_REQUEST]),
        ),
        Route::get(
            "/api/v1/users/{username}",
            CallerUnlessOpen,
            users::read,
            USERS.operation("getUser", "A user by name · 获取用户信息", thing::<UserDto<'_>>()),
        ),
        Route::post(
            "/api/v1/conversations/",
            CallerUnlessOpen,
            conversations::create,
            CONVERSATIONS
                .operation(
                    "createConversation",
                    "Begin a conversation for a user · 创建新对话",
                    thing::<ConversationDto<'_>>(),
                )
                .fails([NOT_FOUND]),
        ),
        Route::get(
            "/api/v1/users/{user_id}/conversations",
            CallerUnlessOpen,
            users::conversations,
            CONVERSATIONS.operation(
                "listConversations",
                "A user's conversations, newest first · 获取用户的所有对话",
                list::<ConversationDto<'_>>(),
            ),
        ),
        Route::get(
            "/api/v1/conversations/{conversation_id}",
            CallerUnlessOpen,
            conversations::read,
            CONVERSATIONS.operation(
                "getConversation",
                "A conversation with its messages · 获取单个对话及其所有消息",
                thing::<ConversationWithMessagesDto<'_>>(),
            ),
        ),
        Route::post(
            "/api/v1/chat",
            CallerUnlessOpen,
            chat::chat,
            CHAT.operation("chat", "Say something, and have the answer streamed · 发送消息并获取流式响应", text())
                .explained(
                    "Each piece of the answer is `data: <piece>` and an empty line; leading spaces belong to it, and a newline in it begins \
                     another `data:` line of the same event. The end of the answer is the end of the stream. What fails after the first \
                     byte is `event: error` with `{\"detail\": …}`.",
                )
                .fails([NOT_FOUND, StatusCode::BAD_GATEWAY]),
        ),
    ]
});
