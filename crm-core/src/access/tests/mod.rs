//! What people and rights promise, seen from the database.

mod audit;
mod eyes;
mod races;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::{Viewer, bootstrap, user};
use crate::UserId;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

async fn add(conn: &mut PgConnection, login: &str, role: &str) -> UserId {
    bootstrap::create_user_with_password(conn, login, login, role, "верный пароль", at(0)).await.unwrap()
}

async fn viewer(conn: &mut PgConnection, id: UserId) -> Viewer {
    let rights = user::rights_of(conn, id).await.unwrap();
    Viewer {
        user_id: id,
        name: "Ольга".to_owned(),
        remote: Some("10.0.0.1".to_owned()),
        rights,
        lent: Vec::new(),
    }
}

async fn lines(pool: &PgPool, action: &str) -> i64 {
    sqlx::query_scalar("select count(*) from audit_log where action = $1")
        .bind(action)
        .fetch_one(pool)
        .await
        .unwrap()
}
