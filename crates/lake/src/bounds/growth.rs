//! How long the texts and lists may become that a function makes, by how long those are that it is given.

use arrow::array::{Array as _, AsArray as _};
use arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::ColumnarValue;

use crate::sizes::{PART_BYTES, PLAIN_BYTES, total, widest};

/// The most steps of comparing letters of one batch: some seconds.
const MOST_STEPS: u64 = 4_000_000_000;

/// How what a function makes grows with what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Growth {
    /// By all that it is given.
    Together,
    /// `concat_ws`: the first comes between all others.
    Between,
    /// `replace`: the third in the place of each of the second.
    Replaced,
    /// `regexp_replace`: the third in the place of each match, with what was found in it.
    Matched,
    /// `regexp_match`: a part for each bracket.
    Found,
    /// `array_to_string`: the others between all of the first's parts.
    Listed,
    /// `string_to_array`: a part for each sign, at worst.
    Split,
    /// `array_replace`: the third in the place of each part of the first.
    Exchanged,
    /// `to_char`: by what its pattern stands for.
    Formatted,
    /// `translate`: by the longest sign.
    Signs,
    /// `levenshtein`: nothing becomes long, but each letter is compared with each.
    Compared,
    /// `array_has_all`: the same of the parts of lists.
    Searched,
    /// Not at all: what comes out of it is what came in.
    Gathered,
}

impl Growth {
    /// That of the function of this name; none where what it makes is never longer than what it is given.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "concat" | "overlay" | "make_array" | "array_append" | "array_prepend" | "array_concat"
            | "array_union" | "struct" | "named_struct" | "map" | "arrays_zip" => Self::Together,
            "concat_ws" => Self::Between,
            "replace" => Self::Replaced,
            "regexp_replace" => Self::Matched,
            "regexp_match" => Self::Found,
            "array_to_string" => Self::Listed,
            "string_to_array" => Self::Split,
            "array_replace" | "array_replace_n" | "array_replace_all" => Self::Exchanged,
            "to_char" => Self::Formatted,
            "translate" => Self::Signs,
            "levenshtein" => Self::Compared,
            "array_has_all" | "array_has_any" => Self::Searched,
            _ => return None,
        })
    }
}

/// How long values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Size {
    /// The longest.
    pub(super) widest: u64,
    /// All of them.
    pub(super) total: u64,
}

/// What is given to a function.
pub(super) struct Given {
    sizes: Vec<Size>,
    rows: u64,
    /// Of the second, the shortest that it can be.
    second: u64,
    /// Brackets in the second.
    brackets: u64,
    pub(super) is_constant: bool,
}

impl Given {
    pub(super) fn of(args: &[ColumnarValue], rows: usize) -> Result<Self, DataFusionError> {
        let is_constant = args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if is_constant { 1 } else { rows as u64 };
        let sizes = args.iter().map(|arg| {
            Ok(match arg {
                ColumnarValue::Array(array) => {
                    Size { widest: widest(array.as_ref()) as u64, total: total(array.as_ref()) as u64 }
                }
                ColumnarValue::Scalar(value) => {
                    let own = widest(value.to_array()?.as_ref()) as u64;
                    Size { widest: own, total: own.saturating_mul(rows) }
                }
            })
        });
        let (mut second, mut brackets) = (1, None);
        if let Some(ColumnarValue::Scalar(value)) = args.get(1)
            && let Some(Some(text)) = value.try_as_str()
        {
            second = text.len() as u64;
            brackets = Some(text.bytes().filter(|byte| *byte == b'(').count() as u64 + 1);
        }
        let sizes = sizes.collect::<Result<Vec<Size>, DataFusionError>>()?;
        let longest = sizes.get(1).map_or(0, |size| size.widest);
        Ok(Self {
            sizes,
            rows,
            second: second.max(1),
            brackets: brackets.unwrap_or(longest + 1),
            is_constant,
        })
    }

    fn at(&self, index: usize) -> Size {
        self.sizes.get(index).copied().unwrap_or_default()
    }

    fn sum(&self, skipped: usize) -> Size {
        let sizes = self.sizes.iter().skip(skipped);
        sizes.fold(Size::default(), |sum, size| Size {
            widest: sum.widest.saturating_add(size.widest),
            total: sum.total.saturating_add(size.total),
        })
    }

    /// No less than what becomes of it.
    pub(super) fn becomes(&self, growth: Growth) -> Size {
        let (first, third) = (self.at(0), self.at(2));
        let rows = self.rows;
        // So many of the third, by the length of the first.
        let with = |places: &dyn Fn(u64, u64) -> u64, each: u64| Size {
            widest: first.widest.saturating_add(places(first.widest, 1).saturating_mul(each)),
            total: first.total.saturating_add(places(first.total, rows).saturating_mul(each)),
        };
        match growth {
            Growth::Together | Growth::Gathered => self.sum(0),
            Growth::Between => {
                let others = self.sum(1);
                let between = first.widest.saturating_mul(self.sizes.len() as u64);
                Size {
                    widest: others.widest.saturating_add(between),
                    total: others.total.saturating_add(between.saturating_mul(rows)),
                }
            }
            Growth::Replaced => {
                with(&|length, values| (length / self.second).saturating_add(values), third.widest)
            }
            // Each two signs of it may stand for all that was found.
            Growth::Matched => {
                with(&|length, values| length.saturating_add(values), third.widest.saturating_mul(2))
            }
            Growth::Found => Size {
                widest: first.widest.saturating_add(PLAIN_BYTES as u64).saturating_mul(self.brackets),
                total: first.total.saturating_add(PLAIN_BYTES as u64 * rows).saturating_mul(self.brackets),
            },
            Growth::Listed => with(
                &|length, values| length.saturating_add(values),
                self.at(1).widest.saturating_add(third.widest),
            ),
            Growth::Split => with(&|length, values| length.saturating_add(values), PLAIN_BYTES as u64),
            Growth::Exchanged => with(&|length, _| length / PLAIN_BYTES as u64, third.widest),
            Growth::Formatted => Size {
                widest: self.at(1).widest.saturating_mul(32),
                total: self.at(1).total.saturating_mul(32),
            },
            Growth::Signs => {
                Size { widest: first.widest.saturating_mul(4), total: first.total.saturating_mul(4) }
            }
            Growth::Compared | Growth::Searched => Size::default(),
        }
    }

    /// Whether it takes too long in a stretch that nothing ends.
    pub(super) fn takes_too_long(&self, growth: Growth) -> bool {
        let (first, second) = (self.at(0), self.at(1));
        let steps = match growth {
            Growth::Compared => first.total.saturating_mul(second.widest),
            Growth::Searched => {
                let part = PLAIN_BYTES as u64;
                (first.total / part).saturating_mul(second.widest / part)
            }
            _ => 0,
        };
        steps > MOST_STEPS
    }

    /// What becomes of texts that are divided where a constant stands in them; none where it isn't known.
    pub(super) fn divided(&self, args: &[ColumnarValue]) -> Option<Size> {
        let (Some(ColumnarValue::Array(texts)), Some(ColumnarValue::Scalar(between))) =
            (args.first(), args.get(1))
        else {
            return None;
        };
        let between = between.try_as_str().flatten().filter(|between| !between.is_empty())?;
        let between = memchr::memmem::Finder::new(between);
        let parts =
            |text: Option<&str>| text.map_or(0, |text| between.find_iter(text.as_bytes()).count() as u64 + 1);
        let counts: Box<dyn Iterator<Item = u64>> = match texts.data_type() {
            DataType::Utf8 => Box::new(texts.as_string::<i32>().iter().map(parts)),
            DataType::LargeUtf8 => Box::new(texts.as_string::<i64>().iter().map(parts)),
            DataType::Utf8View => Box::new(texts.as_string_view().iter().map(parts)),
            _ => return None,
        };
        let (most, all) =
            counts.fold((0_u64, 0_u64), |(most, all), parts| (most.max(parts), all.saturating_add(parts)));
        let first = self.at(0);
        Some(Size {
            widest: first.widest.saturating_add(most.saturating_mul(PART_BYTES as u64)),
            total: first.total.saturating_add(all.saturating_mul(PLAIN_BYTES as u64)),
        })
    }
}
