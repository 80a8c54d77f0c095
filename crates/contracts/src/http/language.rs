//! The language a client wants to be spoken to in.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use http::request::Parts;
use wenshu_core::Language;

/// The language of messages: Chinese, or English when `Accept-Language` prefers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken(pub Language);

impl<S: Sync> FromRequestParts<S> for Spoken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(preferred(&parts.headers)))
    }
}

/// What `Accept-Language` prefers, where it is sent.
pub fn asked(headers: &HeaderMap) -> Option<Language> {
    headers.contains_key(ACCEPT_LANGUAGE).then(|| preferred(headers))
}

/// What `Accept-Language` prefers of the languages we speak; Chinese when it says nothing of them.
pub fn preferred(headers: &HeaderMap) -> Language {
    let Some(header) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
        return Language::Zh;
    };
    let mut chosen = (Language::Zh, 0.0_f32);
    for range in header.split(',') {
        let mut parts = range.split(';');
        let tag = parts.next().unwrap_or_default().trim();
        let Some(language) = language_of(tag) else { continue };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
        // The first of equals wins: browsers list what they prefer first.
        if weight > chosen.1 {
            chosen = (language, weight);
        }
    }
    chosen.0
}

fn language_of(tag: &str) -> Option<Language> {
    let primary = tag.split('-').next()?;
    if primary.eq_ignore_ascii_case("zh") {
        Some(Language::Zh)
    } else if primary.eq_ignore_ascii_case("en") {
        Some(Language::En)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn english_only_when_preferred() {
        for (header, expected) in [
            ("", Language::Zh),
            ("en", Language::En),
            ("EN-us", Language::En),
            ("en-US,en;q=0.9", Language::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("en;q=0.5, zh;q=0.6", Language::Zh),
            ("fr-FR, en;q=0.3", Language::En),
            ("fr-FR", Language::Zh),
            ("*", Language::Zh),
            ("en;q=0", Language::Zh),
            ("en;q=NaN", Language::Zh),
            ("english", Language::Zh),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(header));
            assert_eq!(preferred(&headers), expected, "{header:?}");
        }
        assert_eq!(preferred(&HeaderMap::new()), Language::Zh);
    }
}
