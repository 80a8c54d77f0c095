//! The routes, grouped by what they are about. The router and the document are made from this table and from nothing else.

use std::sync::LazyLock;

use http::StatusCode;

use super::dto::auth::{MeDto, SignedInDto, TokensDto};
use super::dto::chat::StoppedDto;
use super::dto::config::ConfigDto;
use super::dto::connections::{ConnectionDto, ConnectionsDto, TestDto};
use super::dto::conversations::{ConversationDto, DetailDto, FavoriteDto, ListDto};
use super::dto::models::{ModelDto, ModelTestDto, ModelsDto};
use super::dto::prompts::PromptsDto;
use super::dto::relations::{RelationDto, RelationsDto};
use super::dto::schema::SchemaDto;
use super::dto::terms::{TermDto, TermsDto};
use super::openapi::{done, events, export_file, over, success};
use super::{auth, chat, config, connections, conversations, export, models, prompts, relations, terms};
use crate::http::caller::Access::{Caller, CallerOrQueryToken, SignIn};
use crate::http::operation::{Operation, Section};
use crate::http::route::Route;

const UNAUTHORIZED: StatusCode = StatusCode::UNAUTHORIZED;
const NOT_FOUND: StatusCode = StatusCode::NOT_FOUND;
const CONFLICT: StatusCode = StatusCode::CONFLICT;
const BAD_GATEWAY: StatusCode = StatusCode::BAD_GATEWAY;

const AUTH: Section = Section { name: "auth", description: "Accounts and sessions · 认证" };
const CHAT: Section = Section { name: "chat", description: "Asking · 聊天" };
const CONVERSATIONS: Section =
    Section { name: "conversations", description: "What was asked and answered before · 对话历史" };
const MESSAGES: Section = Section { name: "messages", description: "Answers · 消息" };
const CONNECTIONS: Section =
    Section { name: "connections", description: "The databases that are asked · 数据库连接" };
const TERMS: Section =
    Section { name: "terms", description: "Business words and what they mean in a database · 业务术语" };
const RELATIONS: Section = Section {
    name: "relations",
    description: "What belongs together where no key of the database says so · 表关联",
};
const MODELS: Section = Section { name: "models", description: "What answers · 模型管理" };
const CONFIG: Section = Section { name: "config", description: "What the caller prefers · 配置" };
const PROMPTS: Section = Section { name: "prompts", description: "What models are told · Prompt 管理" };

/// Every route of this contract.
pub static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    [
        of_auth(),
        of_chat(),
        of_conversations(),
        of_messages(),
        of_connections(),
        of_terms(),
        of_relations(),
        of_models(),
        of_config(),
        of_prompts(),
    ]
    .concat()
});

fn of_auth() -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/auth/register",
            SignIn,
            auth::register,
            AUTH.operation("register", "Register an account · 注册新用户", success::<SignedInDto<'_>>()),
        ),
        Route::post(
            "/api/v1/auth/login",
            SignIn,
            auth::login,
            AUTH.operation("login", "Sign in · 用户登录", success::<TokensDto<'_>>()).fails([UNAUTHORIZED]),
        ),
        Route::post(
            "/api/v1/auth/refresh",
            SignIn,
            auth::refresh,
            AUTH.operation(
                "refresh",
                "Swap a refresh token for a new pair of tokens · 刷新访问令牌",
                success::<TokensDto<'_>>(),
            )
            .fails([UNAUTHORIZED]),
        ),
        Route::post(
            "/api/v1/auth/logout",
            Caller,
            auth::logout,
            AUTH.operation("logout", "End the session · 退出登录", done()),
        ),
        Route::get(
            "/api/v1/auth/me",
            Caller,
            auth::me,
            AUTH.operation("me", "The caller's account · 获取当前用户信息", success::<MeDto<'_>>()),
        ),
    ]
}

fn of_chat() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/chat/stream",
            CallerOrQueryToken,
            chat::stream,
            streaming(CHAT.operation("ask", "Ask, and stream the answer · SSE 流式聊天接口", events())),
        )
        // A HEAD must not start a run, which it would if it were served as a GET without its body.
        .head(chat::no_head),
        Route::post(
            "/api/v1/chat/stream",
            Caller,
            chat::stream_of_body,
            streaming(CHAT.operation(
                "askWithBody",
                "Ask with the fields in a body, for questions that an address can't hold · 以请求体提问",
                events(),
            )),
        ),
        Route::post(
            "/api/v1/chat/stop",
            Caller,
            chat::stop,
            CHAT.operation(
                "stop",
                "Stop what is being answered in a conversation · 停止正在执行的查询",
                success::<StoppedDto>(),
            )
            .fails([NOT_FOUND]),
        ),
    ]
}

fn of_conversations() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/conversations",
            Caller,
            conversations::list,
            CONVERSATIONS.operation(
                "listConversations",
                "List conversations, newest activity first · 获取对话列表",
                success::<ListDto<'_>>(),
            ),
        ),
        Route::get(
            "/api/v1/conversations/{id}",
            Caller,
            conversations::detail,
            CONVERSATIONS.operation(
                "getConversation",
                "A conversation with its messages · 获取对话详情",
                success::<DetailDto<'_>>(),
            ),
        ),
        Route::patch(
            "/api/v1/conversations/{id}",
            Caller,
            conversations::rename,
            CONVERSATIONS.operation(
                "renameConversation",
                "Rename a conversation · 重命名对话",
                success::<ConversationDto<'_>>(),
            ),
        ),
        Route::delete(
            "/api/v1/conversations/{id}",
            Caller,
            conversations::delete,
            CONVERSATIONS.operation(
                "deleteConversation",
                "Delete a conversation with its messages · 删除对话",
                done(),
            ),
        ),
        Route::post(
            "/api/v1/conversations/{id}/favorite",
            Caller,
            conversations::toggle_favorite,
            CONVERSATIONS.operation(
                "toggleFavorite",
                "Mark a conversation as a favourite, or take the mark off · 切换收藏状态",
                success::<FavoriteDto>(),
            ),
        ),
        Route::get(
            "/api/v1/conversations/{id}/stream",
            Caller,
            conversations::follow,
            CONVERSATIONS
                .operation(
                    "followConversation",
                    "The answer that is being given in a conversation, from its first event · 继续接收正在生成的回答",
                    events(),
                )
                .or_answers(over())
                .fails([NOT_FOUND])
                .explained(
                    "For a reader who doesn't know what was asked, as after a reload or on another device. With the \
                     `Last-Event-ID` of an event that was read it goes on after it; 204 when nothing is being answered.",
                ),
        ),
        Route::post(
            "/api/v1/conversations/{id}/sql",
            Caller,
            conversations::run_sql,
            streaming(CONVERSATIONS.operation(
                "runSql",
                "Run a statement into a conversation, and stream its result · 运行编辑后的 SQL",
                events(),
            )),
        ),
    ]
}

fn of_messages() -> Vec<Route> {
    let export = MESSAGES.operation(
        "exportMessage",
        "The whole result of an answer as a file · 导出查询结果",
        export_file(),
    );
    vec![
        Route::get(
            "/api/v1/messages/{id}/export",
            Caller,
            export::export,
            export.fails([CONFLICT, BAD_GATEWAY]),
        )
        // A HEAD must not run a query.
        .head(export::no_head),
    ]
}

fn of_connections() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/connections",
            Caller,
            connections::list,
            CONNECTIONS.operation(
                "listConnections",
                "List the databases that the caller may ask · 获取数据库连接列表",
                success::<ConnectionsDto<'_>>(),
            ),
        ),
        Route::post(
            "/api/v1/connections",
            Caller,
            connections::add,
            CONNECTIONS
                .operation("addConnection", "Add a database · 添加数据库连接", success::<ConnectionDto<'_>>())
                .requires(&["name", "driver", "database"]),
        ),
        Route::put(
            "/api/v1/connections/{id}",
            Caller,
            connections::change,
            CONNECTIONS
                .operation(
                    "changeConnection",
                    "Change a connection; what is left out stays · 更新数据库连接",
                    success::<ConnectionDto<'_>>(),
                )
                .fails([CONFLICT]),
        ),
        Route::delete(
            "/api/v1/connections/{id}",
            Caller,
            connections::remove,
            CONNECTIONS.operation("deleteConnection", "Delete a connection · 删除数据库连接", done()),
        ),
        Route::post(
            "/api/v1/connections/{id}/test",
            Caller,
            connections::test,
            CONNECTIONS.operation(
                "testConnection",
                "Try a connection; one that can't be reached is a 200 that says why · 测试数据库连接",
                success::<TestDto<'_>>(),
            ),
        ),
        Route::get(
            "/api/v1/connections/{id}/schema",
            Caller,
            connections::schema,
            CONNECTIONS
                .operation(
                    "getSchema",
                    "Tables and columns of a database · 获取数据库结构",
                    success::<SchemaDto<'_>>(),
                )
                .fails([BAD_GATEWAY]),
        ),
    ]
}

fn of_terms() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/connections/{id}/terms",
            Caller,
            terms::list,
            TERMS.operation(
                "listTerms",
                "List the business words of a connection · 获取业务术语列表",
                success::<TermsDto<'_>>(),
            ),
        ),
        Route::post(
            "/api/v1/connections/{id}/terms",
            Caller,
            terms::add,
            TERMS
                .operation("addTerm", "Add a business word · 添加业务术语", success::<TermDto<'_>>())
                .requires(&["term", "kind"])
                .fails([BAD_GATEWAY]),
        ),
        Route::put(
            "/api/v1/connections/{id}/terms/{term_id}",
            Caller,
            terms::change,
            TERMS
                .operation(
                    "changeTerm",
                    "Change a business word; what is left out stays · 更新业务术语",
                    success::<TermDto<'_>>(),
                )
                .fails([CONFLICT, BAD_GATEWAY]),
        ),
        Route::delete(
            "/api/v1/connections/{id}/terms/{term_id}",
            Caller,
            terms::remove,
            TERMS.operation("deleteTerm", "Delete a business word · 删除业务术语", done()),
        ),
    ]
}

fn of_relations() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/connections/{id}/relations",
            Caller,
            relations::list,
            RELATIONS.operation(
                "listRelations",
                "List the relations of a connection · 获取表关联列表",
                success::<RelationsDto<'_>>(),
            ),
        ),
        Route::post(
            "/api/v1/connections/{id}/relations",
            Caller,
            relations::add,
            RELATIONS
                .operation(
                    "addRelation",
                    "Draw a relation between two columns · 添加表关联",
                    success::<RelationDto<'_>>(),
                )
                .requires(&["left_table", "left_column", "right_table", "right_column", "cardinality"])
                .fails([BAD_GATEWAY]),
        ),
        Route::put(
            "/api/v1/connections/{id}/relations/{relation_id}",
            Caller,
            relations::change,
            RELATIONS
                .operation(
                    "changeRelation",
                    "Change a relation; what is left out stays · 更新表关联",
                    success::<RelationDto<'_>>(),
                )
                .fails([CONFLICT, BAD_GATEWAY]),
        ),
        Route::delete(
            "/api/v1/connections/{id}/relations/{relation_id}",
            Caller,
            relations::remove,
            RELATIONS.operation("deleteRelation", "Delete a relation · 删除表关联", done()),
        ),
    ]
}

fn of_models() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/models",
            Caller,
            models::list,
            MODELS.operation(
                "listModels",
                "List the models that may answer · 获取模型列表",
                success::<ModelsDto<'_>>(),
            ),
        ),
        Route::post(
            "/api/v1/models",
            Caller,
            models::add,
            MODELS
                .operation("addModel", "Add a model · 添加模型", success::<ModelDto<'_>>())
                .requires(&["name", "provider", "model_id"]),
        ),
        Route::put(
            "/api/v1/models/{id}",
            Caller,
            models::change,
            MODELS
                .operation(
                    "changeModel",
                    "Change a model; what is left out stays · 更新模型配置",
                    success::<ModelDto<'_>>(),
                )
                .fails([CONFLICT]),
        ),
        Route::delete(
            "/api/v1/models/{id}",
            Caller,
            models::remove,
            MODELS.operation("deleteModel", "Delete a model · 删除模型", done()),
        ),
        Route::post(
            "/api/v1/models/{id}/test",
            Caller,
            models::test,
            MODELS.operation(
                "testModel",
                "Try a model; one that doesn't answer is a 200 that says why · 测试模型连接",
                success::<ModelTestDto<'_>>(),
            ),
        ),
    ]
}

fn of_config() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/config",
            Caller,
            config::get,
            CONFIG.operation("getConfig", "What the caller prefers · 获取用户配置", success::<ConfigDto>()),
        ),
        Route::put(
            "/api/v1/config",
            Caller,
            config::change,
            CONFIG.operation(
                "changeConfig",
                "Change what the caller prefers; what is left out stays · 更新用户配置",
                success::<ConfigDto>(),
            ),
        ),
    ]
}

fn of_prompts() -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/prompts",
            Caller,
            prompts::list,
            PROMPTS.operation(
                "listPrompts",
                "What models are told · 获取 Prompt 配置",
                success::<PromptsDto<'_>>(),
            ),
        ),
        Route::put(
            "/api/v1/prompts",
            Caller,
            prompts::change,
            PROMPTS.operation(
                "changePrompts",
                "Change what models are told · 更新 Prompt 配置",
                success::<PromptsDto<'_>>(),
            ),
        ),
        Route::post(
            "/api/v1/prompts/reset",
            Caller,
            prompts::reset,
            PROMPTS.operation(
                "resetPrompts",
                "Bring back prompts that come with Wenshu · 重置为默认 Prompt",
                success::<PromptsDto<'_>>(),
            ),
        ),
    ]
}

/// How every operation goes on that starts a run.
fn streaming(operation: Operation) -> Operation {
    operation
        .or_answers(over())
        .fails([NOT_FOUND, CONFLICT, BAD_GATEWAY])
        .explained(
            "The run belongs to the server: it goes on when the reader goes away. A request that is repeated with the \
             `Last-Event-ID` of an event that was read goes on after it and starts no second run.",
        )
}
