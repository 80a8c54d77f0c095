//! Times as all contracts write them.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::{Serialize, Serializer};

/// RFC 3339 in UTC with `Z`; milliseconds where there are any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rfc3339(pub DateTime<Utc>);

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.trunc_subsecs(3).to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_documented() {
        for (micros, expected) in [
            (1_704_067_200_000_000, r#""2024-01-01T00:00:00Z""#),
            (1_704_067_200_120_000, r#""2024-01-01T00:00:00.120Z""#),
            (1_704_067_200_120_999, r#""2024-01-01T00:00:00.120Z""#),
        ] {
            let time = DateTime::from_timestamp_micros(micros).unwrap();
            assert_eq!(serde_json::to_string(&Rfc3339(time)).unwrap(), expected);
        }
    }
}
