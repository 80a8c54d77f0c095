//! Pictures of accounts: whatever is uploaded is decoded within limits and kept as a small WebP, so that nothing that somebody sent is
//! ever served as it came.

use std::io::Cursor;
use std::sync::OnceLock;

use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{
    DynamicImage, ExtendedColorType, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, Rgba,
    RgbaImage,
};
use tokio::sync::Semaphore;
use uuid::Uuid;
use wenshu_store::{Account, StoreError};

use super::Accounts;
use super::users::not_found;
use crate::{Actor, AppError, Text};

/// The most bytes of an uploaded picture.
pub const LARGEST_PICTURE: usize = 5 * 1024 * 1024;

/// The most pixels: 50 megapixels.
const MOST_PIXELS: u64 = 50_000_000;

/// The most memory that decoding may take: so many pixels of four bytes, and what the decoder needs besides.
const MOST_MEMORY: u64 = 320 * 1024 * 1024;

/// Width and height of what is kept.
const SIDE: u32 = 128;

/// What an uploaded picture may be.
const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];

/// Pictures decoded at the same time: one, since one may take all of [`MOST_MEMORY`].
static TURN: Semaphore = Semaphore::const_new(1);

impl Accounts {
    /// Makes an uploaded picture (PNG, JPEG, WebP or GIF) the caller's.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `avatar_file` when it isn't a picture, is broken, or has too many pixels; `NotFound` when the account was deleted
    /// meanwhile.
    pub async fn set_picture(&self, actor: &Actor, upload: Vec<u8>) -> Result<Account, AppError> {
        let _turn = TURN.acquire().await.map_err(AppError::internal)?;
        let small =
            tokio::task::spawn_blocking(move || shrink(&upload)).await.map_err(AppError::internal)??;
        let id = self.clock.new_id();
        self.store.set_picture(actor.id(), id, small, self.clock.now()).await.map_err(
            |error| match error {
                StoreError::NotFound => not_found(),
                error => error.into(),
            },
        )?;
        Ok(Account { picture: Some(id), ..actor.account().clone() })
    }

    /// The picture with this id, a WebP. Whoever knows the id may see it: pages show pictures without a token.
    ///
    /// # Errors
    ///
    /// `NotFound`, for one that was replaced too.
    pub async fn picture(&self, id: Uuid) -> Result<Vec<u8>, AppError> {
        self.store.picture(id).await?.ok_or_else(|| AppError::not_found("头像", "Avatar"))
    }
}

/// The picture of everybody who has none, a WebP.
///
/// # Errors
///
/// A fault of ours.
pub fn default_picture() -> Result<Vec<u8>, AppError> {
    static DRAWN: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(drawn) = DRAWN.get() {
        return Ok(drawn.clone());
    }
    let drawn = encode(&RgbaImage::from_fn(SIDE, SIDE, silhouette))?;
    Ok(DRAWN.get_or_init(|| drawn).clone())
}

/// A head and shoulders.
fn silhouette(column: u32, row: u32) -> Rgba<u8> {
    let within = |center_row: f32, radius: f32| {
        let (across, down) = (column as f32 - 63.5, row as f32 - center_row);
        across.hypot(down) <= radius
    };
    if within(50.0, 24.0) || within(132.0, 48.0) { Rgba([255; 4]) } else { Rgba([168, 178, 193, 255]) }
}

/// The upload as a small WebP.
fn shrink(upload: &[u8]) -> Result<Vec<u8>, AppError> {
    let picture = decode(upload)?;
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let square = picture.crop_imm((width - side) / 2, (height - side) / 2, side, side);
    // Far larger ones are first brought near, by averages, which is much faster than the better filter.
    let near = if side > 8 * SIDE { square.thumbnail_exact(4 * SIDE, 4 * SIDE) } else { square };
    encode(&near.resize_exact(SIDE, SIDE, FilterType::CatmullRom).into_rgba8())
}

fn decode(upload: &[u8]) -> Result<DynamicImage, AppError> {
    let mut reader =
        ImageReader::new(Cursor::new(upload)).with_guessed_format().map_err(|_| not_a_picture())?;
    if !reader.format().is_some_and(|format| FORMATS.contains(&format)) {
        return Err(not_a_picture());
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| not_a_picture())?;
    // What it says of itself is looked at before anything of that size is allocated.
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(not_a_picture());
    }
    if pixels > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(too_large());
    }
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| not_a_picture())?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(picture)
}

fn encode(picture: &RgbaImage) -> Result<Vec<u8>, AppError> {
    let mut content = Vec::new();
    WebPEncoder::new_lossless(&mut content)
        .encode(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgba8)
        .map_err(AppError::internal)?;
    Ok(content)
}

fn not_a_picture() -> AppError {
    AppError::invalid(
        "avatar_file",
        Text::new(
            "不是完整的 PNG、JPEG、WebP 或 GIF 图片",
            "is not a PNG, JPEG, WebP or GIF picture, or not a whole one",
        ),
    )
}

fn too_large() -> AppError {
    AppError::invalid(
        "avatar_file",
        Text::new("图片过大：最多 5000 万像素", "is too large a picture: at most 50 megapixels"),
    )
}
