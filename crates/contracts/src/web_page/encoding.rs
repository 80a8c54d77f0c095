//! How a client wants files packed.

use http::HeaderValue;

/// A packing that files come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    /// Its name in headers.
    pub(super) name: &'static str,
    /// What is added to the name of a file that is packed so.
    pub(super) ending: &'static str,
}

/// Smallest files first.
const KNOWN: [Encoding; 2] = [Encoding { name: "br", ending: "br" }, Encoding { name: "gzip", ending: "gz" }];

/// The packings that a client takes, smallest files first.
pub(super) fn accepted(header: Option<&HeaderValue>) -> Vec<Encoding> {
    let Some(header) = header.and_then(|value| value.to_str().ok()) else { return Vec::new() };
    let takes = |name: &str| {
        header.split(',').any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let is_named = parts.next().is_some_and(|given| given.eq_ignore_ascii_case(name));
            let is_refused = parts
                .find_map(|part| part.strip_prefix("q="))
                .and_then(|weight| weight.trim().parse::<f32>().ok())
                .is_some_and(|weight| weight <= 0.0);
            is_named && !is_refused
        })
    };
    KNOWN.into_iter().filter(|encoding| takes(encoding.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(header: &'static str) -> Vec<&'static str> {
        let header = HeaderValue::from_static(header);
        accepted(Some(&header)).iter().map(|encoding| encoding.name).collect()
    }

    #[test]
    fn what_is_refused_is_not_sent() {
        assert_eq!(names("gzip, deflate, br, zstd"), ["br", "gzip"]);
        assert_eq!(names("GZIP;q=0.5"), ["gzip"]);
        assert_eq!(names("br;q=0, gzip"), ["gzip"]);
        assert!(names("identity, brx").is_empty());
        assert!(accepted(None).is_empty());
    }
}
