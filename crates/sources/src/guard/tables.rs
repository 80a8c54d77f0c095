//! What may stand in `FROM`: relations that hold data, subqueries, joins, and functions known to make rows of their
//! arguments.

use sqlparser::ast::{
    FunctionArg, Ident, JsonTableColumn, JsonTableColumnErrorHandling, JsonTableNamedColumn,
    JsonTableNestedColumn, ObjectName, TableAlias, TableFactor, TableFunctionArgs, TableIndexHints,
    ValueWithSpan,
};

use super::RefusalReason;
use super::dialects::Quoting;
use super::refusal::{refuse, shorten};
use super::walk::{Checked, Walk, plain_name};

impl Walk {
    pub(super) fn table_factor(&mut self, factor: &TableFactor) -> Checked {
        self.count()?;
        self.remember(factor);
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality: _,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                if !with_hints.is_empty() || version.is_some() || json_path.is_some() || sample.is_some() {
                    return refuse(
                        RefusalReason::Syntax,
                        format!(
                            "`{}` takes no hint, version or sample here; leave it out.",
                            shorten(&name.to_string())
                        ),
                    );
                }
                let only_mysql = !partitions.is_empty() || !index_hints.is_empty();
                if only_mysql && self.rules.quoting != Quoting::MySql {
                    return refuse(
                        RefusalReason::Syntax,
                        format!("`{}` takes no partition or index hint here.", shorten(&name.to_string())),
                    );
                }
                for TableIndexHints { hint_type: _, index_type: _, for_clause: _, index_names: _ } in
                    index_hints
                {}
                self.table_alias(alias.as_ref())?;
                match args {
                    None => self.relation(name),
                    Some(TableFunctionArgs { args, settings: None }) => {
                        self.table_function(name, args, alias.as_ref())
                    }
                    Some(TableFunctionArgs { args: _, settings: Some(_) }) => {
                        refuse(RefusalReason::Syntax, "`SETTINGS` isn't accepted; leave it out.")
                    }
                }
            }
            TableFactor::Derived { lateral: _, subquery, alias, sample } => {
                if sample.is_some() {
                    return refuse(RefusalReason::Syntax, "A subquery takes no sample; leave it out.");
                }
                self.table_alias(alias.as_ref())?;
                self.query(subquery)
            }
            TableFactor::Function { lateral: _, name, args, with_ordinality: _, alias } => {
                self.table_alias(alias.as_ref())?;
                self.table_function(name, args, alias.as_ref())
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset,
                with_offset_alias,
                with_ordinality: _,
            } => {
                if *with_offset || with_offset_alias.is_some() || !self.rules.functions.is_table("unnest") {
                    return refuse(RefusalReason::Function, "This form of `UNNEST` isn't allowed.");
                }
                self.table_alias(alias.as_ref())?;
                self.row_function("unnest", alias.as_ref());
                self.expressions(array_exprs)
            }
            TableFactor::JsonTable { json_expr, json_path, columns, alias } => {
                let ValueWithSpan { value, span: _ } = json_path;
                self.value(value)?;
                self.table_alias(alias.as_ref())?;
                self.expression(json_expr)?;
                self.json_columns(columns)
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                self.table_alias(alias.as_ref())?;
                self.table_with_joins(table_with_joins)
            }
            TableFactor::TableFunction { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::SemanticView { .. } => refuse(
                RefusalReason::Relation,
                format!(
                    "`{}` isn't allowed in `FROM`; name a table or a subquery.",
                    shorten(&factor.to_string())
                ),
            ),
        }
    }

    /// Remembers what names before a dot may stand for.
    fn remember(&mut self, factor: &TableFactor) {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => self.dotted.relation(name, alias.as_ref()),
            TableFactor::Table { alias, .. }
            | TableFactor::Derived { alias, .. }
            | TableFactor::Function { alias, .. }
            | TableFactor::UNNEST { alias, .. }
            | TableFactor::JsonTable { alias, .. }
            | TableFactor::NestedJoin { alias, .. } => self.dotted.other(alias.as_ref()),
            // None of them is let through.
            _ => {}
        }
    }

    /// Refuses the relations that are the database's own machinery.
    fn relation(&mut self, name: &ObjectName) -> Checked {
        let parts = plain_name(name)?;
        if let Some(first) = parts.first() {
            self.name(first)?;
        }
        let lower: Vec<String> = parts.iter().map(|part| part.value.to_lowercase()).collect();
        if (self.rules.is_machinery)(&lower) {
            return refuse(
                RefusalReason::Relation,
                format!(
                    "`{}` belongs to the database itself and isn't data. Ask for a table of data.",
                    show(&parts)
                ),
            );
        }
        Ok(())
    }

    fn table_function(
        &mut self,
        name: &ObjectName,
        args: &[FunctionArg],
        alias: Option<&TableAlias>,
    ) -> Checked {
        let parts = plain_name(name)?;
        let function = self.function_name(&parts).filter(|name| self.rules.functions.is_table(name));
        let Some(function) = function else {
            return refuse(
                RefusalReason::Function,
                format!(
                    "`{}` isn't a function that may stand in `FROM`. Name a table or a subquery.",
                    show(&parts)
                ),
            );
        };
        self.row_function(&function, alias);
        self.function_arguments(args)
    }

    fn json_columns(&mut self, columns: &[JsonTableColumn]) -> Checked {
        for column in columns {
            self.count()?;
            match column {
                JsonTableColumn::ForOrdinality(_) => {}
                JsonTableColumn::Named(JsonTableNamedColumn {
                    name: _,
                    r#type,
                    path,
                    exists: _,
                    on_empty,
                    on_error,
                }) => {
                    self.data_type(r#type)?;
                    self.value(&path.value)?;
                    for handling in [on_empty, on_error].into_iter().flatten() {
                        match handling {
                            JsonTableColumnErrorHandling::Null | JsonTableColumnErrorHandling::Error => {}
                            JsonTableColumnErrorHandling::Default(value) => self.value(&value.value)?,
                        }
                    }
                }
                JsonTableColumn::Nested(JsonTableNestedColumn { path, columns }) => {
                    self.value(&path.value)?;
                    self.below(|walk| walk.json_columns(columns))?;
                }
            }
        }
        Ok(())
    }
}

/// A name as it was written, for a message.
pub(super) fn show(parts: &[&Ident]) -> String {
    let joined: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
    shorten(&joined.join("."))
}
