//! What may stand in an expression.

use sqlparser::ast::{
    AccessExpr, Array, BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DateTimeField, Expr, Ident,
    Interval, MemberOf, Subscript, TypedString, UnaryOperator, Value,
};

use super::RefusalReason;
use super::dialects::Quoting;
use super::refusal::{refuse, shorten};
use super::walk::{Checked, Walk, not_read_only, plain_name};

impl Walk {
    pub(super) fn expressions<'tree>(
        &mut self,
        expressions: impl IntoIterator<Item = &'tree Expr>,
    ) -> Checked {
        expressions.into_iter().try_for_each(|expression| self.expression(expression))
    }

    /// Checks an expression. Chains of binary operators lean to the left, and the left spine is walked by a loop.
    pub(super) fn expression(&mut self, expression: &Expr) -> Checked {
        let mut expression = expression;
        while let Expr::BinaryOp { left, op, right } = expression {
            self.count()?;
            self.binary_operator(op)?;
            self.expression(right)?;
            expression = left;
        }
        self.below(|walk| walk.one_expression(expression))
    }

    fn one_expression(&mut self, expression: &Expr) -> Checked {
        self.count()?;
        match expression {
            Expr::Identifier(name) => self.identifier(name),
            Expr::CompoundIdentifier(parts) => self.compound_identifier(parts),
            Expr::CompoundFieldAccess { root, access_chain } => {
                self.expression(root)?;
                access_chain.iter().try_for_each(|access| self.access(access))
            }
            Expr::IsFalse(inner)
            | Expr::IsNotFalse(inner)
            | Expr::IsTrue(inner)
            | Expr::IsNotTrue(inner)
            | Expr::IsNull(inner)
            | Expr::IsNotNull(inner)
            | Expr::IsUnknown(inner)
            | Expr::IsNotUnknown(inner)
            | Expr::Nested(inner)
            | Expr::IsNormalized { expr: inner, form: _, negated: _ } => self.expression(inner),
            Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) => {
                self.expressions([left.as_ref(), right])
            }
            Expr::InList { expr, list, negated: _ } => {
                // There `IN (a)` reads the table `a` where there is no such column, in however many brackets.
                if self.rules.quoting == Quoting::ClickHouse
                    && let [only] = list.as_slice()
                    && !is_computed(only)
                {
                    return refuse(
                        RefusalReason::Relation,
                        "`IN` takes a list of values or a subquery here; for a column write `=`.",
                    );
                }
                self.expression(expr)?;
                self.expressions(list)
            }
            Expr::InSubquery { expr, subquery, negated: _ } => {
                self.expression(expr)?;
                self.query(subquery)
            }
            Expr::Between { expr, negated: _, low, high } => self.expressions([expr.as_ref(), low, high]),
            // Only BinaryOp is taken apart by `expression`, so this isn't reached; it is checked all the same.
            Expr::BinaryOp { left, op, right } => {
                self.binary_operator(op)?;
                self.expressions([left.as_ref(), right])
            }
            Expr::Like { negated: _, any, expr, pattern, escape_char }
            | Expr::ILike { negated: _, any, expr, pattern, escape_char } => {
                if *any {
                    return refuse(RefusalReason::Syntax, "`LIKE ANY` isn't accepted; write `OR`.");
                }
                if let Some(escape) = escape_char {
                    self.value(&escape.value)?;
                }
                self.expressions([expr.as_ref(), pattern])
            }
            Expr::SimilarTo { negated: _, expr, pattern, escape_char } => {
                if let Some(escape) = escape_char {
                    self.value(&escape.value)?;
                }
                self.expressions([expr.as_ref(), pattern])
            }
            Expr::RLike { negated: _, expr, pattern, regexp: _ } => {
                self.expressions([expr.as_ref(), pattern])
            }
            Expr::AnyOp { left, compare_op, right, is_some: _ } | Expr::AllOp { left, compare_op, right } => {
                self.binary_operator(compare_op)?;
                self.expressions([left.as_ref(), right])
            }
            Expr::UnaryOp { op, expr } => {
                self.unary_operator(*op)?;
                self.expression(expr)
            }
            Expr::Convert { is_try, expr, data_type, charset, target_before_value, styles } => {
                if *is_try
                    || *target_before_value
                    || !styles.is_empty()
                    || self.rules.quoting != Quoting::MySql
                {
                    return refuse(
                        RefusalReason::Function,
                        "`CONVERT` isn't allowed in this form. Use `CAST`.",
                    );
                }
                if let Some(charset) = charset {
                    plain_name(charset)?;
                }
                if let Some(data_type) = data_type {
                    self.data_type(data_type)?;
                }
                self.expression(expr)
            }
            Expr::Cast { kind, expr, data_type, array: _, format } => {
                match kind {
                    CastKind::Cast | CastKind::DoubleColon => {}
                    CastKind::TryCast | CastKind::SafeCast => {
                        return refuse(RefusalReason::Function, "`TRY_CAST` isn't allowed. Use `CAST`.");
                    }
                }
                if format.is_some() {
                    return refuse(
                        RefusalReason::Syntax,
                        "`CAST … FORMAT` isn't accepted; leave `FORMAT` out.",
                    );
                }
                self.data_type(data_type)?;
                self.expression(expr)
            }
            Expr::AtTimeZone { timestamp, time_zone } => self.expressions([timestamp.as_ref(), time_zone]),
            Expr::Extract { field: _, syntax: _, expr } => self.expression(expr),
            Expr::Ceil { expr, field } | Expr::Floor { expr, field } => {
                match field {
                    CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {}
                    CeilFloorKind::DateTimeField(_) => {
                        return refuse(RefusalReason::Syntax, "`CEIL … TO` isn't accepted; leave `TO` out.");
                    }
                    CeilFloorKind::Scale(scale) => self.value(&scale.value)?,
                }
                self.expression(expr)
            }
            Expr::Position { expr, r#in } => self.expressions([expr.as_ref(), r#in]),
            Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
                self.expression(expr)?;
                self.expressions([substring_from, substring_for].into_iter().flatten().map(AsRef::as_ref))
            }
            Expr::Trim { trim_where: _, trim_what, expr, trim_characters } => {
                self.expression(expr)?;
                self.expressions(trim_what.iter().map(AsRef::as_ref))?;
                self.expressions(trim_characters.iter().flatten())
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                self.expressions([expr.as_ref(), overlay_what, overlay_from])?;
                self.expressions(overlay_for.iter().map(AsRef::as_ref))
            }
            Expr::Collate { expr, collation } => {
                plain_name(collation)?;
                self.expression(expr)
            }
            Expr::Value(value) => self.value(&value.value),
            Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax }) => {
                if *uses_odbc_syntax {
                    return refuse(RefusalReason::Syntax, "`{d …}` isn't accepted; write `DATE '…'`.");
                }
                self.data_type(data_type)?;
                self.value(&value.value)
            }
            Expr::Function(function) => self.function(function),
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                self.expressions(operand.iter().map(AsRef::as_ref))?;
                for CaseWhen { condition, result } in conditions {
                    self.expressions([condition, result])?;
                }
                self.expressions(else_result.iter().map(AsRef::as_ref))
            }
            Expr::Exists { subquery, negated: _ } | Expr::Subquery(subquery) => self.query(subquery),
            Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
                self.expressions(sets.iter().flatten())
            }
            Expr::Tuple(values) => self.expressions(values),
            Expr::Array(Array { elem, named: _ })
                if matches!(self.rules.quoting, Quoting::Postgres | Quoting::ClickHouse) =>
            {
                self.expressions(elem)
            }
            Expr::Interval(Interval {
                value,
                leading_field: _,
                leading_precision: _,
                last_field: _,
                fractional_seconds_precision: _,
            }) => self.expression(value),
            Expr::MatchAgainst { columns, match_value, opt_search_modifier: _ } => {
                for column in columns {
                    plain_name(column)?;
                }
                self.value(&match_value.value)
            }
            Expr::MemberOf(MemberOf { value, array }) => self.expressions([value.as_ref(), array]),
            Expr::JsonAccess { .. }
            | Expr::InUnnest { .. }
            | Expr::Array(_)
            | Expr::Prefixed { .. }
            | Expr::Struct { .. }
            | Expr::Named { .. }
            | Expr::Dictionary(_)
            | Expr::Map(_)
            | Expr::Wildcard(_)
            | Expr::QualifiedWildcard(_, _)
            | Expr::OuterJoin(_)
            | Expr::Prior(_)
            | Expr::Lambda(_) => refuse(
                RefusalReason::Syntax,
                format!(
                    "`{}` isn't {} SQL that is accepted.",
                    shorten(&expression.to_string()),
                    self.rules.name
                ),
            ),
        }
    }

    fn identifier(&mut self, name: &Ident) -> Checked {
        if name.quote_style.is_none() {
            let lower = name.value.to_lowercase();
            let functions = self.rules.functions;
            if functions.session_words.contains(&lower.as_str()) {
                return refuse(
                    RefusalReason::Function,
                    format!(
                        "`{}` tells about the session, not about data. Leave it out.",
                        shorten(&name.value)
                    ),
                );
            }
            if functions.changing_words.contains(&lower.as_str()) {
                self.deterministic = false;
                return Ok(());
            }
        }
        self.name(name)
    }

    fn compound_identifier(&mut self, parts: &[Ident]) -> Checked {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return Ok(()) };
        self.name(first)?;
        self.qualified_name(parts);
        let lower = last.value.to_lowercase();
        let calls = match self.rules.quoting {
            Quoting::Sqlite | Quoting::ClickHouse => false,
            // The whole row of a table is the argument then.
            Quoting::Postgres => ["pg_", "lo_", "dblink"].iter().any(|prefix| lower.starts_with(prefix)),
            // MariaDB reads `s.nextval` as a call.
            Quoting::MySql => {
                last.quote_style.is_none() && matches!(lower.as_str(), "nextval" | "currval" | "lastval")
            }
        };
        if calls {
            return refuse(
                RefusalReason::Function,
                format!("`{}` would call a function that isn't known to only compute.", shorten(&last.value)),
            );
        }
        Ok(())
    }

    fn access(&mut self, access: &AccessExpr) -> Checked {
        if !matches!(self.rules.quoting, Quoting::Postgres | Quoting::ClickHouse) {
            return refuse(RefusalReason::Syntax, format!("`{access}` isn't {} SQL.", self.rules.name));
        }
        match access {
            // `(x).f` is a call of `f` where the type of `x` has no such field.
            AccessExpr::Dot(field) => refuse(
                RefusalReason::Function,
                format!(
                    "`(…).{}` could call a function. Select the field in a subquery.",
                    shorten(&field.to_string())
                ),
            ),
            AccessExpr::Subscript(Subscript::Index { index }) => self.expression(index),
            AccessExpr::Subscript(Subscript::Slice { lower_bound, upper_bound, stride }) => {
                self.expressions([lower_bound, upper_bound, stride].into_iter().flatten())
            }
        }
    }

    pub(super) fn value(&mut self, value: &Value) -> Checked {
        match value {
            Value::Number(_, false) | Value::HexStringLiteral(_) | Value::Boolean(_) | Value::Null => Ok(()),
            Value::SingleQuotedByteStringLiteral(_) => Ok(()),
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => {
                // `'now'` is a date of PostgreSQL, wherever one is expected.
                if self.rules.quoting == Quoting::Postgres {
                    let lower = text.to_ascii_lowercase();
                    let clock = ["now", "today", "tomorrow", "yesterday"];
                    self.deterministic &= !clock.iter().any(|word| lower.contains(word));
                }
                Ok(())
            }
            other => refuse(
                RefusalReason::Syntax,
                format!("`{}` isn't a literal of {}.", shorten(&other.to_string()), self.rules.name),
            ),
        }
    }

    fn unary_operator(&self, operator: UnaryOperator) -> Checked {
        match operator {
            UnaryOperator::Plus
            | UnaryOperator::Minus
            | UnaryOperator::Not
            | UnaryOperator::BitwiseNot
            | UnaryOperator::PGAbs
            | UnaryOperator::PGSquareRoot
            | UnaryOperator::PGCubeRoot => Ok(()),
            UnaryOperator::BangNot if self.rules.quoting == Quoting::MySql => Ok(()),
            UnaryOperator::BangNot
            | UnaryOperator::PGPostfixFactorial
            | UnaryOperator::PGPrefixFactorial
            | UnaryOperator::AtDashAt
            | UnaryOperator::DoubleAt
            | UnaryOperator::Hash
            | UnaryOperator::QuestionDash
            | UnaryOperator::QuestionPipe => self.unknown_operator(&operator.to_string()),
        }
    }

    fn binary_operator(&self, operator: &BinaryOperator) -> Checked {
        match operator {
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo
            | BinaryOperator::StringConcat
            | BinaryOperator::Gt
            | BinaryOperator::Lt
            | BinaryOperator::GtEq
            | BinaryOperator::LtEq
            | BinaryOperator::Spaceship
            | BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::And
            | BinaryOperator::Or
            | BinaryOperator::Xor
            | BinaryOperator::BitwiseOr
            | BinaryOperator::BitwiseAnd
            | BinaryOperator::BitwiseXor
            | BinaryOperator::MyIntegerDivide
            | BinaryOperator::Match
            | BinaryOperator::Regexp
            | BinaryOperator::PGBitwiseXor
            | BinaryOperator::PGBitwiseShiftLeft
            | BinaryOperator::PGBitwiseShiftRight
            | BinaryOperator::PGExp
            | BinaryOperator::PGOverlap
            | BinaryOperator::PGRegexMatch
            | BinaryOperator::PGRegexIMatch
            | BinaryOperator::PGRegexNotMatch
            | BinaryOperator::PGRegexNotIMatch
            | BinaryOperator::PGLikeMatch
            | BinaryOperator::PGILikeMatch
            | BinaryOperator::PGNotLikeMatch
            | BinaryOperator::PGNotILikeMatch
            | BinaryOperator::PGStartsWith
            | BinaryOperator::Arrow
            | BinaryOperator::LongArrow
            | BinaryOperator::HashArrow
            | BinaryOperator::HashLongArrow
            | BinaryOperator::AtAt
            | BinaryOperator::AtArrow
            | BinaryOperator::ArrowAt
            | BinaryOperator::HashMinus
            | BinaryOperator::AtQuestion
            | BinaryOperator::Question
            | BinaryOperator::QuestionAnd
            | BinaryOperator::QuestionPipe
            | BinaryOperator::Overlaps => Ok(()),
            BinaryOperator::Custom(name) if name == "GLOB" => Ok(()),
            BinaryOperator::Assignment => not_read_only(":=", "It assigns to a variable; leave it out."),
            BinaryOperator::DuckIntegerDivide
            | BinaryOperator::Custom(_)
            | BinaryOperator::PGCustomBinaryOperator(_)
            | BinaryOperator::DoubleHash
            | BinaryOperator::LtDashGt
            | BinaryOperator::AndLt
            | BinaryOperator::AndGt
            | BinaryOperator::LtLtPipe
            | BinaryOperator::PipeGtGt
            | BinaryOperator::AndLtPipe
            | BinaryOperator::PipeAndGt
            | BinaryOperator::LtCaret
            | BinaryOperator::GtCaret
            | BinaryOperator::QuestionHash
            | BinaryOperator::QuestionDash
            | BinaryOperator::QuestionDashPipe
            | BinaryOperator::QuestionDoublePipe
            | BinaryOperator::At
            | BinaryOperator::TildeEq => self.unknown_operator(&operator.to_string()),
        }
    }

    fn unknown_operator(&self, operator: &str) -> Checked {
        refuse(
            RefusalReason::Function,
            format!("`{}` isn't an operator that is known to only compute.", shorten(operator)),
        )
    }
}

/// Whether an expression is a value by its looks, and no name in brackets.
fn is_computed(expression: &Expr) -> bool {
    let mut expression = expression;
    while let Expr::Nested(inner) = expression {
        expression = inner;
    }
    matches!(
        expression,
        Expr::Value(_)
            | Expr::TypedString(_)
            | Expr::UnaryOp { op: UnaryOperator::Minus, expr: _ }
            | Expr::BinaryOp { .. }
            | Expr::Function(_)
            | Expr::Cast { .. }
            | Expr::Tuple(_)
            | Expr::Array(_)
    )
}
