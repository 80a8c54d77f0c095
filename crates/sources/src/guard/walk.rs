//! The walk over a query: what may stand in it, node by node. Whatever isn't named here as allowed is refused.
//!
//! Every node is taken apart with all its fields by name, so that a field which a newer parser adds is a compile
//! error here and not a hole.

use sqlparser::ast::{
    Cte, Distinct, Fetch, GroupByExpr, GroupByWithModifier, Ident, Interpolate, Join, JoinConstraint,
    JoinOperator, LimitClause, NamedWindowDefinition, NamedWindowExpr, ObjectName, ObjectNamePart, Offset,
    OrderBy, OrderByExpr, OrderByKind, OrderByOptions, Query, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, SelectModifiers, SetExpr, SetOperator, SetQuantifier, TableAlias,
    TableAliasColumnDef, TableWithJoins, Values, WildcardAdditionalOptions, WindowFrame, WindowFrameBound,
    WindowSpec, With,
};

use super::bounds::{MAX_DEPTH, MAX_NODES};
use super::dialects::{Quoting, Rules};
use super::dotted::{Dotted, DottedName};
use super::refusal::{refuse, shorten};
use super::{Refusal, RefusalReason};

/// The outcome of checking a node.
pub(super) type Checked = Result<(), Refusal>;

/// One walk over one query.
pub(super) struct Walk {
    pub(super) rules: &'static Rules,
    /// Whether nothing was met so far that reads the clock or rolls dice.
    pub(super) deterministic: bool,
    /// The functions in `FROM` whose rows are values, by alias, with the names that their columns have.
    row_functions: Vec<(String, Vec<String>)>,
    /// The names `a.b` that were met, where they may be calls.
    qualified: Vec<(String, String)>,
    /// The names with a dot, where they may be calls.
    pub(super) dotted: Dotted,
    depth: usize,
    nodes: usize,
}

/// Refuses what reads, but not only that.
pub(super) fn not_read_only<Anything>(what: &str, instead: &str) -> Result<Anything, Refusal> {
    refuse(RefusalReason::NotReadOnly, format!("`{what}` isn't allowed in a read-only query. {instead}"))
}

impl Walk {
    pub(super) fn new(rules: &'static Rules) -> Self {
        Self {
            rules,
            deterministic: true,
            row_functions: Vec::new(),
            qualified: Vec::new(),
            dotted: Dotted::default(),
            depth: 0,
            nodes: 0,
        }
    }

    /// Checks what can be told only when all was seen, and tells whether the query is deterministic and which names only the
    /// database can judge.
    ///
    /// PostgreSQL reads `f.g` as `g(f)` where `f` is the value of a function in `FROM` and has no column `g`.
    pub(super) fn finish(self) -> Result<(bool, Vec<DottedName>), Refusal> {
        for (owner, name) in &self.qualified {
            // Names aren't resolved here: of several functions with this alias, each may be the one that is meant.
            let mut functions = self.row_functions.iter().filter(|(alias, _)| alias == owner);
            if functions.any(|(_, columns)| !columns.contains(name)) {
                return refuse(
                    RefusalReason::Function,
                    format!(
                        "`{owner}.{name}` could call a function `{name}`. Name the columns: `AS {owner}({name})`.",
                        owner = shorten(owner),
                        name = shorten(name)
                    ),
                );
            }
        }
        Ok((self.deterministic, self.dotted.finish()))
    }

    /// Remembers a function in `FROM` with the columns that its rows have.
    pub(super) fn row_function(&mut self, function: &str, alias: Option<&TableAlias>) {
        if !self.rules.field_calls {
            return;
        }
        let owner = alias.map_or_else(|| function.to_owned(), |alias| alias.name.value.to_lowercase());
        let mut columns: Vec<String> = match alias {
            Some(alias) if !alias.columns.is_empty() => {
                alias.columns.iter().map(|column| column.name.value.to_lowercase()).collect()
            }
            // The column is called as the alias or the function, but for the functions that name theirs.
            _ => vec![owner.clone(), "key".to_owned(), "value".to_owned()],
        };
        columns.push("ordinality".to_owned());
        self.row_functions.push((owner, columns));
    }

    /// Remembers a name of several parts.
    pub(super) fn qualified_name(&mut self, parts: &[Ident]) {
        if !self.rules.field_calls {
            return;
        }
        self.dotted.name(parts);
        if let [owner, name] = parts {
            self.qualified.push((owner.value.to_lowercase(), name.value.to_lowercase()));
        }
    }

    /// Checks that a name is one for the database too, and not a word of its grammar.
    pub(super) fn name(&self, name: &Ident) -> Checked {
        if name.quote_style.is_some() {
            return Ok(());
        }
        let lower = name.value.to_ascii_lowercase();
        if self.rules.reserved.binary_search(&lower.as_str()).is_err() {
            return Ok(());
        }
        refuse(
            RefusalReason::Syntax,
            format!(
                "`{}` is a reserved word of {} and can't be a name here. Quote it if it is one.",
                shorten(&name.value),
                self.rules.name
            ),
        )
    }

    /// Checks a node and those below it, within the bounds.
    pub(super) fn below(&mut self, check: impl FnOnce(&mut Self) -> Checked) -> Checked {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return refuse(
                RefusalReason::TooComplex,
                "The statement is nested too deeply to be checked. Use `WITH` to flatten it.",
            );
        }
        let checked = check(self);
        self.depth -= 1;
        checked
    }

    /// Counts a node.
    pub(super) fn count(&mut self) -> Checked {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return refuse(
                RefusalReason::TooComplex,
                format!("The statement has more than {MAX_NODES} parts. Ask for less at once."),
            );
        }
        Ok(())
    }

    pub(super) fn query(&mut self, query: &Query) -> Checked {
        self.below(|walk| walk.query_parts(query))
    }

    fn query_parts(&mut self, query: &Query) -> Checked {
        self.count()?;
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        if let Some(lock) = locks.first() {
            return not_read_only(&lock.to_string(), "It locks rows; leave it out.");
        }
        if for_clause.is_some() {
            return not_read_only("FOR", "Leave it out.");
        }
        if settings.is_some() {
            return not_read_only("SETTINGS", "Leave it out.");
        }
        if format_clause.is_some() {
            return not_read_only("FORMAT", "Leave it out.");
        }
        if !pipe_operators.is_empty() {
            return not_read_only("|>", "Write a subquery or a `WITH`.");
        }
        if let Some(With { with_token: _, recursive: _, cte_tables }) = with {
            for table in cte_tables {
                self.common_table(table)?;
            }
        }
        self.set_expression(body)?;
        if let Some(order_by) = order_by {
            self.order_by(order_by)?;
        }
        match limit_clause {
            None => {}
            Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
                if !limit_by.is_empty() {
                    return not_read_only("LIMIT … BY", "Use a window function.");
                }
                if let Some(limit) = limit {
                    self.expression(limit)?;
                }
                if let Some(Offset { value, rows: _ }) = offset {
                    self.expression(value)?;
                }
            }
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
                self.expression(offset)?;
                self.expression(limit)?;
            }
        }
        if let Some(Fetch { with_ties: _, percent: _, quantity: Some(quantity) }) = fetch {
            self.expression(quantity)?;
        }
        Ok(())
    }

    fn common_table(&mut self, table: &Cte) -> Checked {
        let Cte { alias, query, from, materialized: _, closing_paren_token: _ } = table;
        if from.is_some() {
            return not_read_only("WITH … FROM", "Leave `FROM` out.");
        }
        self.table_alias(Some(alias))?;
        self.dotted.made(alias);
        self.query(query)
    }

    /// Walks a set expression. A chain of set operations leans to the left, and the left spine is walked by a loop.
    fn set_expression(&mut self, expression: &SetExpr) -> Checked {
        let mut expression = expression;
        loop {
            self.count()?;
            match expression {
                SetExpr::SetOperation { left, op, set_quantifier, right } => {
                    match op {
                        SetOperator::Union | SetOperator::Except | SetOperator::Intersect => {}
                        SetOperator::Minus => return not_read_only("MINUS", "Write `EXCEPT`."),
                    }
                    match set_quantifier {
                        SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None => {}
                        SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName => {
                            return not_read_only("BY NAME", "Name the columns in both queries.");
                        }
                    }
                    self.below(|walk| walk.set_expression(right))?;
                    expression = left;
                }
                SetExpr::Select(select) => return self.select(select),
                SetExpr::Query(query) => return self.query(query),
                SetExpr::Values(Values { explicit_row: _, value_keyword: _, rows }) => {
                    for row in rows {
                        self.expressions(&row.content)?;
                    }
                    return Ok(());
                }
                SetExpr::Insert(_) => return not_read_only("INSERT", "Only reading is possible."),
                SetExpr::Update(_) => return not_read_only("UPDATE", "Only reading is possible."),
                SetExpr::Delete(_) => return not_read_only("DELETE", "Only reading is possible."),
                SetExpr::Merge(_) => return not_read_only("MERGE", "Only reading is possible."),
                SetExpr::Table(_) => {
                    return not_read_only("TABLE", "Write `SELECT * FROM` and the table's name.");
                }
            }
        }
    }

    fn select(&mut self, select: &Select) -> Checked {
        let Select {
            select_token: _,
            optimizer_hints,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        if into.is_some() {
            return not_read_only("INTO", "It writes the rows somewhere; leave it out.");
        }
        let strange = [
            (!optimizer_hints.is_empty(), "/*+ … */"),
            (top.is_some(), "TOP"),
            (exclude.is_some(), "EXCLUDE"),
            (!lateral_views.is_empty(), "LATERAL VIEW"),
            (prewhere.is_some(), "PREWHERE"),
            (!connect_by.is_empty(), "CONNECT BY"),
            (!cluster_by.is_empty(), "CLUSTER BY"),
            (!distribute_by.is_empty(), "DISTRIBUTE BY"),
            (!sort_by.is_empty(), "SORT BY"),
            (qualify.is_some(), "QUALIFY"),
            (value_table_mode.is_some(), "SELECT AS"),
            (*flavor != SelectFlavor::Standard, "FROM … SELECT"),
        ];
        if let Some((_, what)) = strange.iter().find(|(present, _)| *present) {
            return refuse(RefusalReason::Syntax, format!("`{what}` isn't {} SQL.", self.rules.name));
        }
        if let Some(modifiers) = select_modifiers {
            select_modifiers_read(modifiers)?;
        }
        match distinct {
            None | Some(Distinct::All | Distinct::Distinct) => {}
            Some(Distinct::On(columns)) => self.expressions(columns)?,
        }
        for item in projection {
            self.select_item(item)?;
        }
        for table in from {
            self.table_with_joins(table)?;
        }
        if let Some(condition) = selection {
            self.expression(condition)?;
        }
        self.group_by(group_by)?;
        if let Some(condition) = having {
            self.expression(condition)?;
        }
        for NamedWindowDefinition(name, window) in named_window {
            self.name(name)?;
            match window {
                NamedWindowExpr::NamedWindow(name) => self.name(name)?,
                NamedWindowExpr::WindowSpec(window) => self.window(window)?,
            }
        }
        Ok(())
    }

    fn select_item(&mut self, item: &SelectItem) -> Checked {
        self.count()?;
        match item {
            SelectItem::UnnamedExpr(expression) => self.expression(expression),
            SelectItem::ExprWithAlias { expr, alias } => {
                self.label(alias)?;
                self.expression(expr)
            }
            SelectItem::ExprWithAliases { .. } => {
                refuse(RefusalReason::Syntax, "A column has one alias; give only one.")
            }
            SelectItem::Wildcard(options) => wildcard_options(options),
            SelectItem::QualifiedWildcard(kind, options) => {
                wildcard_options(options)?;
                match kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => plain_name(name).map(drop),
                    SelectItemQualifiedWildcardKind::Expr(_) => {
                        refuse(RefusalReason::Syntax, "`(…).*` isn't accepted; name the columns.")
                    }
                }
            }
        }
    }

    /// The label of a column. After `AS` PostgreSQL takes any word.
    fn label(&self, label: &Ident) -> Checked {
        self.alias(label)?;
        if self.rules.quoting == Quoting::Postgres { Ok(()) } else { self.name(label) }
    }

    /// Refuses `SELECT a 'b'` in PostgreSQL, where a string after a name makes it a cast: `regclass 'pg_authid'`.
    pub(super) fn alias(&self, alias: &Ident) -> Checked {
        if alias.quote_style == Some('\'') && self.rules.quoting == Quoting::Postgres {
            return refuse(
                RefusalReason::Syntax,
                format!("`'{}'` is a text, not a name. Quote an alias with `\"`.", shorten(&alias.value)),
            );
        }
        Ok(())
    }

    pub(super) fn table_alias(&mut self, alias: Option<&TableAlias>) -> Checked {
        let Some(TableAlias { explicit: _, name, columns, at }) = alias else { return Ok(()) };
        self.alias(name)?;
        self.name(name)?;
        if at.is_some() {
            return refuse(RefusalReason::Syntax, "`AT` isn't accepted after a table's alias.");
        }
        for TableAliasColumnDef { name, data_type } in columns {
            self.alias(name)?;
            self.name(name)?;
            if let Some(data_type) = data_type {
                self.data_type(data_type)?;
            }
        }
        Ok(())
    }

    fn group_by(&mut self, group_by: &GroupByExpr) -> Checked {
        match group_by {
            GroupByExpr::All(_) => {
                refuse(RefusalReason::Syntax, "`GROUP BY ALL` isn't accepted; name the columns.")
            }
            GroupByExpr::Expressions(columns, modifiers) => {
                self.expressions(columns)?;
                for modifier in modifiers {
                    match modifier {
                        GroupByWithModifier::Rollup | GroupByWithModifier::Cube => {}
                        GroupByWithModifier::GroupingSets(sets) => self.expression(sets)?,
                        GroupByWithModifier::Totals => {
                            return refuse(
                                RefusalReason::Syntax,
                                "`WITH TOTALS` isn't accepted; use `ROLLUP`.",
                            );
                        }
                    }
                }
                Ok(())
            }
        }
    }

    fn order_by(&mut self, order_by: &OrderBy) -> Checked {
        let OrderBy { kind, interpolate } = order_by;
        if let Some(Interpolate { exprs: _ }) = interpolate {
            return refuse(RefusalReason::Syntax, "`INTERPOLATE` isn't accepted; leave it out.");
        }
        match kind {
            OrderByKind::All(_) => {
                refuse(RefusalReason::Syntax, "`ORDER BY ALL` isn't accepted; name the columns.")
            }
            OrderByKind::Expressions(columns) => self.order_by_columns(columns),
        }
    }

    pub(super) fn order_by_columns(&mut self, columns: &[OrderByExpr]) -> Checked {
        for OrderByExpr { expr, options: OrderByOptions { asc: _, nulls_first: _ }, with_fill } in columns {
            if with_fill.is_some() {
                return refuse(RefusalReason::Syntax, "`WITH FILL` isn't accepted; leave it out.");
            }
            self.expression(expr)?;
        }
        Ok(())
    }

    pub(super) fn window(&mut self, window: &WindowSpec) -> Checked {
        let WindowSpec { window_name: _, partition_by, order_by, window_frame } = window;
        self.expressions(partition_by)?;
        self.order_by_columns(order_by)?;
        let Some(WindowFrame { units: _, start_bound, end_bound }) = window_frame else { return Ok(()) };
        for bound in [Some(start_bound), end_bound.as_ref()].into_iter().flatten() {
            match bound {
                WindowFrameBound::CurrentRow
                | WindowFrameBound::Preceding(None)
                | WindowFrameBound::Following(None) => {}
                WindowFrameBound::Preceding(Some(distance)) | WindowFrameBound::Following(Some(distance)) => {
                    self.expression(distance)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn table_with_joins(&mut self, table: &TableWithJoins) -> Checked {
        let TableWithJoins { relation, joins } = table;
        self.below(|walk| walk.table_factor(relation))?;
        for Join { relation, global, join_operator } in joins {
            if *global {
                return refuse(RefusalReason::Syntax, "`GLOBAL JOIN` isn't accepted; leave `GLOBAL` out.");
            }
            self.below(|walk| walk.table_factor(relation))?;
            self.join_operator(join_operator)?;
        }
        Ok(())
    }

    fn join_operator(&mut self, operator: &JoinOperator) -> Checked {
        let constraint = match operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::CrossJoin(constraint)
            | JoinOperator::StraightJoin(constraint) => constraint,
            JoinOperator::Semi(_)
            | JoinOperator::LeftSemi(_)
            | JoinOperator::RightSemi(_)
            | JoinOperator::Anti(_)
            | JoinOperator::LeftAnti(_)
            | JoinOperator::RightAnti(_)
            | JoinOperator::CrossApply
            | JoinOperator::OuterApply
            | JoinOperator::AsOf { .. }
            | JoinOperator::ArrayJoin
            | JoinOperator::LeftArrayJoin
            | JoinOperator::InnerArrayJoin => {
                return refuse(
                    RefusalReason::Syntax,
                    format!(
                        "This kind of join isn't {} SQL. Use `JOIN`, `LEFT JOIN` or `EXISTS`.",
                        self.rules.name
                    ),
                );
            }
        };
        match constraint {
            JoinConstraint::On(condition) => self.expression(condition),
            JoinConstraint::Using(columns) => {
                for column in columns {
                    plain_name(column)?.into_iter().try_for_each(|part| self.name(part))?;
                }
                Ok(())
            }
            JoinConstraint::Natural | JoinConstraint::None => Ok(()),
        }
    }
}

/// The parts of a name that is made of identifiers only.
pub(super) fn plain_name(name: &ObjectName) -> Result<Vec<&Ident>, Refusal> {
    let ObjectName(parts) = name;
    parts
        .iter()
        .map(|part| match part {
            ObjectNamePart::Identifier(identifier) => Ok(identifier),
            ObjectNamePart::Function(_) => {
                refuse(RefusalReason::Syntax, format!("`{}` isn't a name.", shorten(&name.to_string())))
            }
        })
        .collect()
}

fn wildcard_options(options: &WildcardAdditionalOptions) -> Checked {
    let WildcardAdditionalOptions {
        wildcard_token: _,
        opt_ilike: None,
        opt_exclude: None,
        opt_except: None,
        opt_replace: None,
        opt_rename: None,
        opt_alias: None,
    } = options
    else {
        return refuse(RefusalReason::Syntax, "`*` takes nothing after it here; name the columns.");
    };
    Ok(())
}

fn select_modifiers_read(modifiers: &SelectModifiers) -> Checked {
    let SelectModifiers {
        high_priority,
        straight_join: _,
        sql_small_result: _,
        sql_big_result: _,
        sql_buffer_result: _,
        sql_no_cache: _,
        sql_calc_found_rows,
    } = modifiers;
    if *high_priority {
        return not_read_only("HIGH_PRIORITY", "It puts the query before writers; leave it out.");
    }
    if *sql_calc_found_rows {
        return not_read_only("SQL_CALC_FOUND_ROWS", "Count in a query of its own.");
    }
    Ok(())
}
