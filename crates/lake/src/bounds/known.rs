//! What has to be known of a call before it is computed: constants that decide what it takes, and frames that it works through for
//! each row.

use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    AggregateUDF, Expr, Operator, WindowFrame, WindowFrameBound, WindowFrameUnits,
};

use super::refused;

/// The most parts that a percentile is told from. So many are set aside for each group, whatever it has.
const MOST_CENTROIDS: i64 = 1_000;

/// The most rows on either side of the one at hand that a median is looked for in.
const MOST_MEDIAN_ROWS: u64 = 1_000;

/// Refuses a percentile that is told from too many parts, or from a number of them that isn't known.
///
/// # Errors
///
/// When it is one, with what to do.
pub(super) fn check_aggregate(function: &AggregateUDF, args: &[Expr]) -> Result<()> {
    if !function.name().starts_with("approx_percentile_cont") {
        return Ok(());
    }
    let last = if function.name() == "approx_percentile_cont" { args.get(2) } else { args.get(3) };
    let Some(centroids) = last else { return Ok(()) };
    let is_few = match centroids {
        Expr::Literal(value, _) => match value.cast_to(&arrow::datatypes::DataType::Int64) {
            Ok(ScalarValue::Int64(Some(number))) => number <= MOST_CENTROIDS,
            _ => false,
        },
        _ => false,
    };
    if is_few {
        return Ok(());
    }
    let name = function.name();
    Err(refused(format!(
        "the third argument of `{name}` has to be a number of at most {MOST_CENTROIDS}; leave it out, or use `percentile_cont`, which is \
         exact"
    )))
}

/// Refuses a median over a frame that is worked through for each row at once.
///
/// # Errors
///
/// When it is one, with what to do.
pub(super) fn check_over(function: &AggregateUDF, frame: &WindowFrame) -> Result<()> {
    if !matches!(function.name(), "median" | "percentile_cont") {
        return Ok(());
    }
    let (start, end) = (&frame.start_bound, &frame.end_bound);
    let is_whole = start.is_unbounded() && end.is_unbounded();
    // One that grows is worked at a batch at a time.
    let grows = start.is_unbounded() && *end == WindowFrameBound::CurrentRow;
    let is_short = frame.units == WindowFrameUnits::Rows && is_near(start) && is_near(end);
    if is_whole || grows || is_short {
        return Ok(());
    }
    let name = function.name();
    Err(refused(format!(
        "`{name}` with OVER takes the whole partition, all rows up to the current one, or ROWS BETWEEN at most {MOST_MEDIAN_ROWS} \
         PRECEDING AND {MOST_MEDIAN_ROWS} FOLLOWING; compute it with GROUP BY and join the result"
    )))
}

fn is_near(bound: &WindowFrameBound) -> bool {
    match bound {
        WindowFrameBound::CurrentRow => true,
        WindowFrameBound::Preceding(ScalarValue::UInt64(Some(rows)))
        | WindowFrameBound::Following(ScalarValue::UInt64(Some(rows))) => *rows <= MOST_MEDIAN_ROWS,
        _ => false,
    }
}

/// Refuses a regular expression that is another one in each row: all of a batch are kept, each of which may take mebibytes.
///
/// # Errors
///
/// When it is one, with what to do.
pub(super) fn check_pattern(expr: &Expr) -> Result<()> {
    let (name, pattern) = match expr {
        Expr::ScalarFunction(call) if call.func.name().starts_with("regexp_") => {
            (call.func.name(), call.args.get(1))
        }
        Expr::BinaryExpr(binary)
            if matches!(
                binary.op,
                Operator::RegexMatch
                    | Operator::RegexIMatch
                    | Operator::RegexNotMatch
                    | Operator::RegexNotIMatch
            ) =>
        {
            ("~", Some(binary.right.as_ref()))
        }
        Expr::SimilarTo(like) => ("SIMILAR TO", Some(like.pattern.as_ref())),
        _ => return Ok(()),
    };
    if pattern.is_none_or(|pattern| pattern.column_refs().is_empty()) {
        return Ok(());
    }
    Err(refused(format!(
        "the pattern of `{name}` has to be a constant, the same for all rows; to look for values of a column use `strpos`, `contains` or \
         `LIKE`"
    )))
}
