//! Pictures of accounts: whatever is uploaded is decoded within limits and kept as a small WebP, so that nothing that somebody sent is
//! ever served as it came.

use std::io::Cursor;
use std::sync::OnceLock;

use image::codecs::webp::WebPEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, GenericImageView, ImageDecoder, ImageError, ImageFormat, ImageReader,
    Limits, Rgba, RgbaImage,
};
use tokio::sync::Semaphore;
use uuid::Uuid;
use wenshu_store::{Account, StoreError};

use super::Accounts;
use super::picture_memory::beside_pixels;
use super::users::not_found;
use crate::{Actor, AppError, Text};

/// The most bytes of an uploaded picture.
pub const LARGEST_PICTURE: usize = 5 * 1024 * 1024;

/// The most pixels: 50 megapixels.
const MOST_PIXELS: u64 = 50_000_000;

/// The most bytes that a picture may be while it is decoded, with what its decoder keeps beside it: that many pixels of four bytes.
const MOST_MEMORY: u64 = 4 * MOST_PIXELS;

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

/// The upload as a small WebP. Nothing is made of the whole picture but the picture itself: it is cut and shrunk in one pass, and what
/// is turned is small.
fn shrink(upload: &[u8]) -> Result<Vec<u8>, AppError> {
    let (picture, orientation) = decode(upload)?;
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let square = imageops::crop_imm(&picture, (width - side) / 2, (height - side) / 2, side, side);
    // Far larger ones are first brought near, by averages, which is much faster than the better filter.
    let near =
        if side > 8 * SIDE { imageops::thumbnail(&*square, 4 * SIDE, 4 * SIDE) } else { square.to_image() };
    drop(picture);
    let mut small = DynamicImage::from(imageops::resize(&near, SIDE, SIDE, FilterType::CatmullRom));
    small.apply_orientation(orientation);
    encode(&small.into_rgba8())
}

/// The picture as it is stored, and how it is to be turned.
fn decode(upload: &[u8]) -> Result<(DynamicImage, Orientation), AppError> {
    let mut reader =
        ImageReader::new(Cursor::new(upload)).with_guessed_format().map_err(|_| not_a_picture())?;
    let Some(format) = reader.format().filter(|format| FORMATS.contains(format)) else {
        return Err(not_a_picture());
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unreadable(&error))?;
    // What it says of itself is looked at before anything of that size is allocated.
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(not_a_picture());
    }
    let memory = decoder.total_bytes().saturating_add(beside_pixels(upload, format, pixels));
    if pixels > MOST_PIXELS || memory > MOST_MEMORY {
        return Err(too_large());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| unreadable(&error))?;
    Ok((picture, orientation))
}

fn encode(picture: &RgbaImage) -> Result<Vec<u8>, AppError> {
    let mut content = Vec::new();
    WebPEncoder::new_lossless(&mut content)
        .encode(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgba8)
        .map_err(AppError::internal)?;
    Ok(content)
}

fn unreadable(error: &ImageError) -> AppError {
    if matches!(error, ImageError::Limits(_)) { too_large() } else { not_a_picture() }
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
        Text::new(
            "图片过大：最多 5000 万像素，动图、渐进式 JPEG 和每色 16 位的图片更少",
            "is too large a picture: at most 50 megapixels, and fewer of one that moves, of a progressive JPEG and of 16 bits a colour",
        ),
    )
}

// What a process has used is asked of Linux.
#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::process::Command;

    use image::{DynamicImage, ImageFormat};

    use super::*;

    /// Set for the process that shrinks a picture alone, so that nothing else is in what it needs.
    const PICTURE: &str = "WENSHU_TEST_PICTURE";

    /// What the process needs beside the picture: the upload twice, the small ones, the program.
    const BESIDES: u64 = 24_000_000;

    /// The most memory that this process has had, in bytes.
    fn peak() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut content = Cursor::new(Vec::new());
        picture.write_to(&mut content, format).unwrap();
        content.into_inner()
    }

    /// What a JPEG of these dimensions begins with: its header, and a scan with nothing in it.
    fn jpeg_head(is_progressive: bool, side: u16) -> Vec<u8> {
        let [high, low] = side.to_be_bytes();
        let mut head =
            vec![0xff, 0xd8, 0xff, 0xc0 + 2 * u8::from(is_progressive), 0, 17, 8, high, low, high, low];
        head.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
        head.extend([0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0xff, 0xd9]);
        head
    }

    /// The picture with another size in its head, behind which there is too little.
    fn sized(mut png: Vec<u8>, side: u32) -> Vec<u8> {
        png[16..20].copy_from_slice(&side.to_be_bytes());
        png[20..24].copy_from_slice(&side.to_be_bytes());
        let step = |crc: u32, byte: &u8| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 }
            })
        };
        let checksum = !png[12..29].iter().fold(u32::MAX, step);
        png[29..33].copy_from_slice(&checksum.to_be_bytes());
        png
    }

    /// The same of a lossless WebP.
    fn sized_webp(mut webp: Vec<u8>, side: u32) -> Vec<u8> {
        webp[21..25].copy_from_slice(&((side - 1) | ((side - 1) << 14)).to_le_bytes());
        webp
    }

    #[test]
    fn a_picture_takes_the_memory_of_its_pixels_and_none_more_than_it_may() {
        if let Some(path) = std::env::var_os(PICTURE) {
            let upload = std::fs::read(path).unwrap();
            let before = peak();
            let outcome = shrink(&upload).map(|_| ()).map_err(|error| error.fields()[0].text.zh.clone());
            println!("{{{}}}{{{outcome:?}}}", peak() - before);
            return;
        }
        let (png, webp) = (ImageFormat::Png, ImageFormat::WebP);
        let million = 1_000_000;
        let cases = [
            ("four bytes a pixel", encoded(&DynamicImage::new_rgba8(3500, 3500), png), Some(49 * million)),
            ("eight bytes a pixel", encoded(&DynamicImage::new_rgba16(2500, 2500), png), Some(50 * million)),
            (
                "three bytes, and four beside them",
                encoded(&DynamicImage::new_rgb8(2500, 2500), webp),
                Some(44 * million),
            ),
            ("eight bytes, too many", sized(encoded(&DynamicImage::new_rgba16(1, 1), png), 6300), None),
            ("lossless, too many", sized_webp(encoded(&DynamicImage::new_rgb8(1, 1), webp), 7000), None),
            ("progressive, too many", jpeg_head(true, 7000), None),
        ];
        let folder = tempfile::tempdir().unwrap();
        for (name, upload, pixels) in cases {
            let path = folder.path().join("picture");
            std::fs::write(&path, &upload).unwrap();
            let this = "accounts::pictures::tests::a_picture_takes_the_memory_of_its_pixels_and_none_more_than_it_may";
            let child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", this, "--nocapture"])
                .env(PICTURE, &path)
                .output()
                .unwrap();
            let said = String::from_utf8(child.stdout).unwrap();
            let told = said.split(['{', '}']).collect::<Vec<_>>();
            let [_, taken, _, outcome, ..] = told.as_slice() else { panic!("{name}: {said}") };
            match pixels {
                Some(_) => assert_eq!(*outcome, "Ok(())", "{name}"),
                None => assert!(outcome.contains("5000 万"), "{name}: {outcome}"),
            }
            let taken: u64 = taken.parse().unwrap();
            assert!(taken <= pixels.unwrap_or(0) + BESIDES, "{name} took {taken} bytes");
        }
    }
}
