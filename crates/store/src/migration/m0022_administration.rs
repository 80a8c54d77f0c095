//! What accounts and admins look after: what signed in to a session, models that admins share with everybody, and what is used of models
//! day by day.
//!
//! Usage is counted by triggers, and the number that grows with every change of a shared model is raised by them, so that a version that
//! knows nothing of usage counts it too while both serve. It stays when what was counted
//! goes: conversations are deleted with their runs, and accounts with everything. Shared models are a table of their own, since a model in
//! `models` is always somebody's.

use sea_orm::{ConnectionTrait as _, DbBackend};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

use super::ddl;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, STATEMENTS).await?;
        let own = match manager.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        for statement in own {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        manager.get_connection().execute_unprepared(FILL).await?;
        ddl::run(manager, LAST).await
    }
}

const STATEMENTS: &[&str] = &[
    "CREATE TABLE shared_models (
        number {number},
        id {uuid} NOT NULL UNIQUE,
        name TEXT NOT NULL,
        provider TEXT NOT NULL,
        model_id TEXT NOT NULL,
        base_url TEXT,
        api_key {bytes},
        multiplier {bigint} NOT NULL,
        last_reached BOOLEAN,
        revision {bigint} NOT NULL,
        created_at {bigint} NOT NULL,
        updated_at {bigint} NOT NULL
    )",
    "INSERT INTO revisions (name, value) VALUES ('shared_models', 1)",
    "CREATE INDEX redeem_codes_created ON redeem_codes (created_at DESC, id DESC)",
    // Days are counted from 1970-01-01 in UTC. An empty model is none, or one that is no longer known. No references: see above.
    "CREATE TABLE usage_days (
        day {bigint} NOT NULL,
        owner {uuid} NOT NULL,
        model TEXT NOT NULL,
        answers {bigint} NOT NULL DEFAULT 0,
        failed {bigint} NOT NULL DEFAULT 0,
        input_tokens {bigint} NOT NULL DEFAULT 0,
        output_tokens {bigint} NOT NULL DEFAULT 0,
        credits {bigint} NOT NULL DEFAULT 0,
        PRIMARY KEY (day, owner, model)
    ) {by key}",
];

/// What all requests wait for is last: until it is committed nobody reads sessions.
const LAST: &[&str] = &["ALTER TABLE sessions ADD COLUMN user_agent TEXT"];

/// What is there already, which is counted behind the triggers: what ends meanwhile waits for those.
const FILL: &str = "INSERT INTO usage_days (day, owner, model, answers, failed, input_tokens, output_tokens)
     SELECT started_at / 86400000, owner, coalesce(model, ''),
        sum(CASE WHEN kind <> 'title' AND status NOT IN ('failed', 'interrupted') THEN 1 ELSE 0 END),
        sum(CASE WHEN kind <> 'title' AND status IN ('failed', 'interrupted') THEN 1 ELSE 0 END),
        sum(input_tokens), sum(output_tokens)
     FROM runs WHERE status <> 'running' GROUP BY started_at / 86400000, owner, coalesce(model, '')
     ON CONFLICT (day, owner, model) DO UPDATE SET answers = usage_days.answers + excluded.answers,
        failed = usage_days.failed + excluded.failed, input_tokens = usage_days.input_tokens + excluded.input_tokens,
        output_tokens = usage_days.output_tokens + excluded.output_tokens";

const SQLITE: &[&str] = &[
    "CREATE TRIGGER shared_models_inserted AFTER INSERT ON shared_models BEGIN
     UPDATE revisions SET value = value + 1 WHERE name = 'shared_models'; END",
    "CREATE TRIGGER shared_models_updated AFTER UPDATE ON shared_models BEGIN
     UPDATE revisions SET value = value + 1 WHERE name = 'shared_models'; END",
    "CREATE TRIGGER shared_models_deleted AFTER DELETE ON shared_models BEGIN
     UPDATE revisions SET value = value + 1 WHERE name = 'shared_models'; END",
    "CREATE TRIGGER runs_usage AFTER UPDATE OF status ON runs WHEN old.status = 'running' AND new.status <> 'running' BEGIN
     INSERT INTO usage_days (day, owner, model, answers, failed, input_tokens, output_tokens)
     VALUES (new.started_at / 86400000, new.owner, coalesce(new.model, ''),
        new.kind <> 'title' AND new.status NOT IN ('failed', 'interrupted'),
        new.kind <> 'title' AND new.status IN ('failed', 'interrupted'),
        new.input_tokens, new.output_tokens)
     ON CONFLICT (day, owner, model) DO UPDATE SET answers = usage_days.answers + excluded.answers,
        failed = usage_days.failed + excluded.failed, input_tokens = usage_days.input_tokens + excluded.input_tokens,
        output_tokens = usage_days.output_tokens + excluded.output_tokens; END",
    // One that goes with its conversation while it runs is stopped with it.
    "CREATE TRIGGER runs_usage_deleted AFTER DELETE ON runs WHEN old.status = 'running' BEGIN
     INSERT INTO usage_days (day, owner, model, answers, input_tokens, output_tokens)
     VALUES (old.started_at / 86400000, old.owner, coalesce(old.model, ''), old.kind <> 'title',
        old.input_tokens, old.output_tokens)
     ON CONFLICT (day, owner, model) DO UPDATE SET answers = usage_days.answers + excluded.answers,
        input_tokens = usage_days.input_tokens + excluded.input_tokens,
        output_tokens = usage_days.output_tokens + excluded.output_tokens; END",
    "CREATE TRIGGER credit_entries_usage AFTER INSERT ON credit_entries
     WHEN new.reason IN ('chat_task', 'title_task') BEGIN
     INSERT INTO usage_days (day, owner, model, credits)
     SELECT coalesce(runs.started_at, new.created_at) / 86400000, new.account, coalesce(runs.model, ''), -new.amount
     FROM (SELECT 1) LEFT JOIN runs ON runs.id = unhex(substr(new.movement, 5)) WHERE true
     ON CONFLICT (day, owner, model) DO UPDATE SET credits = usage_days.credits + excluded.credits; END",
    "INSERT INTO usage_days (day, owner, model, credits)
     SELECT coalesce(runs.started_at, credit_entries.created_at) / 86400000, account, coalesce(runs.model, ''), -sum(amount)
     FROM credit_entries LEFT JOIN runs ON runs.id = unhex(substr(movement, 5))
     WHERE reason IN ('chat_task', 'title_task') GROUP BY 1, 2, 3
     ON CONFLICT (day, owner, model) DO UPDATE SET credits = usage_days.credits + excluded.credits",
];

const POSTGRES: &[&str] = &[
    "CREATE FUNCTION raise_shared_models_revision() RETURNS trigger LANGUAGE plpgsql AS
     'BEGIN UPDATE revisions SET value = value + 1 WHERE name = ''shared_models''; RETURN NULL; END'",
    "CREATE TRIGGER shared_models_revision AFTER INSERT OR UPDATE OR DELETE ON shared_models
     FOR EACH ROW EXECUTE FUNCTION raise_shared_models_revision()",
    "CREATE FUNCTION count_usage_of_run() RETURNS trigger LANGUAGE plpgsql AS $usage$
     DECLARE
        run record;
     BEGIN
        IF TG_OP = 'DELETE' THEN run := old; ELSE run := new; END IF;
        INSERT INTO usage_days (day, owner, model, answers, failed, input_tokens, output_tokens)
        VALUES (run.started_at / 86400000, run.owner, coalesce(run.model, ''),
            CASE WHEN run.kind <> 'title' AND run.status NOT IN ('failed', 'interrupted') THEN 1 ELSE 0 END,
            CASE WHEN run.kind <> 'title' AND run.status IN ('failed', 'interrupted') THEN 1 ELSE 0 END,
            run.input_tokens, run.output_tokens)
        ON CONFLICT (day, owner, model) DO UPDATE SET answers = usage_days.answers + excluded.answers,
            failed = usage_days.failed + excluded.failed,
            input_tokens = usage_days.input_tokens + excluded.input_tokens,
            output_tokens = usage_days.output_tokens + excluded.output_tokens;
        RETURN NULL;
     END $usage$",
    "CREATE TRIGGER runs_usage AFTER UPDATE OF status ON runs FOR EACH ROW
     WHEN (old.status = 'running' AND new.status <> 'running') EXECUTE FUNCTION count_usage_of_run()",
    // One that goes with its conversation while it runs is stopped with it.
    // Whoever ends a run has its account first and what is counted last; here it is the end of the transaction that is last.
    "CREATE CONSTRAINT TRIGGER runs_usage_deleted AFTER DELETE ON runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
     WHEN (old.status = 'running') EXECUTE FUNCTION count_usage_of_run()",
    "CREATE FUNCTION count_usage_of_entry() RETURNS trigger LANGUAGE plpgsql AS $usage$
     BEGIN
        INSERT INTO usage_days (day, owner, model, credits)
        SELECT coalesce(runs.started_at, new.created_at) / 86400000, new.account, coalesce(runs.model, ''), -new.amount
        FROM (SELECT 1) AS entry LEFT JOIN runs ON runs.id = CAST(substr(new.movement, 5) AS UUID)
        ON CONFLICT (day, owner, model) DO UPDATE SET credits = usage_days.credits + excluded.credits;
        RETURN NULL;
     END $usage$",
    "CREATE TRIGGER credit_entries_usage AFTER INSERT ON credit_entries FOR EACH ROW
     WHEN (new.reason IN ('chat_task', 'title_task')) EXECUTE FUNCTION count_usage_of_entry()",
    "INSERT INTO usage_days (day, owner, model, credits)
     SELECT coalesce(runs.started_at, credit_entries.created_at) / 86400000, account, coalesce(runs.model, ''), -sum(amount)
     FROM credit_entries LEFT JOIN runs ON runs.id = CAST(substr(movement, 5) AS UUID)
     WHERE reason IN ('chat_task', 'title_task') GROUP BY 1, 2, 3
     ON CONFLICT (day, owner, model) DO UPDATE SET credits = usage_days.credits + excluded.credits",
];
