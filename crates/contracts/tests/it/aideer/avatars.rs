//! Pictures of users.

use std::io::Cursor;

use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use image::{DynamicImage, ImageFormat, RgbaImage};
use wenshu_testkit::{TestApp, TestResponse, TestUser};

use super::support::{failure, faulty_fields, fine};

const AVATAR: &str = "/api/v1/users/me/avatar";

pub(super) fn multipart(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"me.html\"\r\nContent-Type: text/html\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--edge--\r\n"].concat()
}

async fn upload(app: &TestApp, user: &TestUser<'_>, body: Vec<u8>) -> TestResponse {
    let request = user.request(Method::POST, AVATAR);
    let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
    app.send(request.body(Body::from(body)).unwrap()).await
}

pub(super) fn picture(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut content = Cursor::new(Vec::new());
    let picture = DynamicImage::from(RgbaImage::from_pixel(width, height, image::Rgba([200, 30, 60, 255])));
    let picture = if format == ImageFormat::Jpeg { picture.into_rgb8().into() } else { picture };
    picture.write_to(&mut content, format).unwrap();
    content.into_inner()
}

#[tokio::test]
async fn a_picture_of_each_format_becomes_a_small_webp() {
    let app = TestApp::start().await;
    let user = app.sign_up("ann").await;
    let mut paths = Vec::new();
    for (format, width, height) in [
        (ImageFormat::Png, 300, 200),
        (ImageFormat::Jpeg, 40, 3000),
        (ImageFormat::WebP, 128, 128),
        (ImageFormat::Gif, 1, 1),
    ] {
        let answer =
            fine(upload(&app, &user, multipart("avatar_file", &picture(format, width, height))).await).await;
        let path = answer["avatar"].as_str().unwrap().to_owned();
        assert_eq!(fine(user.get("/api/v1/users/me").await).await["avatar"], path.as_str());
        let redirect = user.get(AVATAR).await;
        assert_eq!(redirect.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(redirect.header("location"), path);
        let of_user = user.get(&format!("/api/v1/users/{}/avatar", user.id)).await;
        assert_eq!(
            (of_user.status(), of_user.header("location")),
            (StatusCode::TEMPORARY_REDIRECT, path.as_str())
        );
        // Pages show it without a token.
        let served = app.get(&path).await;
        assert_eq!(served.status(), StatusCode::OK);
        assert_eq!(served.header("content-type"), "image/webp");
        assert_eq!(served.header("x-content-type-options"), "nosniff");
        assert!(served.header("cache-control").contains("immutable"));
        assert!(served.header("content-security-policy").contains("sandbox"));
        let small = image::load_from_memory_with_format(&served.bytes().await, ImageFormat::WebP).unwrap();
        assert_eq!((small.width(), small.height()), (128, 128), "{format:?}");
        let pixel = small.into_rgba8().get_pixel(64, 64).0;
        assert!(
            pixel[0].abs_diff(200) < 6 && pixel[1].abs_diff(30) < 6 && pixel[2].abs_diff(60) < 6,
            "{pixel:?}"
        );
        paths.push(path);
    }
    // The one that was replaced is gone.
    failure(app.get(&paths[0]).await, StatusCode::NOT_FOUND).await;
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), 4);
    let querygpt = crate::support::data(user.get("/api/v1/auth/me").await).await;
    assert!(querygpt["avatar_url"].as_str().unwrap().starts_with("/api/v1/avatars/"));
}

#[tokio::test]
async fn who_has_none_is_led_to_the_default() {
    let app = TestApp::start().await;
    let user = app.sign_up("ann").await;
    let location = user.get(AVATAR).await.header("location").to_owned();
    assert_eq!(location, "/api/v1/avatars/default.webp");
    let content = app.get(&location).await.bytes().await;
    let picture = image::load_from_memory_with_format(&content, ImageFormat::WebP).unwrap();
    assert_eq!((picture.width(), picture.height()), (128, 128));
    failure(user.get("/api/v1/users/4711/avatar").await, StatusCode::NOT_FOUND).await;
    assert_eq!(faulty_fields(user.get("/api/v1/users/x/avatar").await).await, ["path.user_id"]);
    for name in ["x", "x.webp", "default", "default.png", "0190f5a0-0000-7000-8000-000000000001.webp", "%FF"]
    {
        failure(app.get(&format!("/api/v1/avatars/{name}")).await, StatusCode::NOT_FOUND).await;
    }
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let app = TestApp::start().await;
    let user = app.sign_up("ann").await;
    let whole = picture(ImageFormat::Png, 300, 200);
    // A PNG that says it has 60,000 × 60,000 pixels, and next to no content.
    let mut bomb = whole.clone();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let checksum = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
    let html = b"<script>alert(1)</script>".to_vec();
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#.to_vec();
    let bmp = {
        let mut bytes = vec![0; 58];
        bytes[..2].copy_from_slice(b"BM");
        bytes
    };
    for (name, content) in [
        ("empty", Vec::new()),
        ("html", html),
        ("svg", svg),
        ("bmp", bmp),
        ("bomb", bomb),
        ("truncated", whole[..whole.len() / 2].to_vec()),
        ("head alone", whole[..40].to_vec()),
        ("truncated jpeg head", picture(ImageFormat::Jpeg, 64, 64)[..60].to_vec()),
    ] {
        let response = upload(&app, &user, multipart("avatar_file", &content)).await;
        assert_eq!(faulty_fields(response).await, ["body.avatar_file"], "{name}");
    }
    let other = upload(&app, &user, multipart("file", &whole)).await;
    assert_eq!(faulty_fields(other).await, ["body.avatar_file"]);
    let cut = upload(&app, &user, multipart("avatar_file", &whole)[..150].to_vec()).await;
    assert_eq!(faulty_fields(cut).await, ["body"]);
    let large = upload(&app, &user, multipart("avatar_file", &vec![0; 5 * 1024 * 1024 + 1])).await;
    failure(large, StatusCode::PAYLOAD_TOO_LARGE).await;
    let json = user.post(AVATAR, &serde_json::json!({})).await;
    failure(json, StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    assert_eq!(user.get(AVATAR).await.header("location"), "/api/v1/avatars/default.webp");
}

/// The checksum of a PNG's chunks.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, step)
}
