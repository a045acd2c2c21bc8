//! Seeding: the company of a [`Shape`], written by `copy`, the same for the same size and seed.

mod cards;
mod rows;
mod staff;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use uuid::{Builder, Uuid};

use super::dice::Dice;
use super::options::Size;
use super::shape::Shape;

pub(super) use cards::{client_id, client_name, contact_id, person_name, phone};
pub(super) use staff::{
    ADMINISTRATOR, APP_SECRET, MANAGER, PASSWORD, PHONE_NUMBER_ID, WABA_ID, whatsapp_account,
};

/// Moves when the same size and seed give other rows.
const VERSION: u32 = 1;

/// The note in the data folder that says what was seeded.
#[derive(PartialEq, Serialize, Deserialize)]
struct Note {
    version: u32,
    size: Size,
}

/// Seeds the database, unless the folder holds this one already. Returns the seconds it took.
pub(super) async fn ensure(pool: &PgPool, folder: &Path, shape: &Arc<Shape>) -> anyhow::Result<Option<f64>> {
    let file = folder.join("load-seed.json");
    let note = Note { version: VERSION, size: shape.size };
    if let Ok(text) = std::fs::read_to_string(&file) {
        let known: Note = serde_json::from_str(&text)?;
        anyhow::ensure!(known == note, "{} holds another company; name another folder", folder.display());
        crm_core::MIGRATOR.run(pool).await?;
        return Ok(None);
    }
    crm_core::MIGRATOR.run(pool).await?;
    let known: i64 = sqlx::query_scalar("select count(*) from clients").fetch_one(pool).await?;
    anyhow::ensure!(
        known == 0,
        "{} holds cards that this driver did not finish; remove it",
        folder.display()
    );
    let begun = Instant::now();
    seed(pool, folder, shape).await?;
    std::fs::write(&file, serde_json::to_string(&note)?).context("the note of the seed")?;
    Ok(Some(begun.elapsed().as_secs_f64()))
}

async fn seed(pool: &PgPool, folder: &Path, shape: &Arc<Shape>) -> anyhow::Result<()> {
    let staff = staff::hire(pool, folder).await?;
    eprintln!("seeding {} clients and {} contacts", shape.size.clients, shape.size.contacts);
    let indexes = Indexes::drop(pool, &["clients", "contacts", "identities", "conversations"]).await?;
    cards::write(pool, shape, &staff).await?;
    indexes.create(pool).await?;
    eprintln!("seeding {} interactions", shape.size.interactions);
    let indexes = Indexes::drop(pool, &["interactions", "conversation_heads"]).await?;
    let begun = Instant::now();
    rows::write(pool, shape, &staff).await?;
    eprintln!("rows are in after {:.0} s", begun.elapsed().as_secs_f64());
    indexes.create(pool).await?;
    eprintln!("indexes are there after {:.0} s", begun.elapsed().as_secs_f64());
    sqlx::query("vacuum analyze").execute(pool).await?;
    checkpoint(pool).await
}

/// Makes the first measurement calmer. Only the superuser may ask for it: whoever runs the hub may be him.
async fn checkpoint(pool: &PgPool) -> anyhow::Result<()> {
    let options = (*pool.connect_options()).clone().username("postgres");
    let mut superuser = PgConnection::connect_with(&options).await?;
    sqlx::query("checkpoint").execute(&mut superuser).await?;
    Ok(superuser.close().await?)
}

/// A UUID v7 of a moment in microseconds.
fn id_at(at: i64, dice: &mut Dice) -> Uuid {
    let millis = u64::try_from(at / 1000).unwrap_or(0);
    let bytes = dice.bytes();
    Builder::from_unix_timestamp_millis(millis, bytes.first_chunk().expect("ten of sixteen")).into_uuid()
}

/// Indexes that were taken away for the time of the copying: to build them at once is several times faster.
struct Indexes {
    create: Vec<String>,
}

impl Indexes {
    async fn drop(pool: &PgPool, tables: &[&str]) -> anyhow::Result<Self> {
        let known: Vec<(String, String, Option<String>, String)> = sqlx::query_as(
            "select c.relname::text, i.indexrelid::regclass::text, o.conname::text,
                    coalesce(pg_get_constraintdef(o.oid), pg_get_indexdef(i.indexrelid))
             from pg_index i join pg_class c on c.oid = i.indrelid
             left join pg_constraint o on o.conindid = i.indexrelid and o.contype in ('p', 'u')
             where c.relname = any($1)
               and not exists (select from pg_constraint f where f.conindid = i.indexrelid and f.contype = 'f')
             order by i.indexrelid",
        )
        .bind(tables)
        .fetch_all(pool)
        .await?;
        let mut create = Vec::new();
        for (table, index, constraint, definition) in known {
            let drop = match constraint {
                Some(name) => {
                    create.push(format!("alter table {table} add constraint {name} {definition}"));
                    format!("alter table {table} drop constraint {name}")
                }
                None => {
                    create.push(definition);
                    format!("drop index {index}")
                }
            };
            sqlx::query(AssertSqlSafe(drop)).execute(pool).await?;
        }
        Ok(Self { create })
    }

    async fn create(self, pool: &PgPool) -> anyhow::Result<()> {
        let mut conn = pool.acquire().await?;
        sqlx::query("set maintenance_work_mem = '768MB'").execute(&mut *conn).await?;
        for statement in self.create {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *conn).await?;
        }
        sqlx::query("reset maintenance_work_mem").execute(&mut *conn).await?;
        Ok(())
    }
}
