//! Bodies of `/users/me/likes`.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::{Like, LikeKind};

use super::vocabulary::LikeKindWord;
use crate::http::time::Rfc3339;

/// What somebody likes, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Likes)]
pub struct LikesDto {
    likes: Vec<LikeDto>,
}

/// Something that somebody likes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Like)]
pub struct LikeDto {
    #[serde(rename = "type")]
    #[schema(value_type = LikeKindWord)]
    kind: &'static str,
    id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    create_time: Rfc3339,
}

impl From<Vec<Like>> for LikesDto {
    fn from(likes: Vec<Like>) -> Self {
        Self { likes: likes.into_iter().map(LikeDto::from).collect() }
    }
}

impl From<Like> for LikeDto {
    fn from(like: Like) -> Self {
        let Like { kind, thing, created_at } = like;
        let kind = match kind {
            LikeKind::Preset => "preset",
            LikeKind::Chat => "chat",
        };
        Self { kind, id: thing, create_time: Rfc3339(created_at) }
    }
}
