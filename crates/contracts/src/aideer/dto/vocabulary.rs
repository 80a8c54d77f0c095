//! Words out of fixed lists, as named schemas of the document.

use crate::http::words::words;

words! {
    /// What a list is ordered by.
    OrderWord as "OrderBy" = ["create_time", "update_time", "title", "id"];
    /// In which direction.
    DirectionWord as "Order" = ["asc", "desc"];
    /// Who sees a chat.
    ChatVisibilityWord as "ChatVisibility" = ["private", "shared"];
    /// Who may use a preset.
    PresetVisibilityWord as "PresetVisibility" = ["private", "unlisted", "public"];
    /// What a preset is for.
    PresetKindWord as "PresetType" = ["chat_generation", "image_generation"];
    /// Who says a message.
    RoleWord as "MessageRole" = ["user", "assistant", "system"];
    /// What a message is.
    MessageKindWord as "MessageType" = ["text", "image"];
    /// OAuth2's grant.
    GrantTypeWord as "GrantType" = ["password"];
    /// What can be liked.
    LikeKindWord as "LikeType" = ["preset", "chat"];
    /// How a token is shown.
    TokenTypeWord as "TokenType" = ["bearer"];
    /// What a task writes. Pictures are refused until a model makes them.
    TaskKindWord as "TaskType" = ["chat_generation", "title_generation"];
    /// That a task writes.
    RunningWord as "RunningStatus" = ["running"];
    /// That a task is over.
    EndWord as "EndStatus" = ["finished", "failed"];
    /// How far a task is.
    TaskStatusWord as "TaskStatus" = ["pending", "running", "finished", "failed"];
}
