//! Moments of columns that have a zone, as clocks there show them: the days of a file are those that questions about it group by.

use arrow::array::timezone::Tz;
use arrow::datatypes::DataType;
use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset as _, TimeZone as _};

/// The zone of a column; UTC where there is none of that name.
pub(crate) fn zone_of(data_type: &DataType) -> Option<Tz> {
    let DataType::Timestamp(_, Some(zone)) = data_type else { return None };
    zone.parse().or_else(|_| "+00:00".parse()).ok()
}

/// A moment of UTC in a zone.
pub(crate) fn in_zone(moment: NaiveDateTime, zone: &Tz) -> DateTime<FixedOffset> {
    let offset = zone.offset_from_utc_datetime(&moment).fix();
    // Before zones were agreed upon clocks were seconds apart, which no format has a way to write.
    let is_written = offset.local_minus_utc() % 60 == 0;
    let offset = if is_written { offset } else { chrono::Utc.fix() };
    DateTime::from_naive_utc_and_offset(moment, offset)
}

/// How far clocks are ahead there: `Z`, `+08:00`.
pub(crate) fn ahead(offset: FixedOffset) -> String {
    if offset.local_minus_utc() == 0 { "Z".to_owned() } else { offset.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: &str, moment: &str) -> String {
        let zone = zone_of(&DataType::Timestamp(
            arrow::datatypes::TimeUnit::Microsecond,
            Some(zone.to_owned().into()),
        ));
        let moment = NaiveDateTime::parse_from_str(moment, "%Y-%m-%d %H:%M").unwrap();
        let there = in_zone(moment, &zone.unwrap());
        format!("{}{}", there.naive_local(), ahead(*there.offset()))
    }

    #[test]
    fn moments_are_as_clocks_show_them() {
        for (zone, moment, expected) in [
            ("UTC", "2024-01-01 23:00", "2024-01-01 23:00:00Z"),
            ("+00:00", "2024-01-01 23:00", "2024-01-01 23:00:00Z"),
            ("+08:00", "2024-01-01 23:00", "2024-01-02 07:00:00+08:00"),
            ("-03:30", "2024-01-01 23:00", "2024-01-01 19:30:00-03:30"),
            ("Asia/Shanghai", "2024-01-01 23:00", "2024-01-02 07:00:00+08:00"),
            ("America/New_York", "2024-07-01 23:00", "2024-07-01 19:00:00-04:00"),
            // Shanghai's own time was 5 minutes and 43 seconds more.
            ("Asia/Shanghai", "1899-01-01 00:00", "1899-01-01 00:00:00Z"),
            ("Nowhere/Nothing", "2024-01-01 23:00", "2024-01-01 23:00:00Z"),
        ] {
            assert_eq!(shown(zone, moment), expected, "{zone}");
        }
    }
}
