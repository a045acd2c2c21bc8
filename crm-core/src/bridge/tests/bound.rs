//! Who is heard.

use super::*;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_code_binds_once_and_within_its_term(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    assert_eq!(
        binding::own(&mut conn, &stand.boss).await.unwrap().unwrap().name.as_deref(),
        Some("Человек 50")
    );
    let denied = binding::issue_code(&mut conn, &stand.anna, minute(0)).await;
    assert!(matches!(denied, Err(binding::BindingError::Forbidden(_))));

    let first = binding::issue_code(&mut conn, &stand.boss, minute(0)).await.unwrap();
    let second = binding::issue_code(&mut conn, &stand.boss, minute(0)).await.unwrap();
    assert_eq!(second.expires_at, minute(0) + TimeDelta::minutes(15));
    stand.tell(&mut conn, "60/1", privately(60, &first.code)).await;
    stand.tell(&mut conn, "60/2", privately(60, &second.code)).await;
    stand.tell(&mut conn, "60/2", privately(60, &second.code)).await;
    stand.tell(&mut conn, "70/1", privately(70, &second.code)).await;
    assert_eq!(
        binding::own(&mut conn, &stand.boss).await.unwrap().unwrap().name.as_deref(),
        Some("Человек 60")
    );
    let late = binding::issue_code(&mut conn, &stand.boss, minute(0) - TimeDelta::minutes(20)).await.unwrap();
    stand.tell(&mut conn, "80/1", privately(80, &late.code)).await;
    let answers = answers(&mut conn).await;
    let said: Vec<(&str, bool)> =
        answers.iter().map(|(to, words)| (to.as_str(), words.starts_with("Готово"))).collect();
    assert_eq!(said, [("50", true), ("60", false), ("60", true), ("70", false), ("80", false)]);

    binding::unbind(&mut conn, &stand.boss, minute(3)).await.unwrap();
    assert_eq!(binding::own(&mut conn, &stand.boss).await.unwrap(), None);
    let filter = audit::Filter { action: Some("bridge.".into()), ..audit::Filter::default() };
    let log = audit::list(&mut conn, &stand.boss, &filter, None, 50).await.unwrap();
    let count = |action: &str| log.iter().filter(|line| line.action == action).count();
    assert_eq!((count("bridge.bind"), count("bridge.unbind"), count("bridge.code")), (2, 1, 4));
    let wrote_the_code = log.iter().any(|line| format!("{:?}", line.after).contains(&second.code));
    assert!(!wrote_the_code, "a code is a secret");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_stranger_is_refused_politely_once_a_day_and_heard_by_nobody(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    for number in 0..5 {
        stand.tell(&mut conn, &format!("99/{number}"), privately(99, "Пустите")).await;
        let said = in_thread(99, text("Я директор"), None);
        stand.tell(&mut conn, &format!("-100/3{number}"), said).await;
    }
    assert_eq!(stand.heard(&mut conn).await.len(), 1);
    assert_eq!(answers(&mut conn).await.iter().filter(|(to, _)| to == "99").count(), 1);
    let filter = audit::Filter { action: Some("bridge.refuse".into()), ..audit::Filter::default() };
    assert_eq!(audit::list(&mut conn, &stand.boss, &filter, None, 50).await.unwrap().len(), 1);
    let clients: i64 = query_scalar("select count(*) from clients").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(clients, 0, "whoever writes to the bot of the bridge is no client");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_loses_the_right_or_the_job_is_a_stranger(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    query("delete from role_rights where right_name = $1")
        .bind(Right::BridgeUse.as_str())
        .execute(&mut *conn)
        .await
        .unwrap();
    stand.tell(&mut conn, "-100/950", in_thread(50, text("Я ещё здесь"), None)).await;
    assert_eq!(stand.heard(&mut conn).await.len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_is_bound_in_the_middle_of_a_batch_is_heard_from_there_and_whoever_he_replaces_is_not(
    pool: PgPool,
) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    let code = binding::issue_code(&mut conn, &stand.boss, minute(0)).await.unwrap().code;
    let batch = [
        ("-100/30", in_thread(50, text("с прежнего телефона"), None)),
        ("-100/31", in_thread(60, text("ещё чужой"), None)),
        ("60/1", privately(60, &format!("/start {code}"))),
        ("-100/32", in_thread(60, text("с нового телефона"), None)),
        ("-100/33", in_thread(50, text("уже чужой"), None)),
    ];
    stand.tell_together(&mut conn, batch).await;
    let heard = stand.heard(&mut conn).await;
    let said: Vec<&str> = heard.iter().skip(1).filter_map(|message| message.text.as_deref()).collect();
    assert_eq!(said, ["с прежнего телефона", "с нового телефона"]);
}
