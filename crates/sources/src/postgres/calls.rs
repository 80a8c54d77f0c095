//! Calls that look like columns: where the database has a function that a name after a dot could mean, the statement isn't run.
//!
//! PostgreSQL reads `t.f` as the column `f` of `t`, and where there is none as `f(t)`. The guard can't know which it is; the catalogue
//! can, in the transaction in which the statement runs.

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::guard::DottedName;

/// Of these names those of functions that could be called with one argument. The built-in ones are the guard's business. Names are
/// as long as the database lets them be.
const FUNCTIONS: &str = "
    SELECT DISTINCT proname::text FROM pg_catalog.pg_proc
    WHERE proname = ANY($1::text[]::name[]) AND pronargs - pronargdefaults <= 1 AND pronargs > 0
      AND pronamespace <> 'pg_catalog'::pg_catalog.regnamespace AND pg_catalog.pg_function_is_visible(oid)";

/// Whether each relation has the column, system columns among them.
const HAVE_COLUMN: &str = "
    SELECT NOT EXISTS (
        SELECT FROM unnest($1::text[]) AS place (relation)
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute
                          WHERE attrelid = pg_catalog.to_regclass(place.relation)
                            AND attname = $2::text::name AND NOT attisdropped))";

/// Refuses a statement in which one of the names could be a call.
pub(super) async fn check(connection: &mut PgConnection, names: &[DottedName]) -> Result<(), sqlx::Error> {
    if names.is_empty() {
        return Ok(());
    }
    let texts: Vec<&str> = names.iter().map(|dotted| dotted.name.as_str()).collect();
    let query = sqlx::query(FUNCTIONS).bind(texts).persistent(false);
    let functions: Vec<String> = query
        .fetch_all(&mut *connection)
        .await?
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?;
    for dotted in names.iter().filter(|dotted| is_one_of(&dotted.name, &functions)) {
        let is_column = !dotted.relations.is_empty() && {
            let query = sqlx::query(HAVE_COLUMN).bind(&dotted.relations).bind(&dotted.name).persistent(false);
            query.fetch_one(&mut *connection).await?.try_get(0)?
        };
        if !is_column {
            return Err(sqlx::Error::InvalidArgument(format!(
                "`….{name}` could call the function `{name}` of this database, which isn't known to only compute; write the column \
                 without its table, or under another name in a subquery",
                name = dotted.name
            )));
        }
    }
    Ok(())
}

/// Whether a name is that of one of the functions, once it is cut to the length that names have.
fn is_one_of(name: &str, functions: &[String]) -> bool {
    functions.iter().any(|function| name == function || function.len() > 48 && name.starts_with(function))
}
