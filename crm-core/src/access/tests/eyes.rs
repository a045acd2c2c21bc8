//! What is seen through a colleague's eyes.

use sqlx::PgPool;

use crate::{
    access::{
        Forbidden, Right, Scope, Viewer, audit,
        eyes::{self, Looked},
        user::UserError,
    },
    clients::list::{ClientFilter, ClientSort, list},
    fixture::{client, minute, user},
};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn each_right_names_the_roles_it_comes_from(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = user(&mut conn, "Админов", "administrator").await;
    let anna = user(&mut conn, "Анна", "manager").await;
    sqlx::query("insert into user_roles (user_id, role_code) values ($1, 'secretary')")
        .bind(anna.user_id)
        .execute(&mut *conn)
        .await
        .unwrap();
    let sight = eyes::rights(&mut conn, &root, anna.user_id, minute(1)).await.unwrap();
    assert_eq!(sight.rights.len(), Right::ALL.len(), "the whole matrix");
    let of = |right: Right| sight.rights.iter().find(|row| row.right == right).unwrap();
    let read = of(Right::ClientsRead);
    let from: Vec<_> = read.from.iter().map(|role| (role.name.as_str(), role.scope)).collect();
    assert_eq!(read.scope, Some(Scope::All), "the widest counts");
    assert_eq!(from.len(), 2, "{from:?}");
    assert!(from.iter().any(|role| role.1 == Scope::Own) && from.iter().any(|role| role.1 == Scope::All));
    assert_eq!((of(Right::UsersManage).scope, of(Right::UsersManage).from.len()), (None, 0));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn lists_are_those_of_the_colleague_and_the_look_is_audited(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = user(&mut conn, "Админов", "administrator").await;
    let anna = user(&mut conn, "Анна", "manager").await;
    let hers = client(&mut conn, "Ромашка", Some(&anna)).await;
    client(&mut conn, "Лютик", Some(&root)).await;
    let her_eyes = eyes::of(&mut conn, &root, anna.user_id, Looked::Clients, minute(1)).await.unwrap();
    let rows =
        list(&mut conn, &her_eyes, &ClientFilter::default(), ClientSort::Name, None, 10).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [hers]);
    let filter = audit::Filter { action: Some("user.look_through".into()), ..audit::Filter::default() };
    let log = audit::list(&mut conn, &root, &filter, None, 10).await.unwrap();
    assert_eq!((log.len(), log[0].subject_id.clone()), (1, anna.user_id.to_string()));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn nobody_sees_more_through_the_eyes_of_another(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let director = user(&mut conn, "Директор", "director").await;
    let refused = eyes::of(&mut conn, &anna, director.user_id, Looked::Rights, minute(1)).await;
    assert!(matches!(refused, Err(UserError::Forbidden(Forbidden(Right::UsersManage)))));
    let staff = Viewer { rights: [(Right::UsersManage, Scope::All)].into(), ..anna };
    eyes::rights(&mut conn, &staff, director.user_id, minute(1)).await.expect("rights are his business");
    let refused = eyes::of(&mut conn, &staff, director.user_id, Looked::Clients, minute(1)).await;
    assert!(matches!(refused, Err(UserError::Forbidden(Forbidden(Right::ClientsRead)))));
}
