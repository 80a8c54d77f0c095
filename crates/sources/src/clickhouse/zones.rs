//! ClickHouse's moments in UTC. It writes them by the clock of the column's zone, or of the server's where the column has none.

use std::borrow::Cow;

use chrono::{MappedLocalTime, TimeZone as _};
use chrono_tz::Tz;

use super::types::unwrapped;
use crate::server::moment::moment;

/// The zone in which a type's values are written, `None` where they are no moments or nobody knows; `server` is that of the server.
pub(super) fn zone(name: &str, server: Option<Tz>) -> Option<Tz> {
    let (_, name) = unwrapped(name);
    let arguments = match name.split_once('(') {
        None => "",
        Some((_, arguments)) => arguments,
    };
    if !matches!(name.split('(').next(), Some("DateTime" | "DateTime32" | "DateTime64")) {
        return None;
    }
    match arguments.split('\'').nth(1) {
        Some(own) => own.parse().ok(),
        None => server,
    }
}

/// A moment as it was written in a zone, in UTC; what is no moment stays as it is.
///
/// The hour that comes twice in autumn is taken for the first where the server doesn't tell them apart.
pub(super) fn in_utc(value: Cow<'_, [u8]>, zone: Tz) -> Cow<'_, [u8]> {
    let Ok(text) = std::str::from_utf8(&value) else { return value };
    // Servers since 2020 are asked for UTC.
    if let Some(utc) = text.strip_suffix('Z').filter(|text| moment(text).is_some()) {
        return Cow::Owned(utc.as_bytes().to_vec());
    }
    let Some(local) = moment(text) else { return value };
    let utc = match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(moment) | MappedLocalTime::Ambiguous(moment, _) => {
            moment.naive_utc().to_string()
        }
        // An hour that its clock leaves out, by other rules than the server's: not a moment of UTC.
        MappedLocalTime::None => format!("{text} {zone}"),
    };
    Cow::Owned(utc.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_types() {
        let server = Some(Tz::Europe__Berlin);
        for (name, expected) in [
            ("DateTime", server),
            ("DateTime('Asia/Shanghai')", Some(Tz::Asia__Shanghai)),
            ("Nullable(DateTime('Asia/Shanghai'))", Some(Tz::Asia__Shanghai)),
            ("LowCardinality(DateTime)", server),
            ("DateTime64(3)", server),
            ("DateTime64(3, 'Asia/Shanghai')", Some(Tz::Asia__Shanghai)),
            ("DateTime('Nowhere/Land')", None),
            ("Date", None),
            ("String", None),
            ("Array(DateTime)", None),
        ] {
            assert_eq!(zone(name, server), expected, "{name}");
        }
        assert_eq!(zone("DateTime", None), None);
    }

    #[test]
    fn moments_in_utc() {
        for (text, zone, expected) in [
            ("2026-03-01 10:00:00", Tz::Asia__Shanghai, "2026-03-01 02:00:00"),
            ("2026-03-01 02:00:00.123", Tz::Asia__Shanghai, "2026-02-28 18:00:00.123"),
            ("2026-07-01 10:00:00.123456789", Tz::Europe__Berlin, "2026-07-01 08:00:00.123456789"),
            ("2026-10-25 02:30:00", Tz::Europe__Berlin, "2026-10-25 00:30:00"),
            ("2026-03-29 02:30:00", Tz::Europe__Berlin, "2026-03-29 02:30:00 Europe/Berlin"),
            ("2026-10-25T01:30:00Z", Tz::Europe__Berlin, "2026-10-25T01:30:00"),
            ("2026-03-01T02:00:00.500Z", Tz::Asia__Shanghai, "2026-03-01T02:00:00.500"),
            ("0000-00-00 00:00:00", Tz::Asia__Shanghai, "0000-00-00 00:00:00"),
            ("2026-03-01 10:00:00", Tz::UTC, "2026-03-01 10:00:00"),
        ] {
            let utc = in_utc(Cow::Borrowed(text.as_bytes()), zone);
            assert_eq!(std::str::from_utf8(&utc).unwrap(), expected, "{text} {zone}");
        }
    }
}
