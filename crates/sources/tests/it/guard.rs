//! The read-only guard: a table of statements that pass and of statements that don't.

use wenshu_sources::Dialect::{MySql, Postgres, Sqlite};
use wenshu_sources::guard::RefusalReason::{Function, NotOneStatement, NotReadOnly, Relation, TooComplex};
use wenshu_sources::guard::check;

#[test]
fn queries_pass() {
    for (dialect, sql) in [
        (Sqlite, "SELECT city, count(*) AS n FROM customers GROUP BY city ORDER BY n DESC LIMIT 5;"),
        (Sqlite, "SELECT replace(name, 'a', 'b') FROM t -- ; DROP TABLE t"),
        (Sqlite, "SELECT \"销售额\" AS 金额, [a b], `c` FROM \"订单\" WHERE x = ';--' AND y <> -1 AND z=-1"),
        (
            Sqlite,
            "SELECT strftime('%Y-%m', ordered_at) m, sum(total_amount) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM orders",
        ),
        (Sqlite, "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x<9) SELECT x FROM n"),
        (
            Postgres,
            "SELECT date_trunc('month', ordered_at)::date, count(*) FILTER (WHERE a=-1) FROM public.orders GROUP BY ROLLUP (1) FETCH FIRST 5 ROWS ONLY",
        ),
        (Postgres, "SELECT E'it\\'s', $$a'b$$, U&'\\4e2d', 'a\\'"),
        (Postgres, "SELECT * FROM a JOIN LATERAL (SELECT * FROM b WHERE b.x = a.x LIMIT 1) s ON true"),
        (
            Postgres,
            "SELECT string_agg(name, ',' ORDER BY name) FROM t WHERE data->>'k' = 'v' AND tags @> ARRAY['x']",
        ),
        (
            MySql,
            "SELECT `name`, COUNT (*) FROM db.t WHERE a = \"it's\" AND b LIKE 'a\\_%' GROUP BY name WITH ROLLUP LIMIT 5, 10 # end",
        ),
        (
            MySql,
            "SELECT DATE_FORMAT(NOW() - INTERVAL 1 MONTH, '%Y-%m'), GROUP_CONCAT(DISTINCT a ORDER BY a SEPARATOR ';')",
        ),
    ] {
        match check(sql, dialect) {
            Ok(query) => {
                println!("{}", query.sql());
                let again = check(query.sql(), dialect);
                assert_eq!(again.as_ref(), Ok(&query), "the canonical text is its own canonical text");
            }
            Err(refusal) => panic!("{dialect:?} refused {sql}: {refusal}"),
        }
    }
}

#[test]
fn everything_else_is_refused() {
    for (dialect, sql, reason) in [
        (Sqlite, "", NotOneStatement),
        (Sqlite, "SELECT 1; SELECT 2", NotOneStatement),
        (Sqlite, "DELETE FROM t", NotReadOnly),
        (Sqlite, "PRAGMA table_info(t)", NotReadOnly),
        (Sqlite, "SELECT load_extension('x')", Function),
        (Sqlite, "SELECT * FROM sqlite_master", Relation),
        (Sqlite, "SELECT * FROM pragma_table_info('t')", Function),
        (Postgres, "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", NotReadOnly),
        (Postgres, "SELECT * INTO t2 FROM t", NotReadOnly),
        (Postgres, "SELECT * FROM t FOR UPDATE", NotReadOnly),
        (Postgres, "SELECT \"pg_sleep\"(5)", Function),
        (Postgres, "SELECT 'x'::regclass", Function),
        (MySql, "SELECT 1 /*!50000 INTO OUTFILE '/tmp/x' */", NotReadOnly),
        (MySql, "SELECT 1 INTO OUTFILE '/tmp/x'", NotReadOnly),
        (MySql, "SELECT @a := 1", NotReadOnly),
        (MySql, "SELECT SLEEP(5)", Function),
        (MySql, "SELECT * FROM mysql.user", Relation),
    ] {
        match check(sql, dialect) {
            Ok(query) => panic!("{dialect:?} passed {}", query.sql()),
            Err(refusal) => {
                println!("{refusal}");
                assert_eq!(refusal.reason, reason, "{dialect:?} {sql}: {refusal}");
            }
        }
    }
    for open in
        ["(", "SELECT (", "SELECT [", "CASE ", "SELECT CASE ", "SELECT NOT ", "SELECT - ", "SELECT * FROM ("]
    {
        let sql = format!("SELECT 1 {}", open.repeat(90_000 / open.len()));
        let refusal = check(&sql, Postgres).expect_err("too deep");
        assert_eq!(refusal.reason, TooComplex, "{open}: {refusal}");
    }
}
