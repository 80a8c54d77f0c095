//! Pictures that a model is shown: given along, or where the provider finds them. Nothing here looks at one or fetches it.

/// A picture of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Where the provider finds it, https.
    Address(String),
    /// The picture itself.
    Content {
        /// What it is.
        kind: PictureKind,
        /// Its bytes in base64.
        base64: String,
    },
}

/// What a picture may be, as far as providers take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureKind {
    /// `image/png`
    Png,
    /// `image/jpeg`
    Jpeg,
    /// `image/webp`
    WebP,
    /// `image/gif`
    Gif,
}

/// About how many tokens a picture is: between what the providers count for one of the usual size.
pub(super) const PICTURE_TOKENS: u64 = 1_000;

impl Picture {
    /// The picture that a URL names: `data:` with base64 of a kind that models take, or `https:`. None for any other.
    pub fn from_url(url: &str) -> Option<Self> {
        let url = url.trim();
        let scheme = |name: &str| url.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if scheme("https://") {
            let is_address =
                url.len() > "https://".len() && !url.contains(|letter: char| letter.is_whitespace());
            return is_address.then(|| Self::Address(url.to_owned()));
        }
        if !scheme("data:") {
            return None;
        }
        let (kind, base64) = url.get("data:".len()..)?.split_once(',')?;
        let kind = kind.strip_suffix(";base64").or_else(|| kind.strip_suffix(";BASE64"))?;
        let kind = match kind.to_ascii_lowercase().as_str() {
            "image/png" => PictureKind::Png,
            "image/jpeg" | "image/jpg" => PictureKind::Jpeg,
            "image/webp" => PictureKind::WebP,
            "image/gif" => PictureKind::Gif,
            _ => return None,
        };
        let is_base64 = !base64.is_empty()
            && base64.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
        is_base64.then(|| Self::Content { kind, base64: base64.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_models_are_shown_is_given_along_or_lies_behind_https() {
        let address = |url: &str| Some(Picture::Address(url.to_owned()));
        let content = |kind, base64: &str| Some(Picture::Content { kind, base64: base64.to_owned() });
        for (url, expected) in [
            ("https://example.com/a.png?x=1", address("https://example.com/a.png?x=1")),
            (" HTTPS://example.com/a ", address("HTTPS://example.com/a")),
            ("data:image/png;base64,iVBORw0=", content(PictureKind::Png, "iVBORw0=")),
            ("data:image/JPG;base64,/9j/", content(PictureKind::Jpeg, "/9j/")),
            ("data:image/webp;base64,UklG", content(PictureKind::WebP, "UklG")),
            ("data:image/gif;base64,R0lG", content(PictureKind::Gif, "R0lG")),
            ("http://example.com/a.png", None),
            ("https://", None),
            ("https://a b", None),
            ("/files/a.png", None),
            ("file:///etc/passwd", None),
            ("data:image/svg+xml;base64,PHN2Zz4=", None),
            ("data:image/png,raw", None),
            ("data:image/png;base64,", None),
            ("data:image/png;base64,<script>", None),
            ("", None),
        ] {
            assert_eq!(Picture::from_url(url), expected, "{url}");
        }
    }
}
