//! Tasks from setting to closing, and who sees them.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use sqlx::{PgConnection, PgPool};

use super::{
    Due, NewTask, Task, TaskCounts, TaskCursor, TaskEdit, TaskFilter, TaskKind, TaskSort, TaskState,
    TaskStep, close, counts, create, edit, get, history, list, reopen, tell_due_unscoped,
};
use crate::{
    ClientId, JoinId, TaskId,
    access::Viewer,
    clients::{
        ClientError,
        client::{Transfer, take, transfer},
        handover,
        join::{Choices, ClientJoin, join_clients, split},
    },
    fixture::{self, client, feed_for, minute, user},
    timeline::feed::{Message, TaskNews},
};

const ZONE: Tz = Tz::Europe__Moscow;

struct Stand {
    anna: Viewer,
    boris: Viewer,
    head: Viewer,
    client: ClientId,
}

async fn stand(conn: &mut PgConnection) -> Stand {
    let anna = user(conn, "Анна", "manager").await;
    let boris = user(conn, "Борис", "manager").await;
    let head = user(conn, "Роман", "head_of_sales").await;
    let client = client(conn, "Канарейка", Some(&anna)).await;
    Stand { anna, boris, head, client }
}

fn task(title: &str) -> NewTask {
    NewTask {
        id: TaskId::at(minute(1)),
        responsible_id: None,
        kind: TaskKind::Call,
        title: title.to_owned(),
        text: None,
        due: Due::At { at: minute(60) },
        client_id: None,
        interaction_id: None,
    }
}

async fn set(conn: &mut PgConnection, viewer: &Viewer, new: NewTask) -> Task {
    create(conn, viewer, new, ZONE, minute(1)).await.unwrap()
}

async fn all(conn: &mut PgConnection, viewer: &Viewer, filter: &TaskFilter) -> Vec<Task> {
    list(conn, viewer, filter, TaskSort::Created, None, 100).await.unwrap()
}

async fn titles(conn: &mut PgConnection, viewer: &Viewer, filter: &TaskFilter) -> Vec<String> {
    let mut found: Vec<_> = all(conn, viewer, filter).await.into_iter().map(|task| task.title).collect();
    // Tasks of one moment have no order of their own.
    found.sort();
    found
}

fn news(messages: &[Message]) -> Vec<TaskNews> {
    let of = |message: &Message| if let Message::Task { news, .. } = message { Some(*news) } else { None };
    messages.iter().filter_map(of).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_same_press_again_is_the_same_task(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, .. } = stand(&mut conn).await;
    let new = NewTask { title: "  Перезвонить  ".into(), ..task("") };
    let first = set(&mut conn, &anna, new.clone()).await;
    assert_eq!((first.title.as_str(), &first.responsible.name), ("Перезвонить", &"Анна".to_owned()));
    // An hour later its term is past, and it is the same task all the same.
    let again = create(&mut conn, &anna, new.clone(), ZONE, minute(90)).await.unwrap();
    assert_eq!(again, first);
    let other = NewTask { title: "Не перезванивать".into(), ..new.clone() };
    let other = create(&mut conn, &anna, other, ZONE, minute(2)).await;
    assert!(matches!(other, Err(ClientError::NotNow(_))));
    // What was changed since is no other press.
    let letter = TaskEdit { kind: Some(TaskKind::Letter), ..TaskEdit::default() };
    let first = edit(&mut conn, &anna, first.id, letter, ZONE, minute(2)).await.unwrap();
    assert_eq!(create(&mut conn, &anna, new.clone(), ZONE, minute(3)).await.unwrap(), first);
    let foreign = create(&mut conn, &boris, new, ZONE, minute(2)).await;
    assert!(matches!(foreign, Err(ClientError::NotNow(_))));
    assert_eq!(all(&mut conn, &anna, &TaskFilter::default()).await, [first]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_cannot_be_is_refused_by_its_field(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, client, .. } = stand(&mut conn).await;
    let nobody = crate::UserId::at(minute(0));
    let row = fixture::note(&mut conn, client, minute(0), "Чужая заметка").await;
    let of = |error: ClientError| match error {
        ClientError::Invalid { field, .. } => field,
        ClientError::Foreign(_) => "foreign",
        ClientError::NotFound => "not found",
        other => panic!("{other}"),
    };
    for (new, field) in [
        (task("  "), "title"),
        (task(&"я".repeat(301)), "title"),
        (NewTask { text: Some("я".repeat(10_001)), ..task("Длинно") }, "text"),
        (NewTask { due: Due::At { at: minute(0) }, ..task("Поздно") }, "due"),
        (NewTask { responsible_id: Some(nobody), ..task("Никому") }, "responsible_id"),
        (NewTask { client_id: Some(client), ..task("Чужой клиент") }, "foreign"),
        (NewTask { interaction_id: Some(row), ..task("Чужая запись") }, "not found"),
    ] {
        let error = create(&mut conn, &boris, new, ZONE, minute(1)).await.unwrap_err();
        assert_eq!(of(error), field);
    }
    let other = fixture::client(&mut conn, "Другой", Some(&anna)).await;
    let astray =
        NewTask { client_id: Some(other), interaction_id: Some(row), ..task("Не та лента") };
    assert_eq!(of(create(&mut conn, &anna, astray, ZONE, minute(1)).await.unwrap_err()), "interaction_id");
    let own = NewTask { client_id: Some(client), interaction_id: Some(row), ..task("Своя") };
    assert_eq!(set(&mut conn, &anna, own).await.interaction_id, Some(row));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_task_keeps_every_closing_and_who_took_it_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, head, .. } = stand(&mut conn).await;
    let id = set(&mut conn, &anna, task("Перезвонить")).await.id;
    close(&mut conn, &anna, id, Some("Дозвонилась".into()), minute(10)).await.unwrap();
    // The same again by the same person: nothing happens; another result, or somebody else: too late.
    let same = close(&mut conn, &anna, id, Some(" Дозвонилась ".into()), minute(11)).await.unwrap();
    assert_eq!(same.closings.len(), 1);
    let other = close(&mut conn, &anna, id, Some("Ещё раз".into()), minute(11)).await;
    assert!(matches!(other, Err(ClientError::NotNow(_))));
    let late = edit(&mut conn, &anna, id, TaskEdit::default(), ZONE, minute(11)).await;
    assert!(matches!(late, Err(ClientError::NotNow(_))));
    assert!(matches!(close(&mut conn, &head, id, None, minute(11)).await, Err(ClientError::NotNow(_))));
    reopen(&mut conn, &head, id, minute(12)).await.unwrap();
    reopen(&mut conn, &head, id, minute(13)).await.unwrap();
    let task = close(&mut conn, &head, id, None, minute(14)).await.unwrap();
    let told: Vec<_> = task
        .closings
        .iter()
        .map(|closing| {
            let back = closing.reopened_by.as_ref().map(|person| person.name.as_str());
            (closing.closed_by.name.as_str(), closing.result.as_deref(), back, closing.reopened_at)
        })
        .collect();
    let first = ("Анна", Some("Дозвонилась"), Some("Роман"), Some(minute(12)));
    assert_eq!(told, [first, ("Роман", None, None, None)]);
    assert_eq!((task.closed_by.unwrap().name, task.closed_at), ("Роман".into(), Some(minute(14))));
    assert_eq!(task.responsible.name, "Анна");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_change_of_term_or_of_hands_is_kept_with_its_author(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, head, .. } = stand(&mut conn).await;
    let id = set(&mut conn, &anna, task("Счёт")).await.id;
    let day = Due::Day { day: "2026-11-05".parse().unwrap() };
    let change = TaskEdit { due: Some(day), responsible_id: Some(boris.user_id), ..TaskEdit::default() };
    edit(&mut conn, &head, id, change.clone(), ZONE, minute(5)).await.unwrap();
    let changed = edit(&mut conn, &head, id, change, ZONE, minute(6)).await.unwrap();
    assert_eq!(changed.due_at, Some("2026-11-05T21:00:00Z".parse().unwrap()));
    let steps = history(&mut conn, &anna, id).await.unwrap();
    assert_eq!(steps.len(), 2, "what changes nothing leaves no trace");
    assert_eq!((steps[0].step, steps[1].step), (TaskStep::Created, TaskStep::Edited));
    assert_eq!((steps[1].actor.as_str(), steps[1].at), ("Роман", minute(5)));
    assert_eq!((steps[1].due_before, steps[1].due), (Some(Due::At { at: minute(60) }), Some(day)));
    assert_eq!(
        (steps[1].responsible_before.as_deref(), steps[1].responsible.as_deref()),
        (Some("Анна"), Some("Борис"))
    );
    assert_eq!(news(&feed_for(&mut conn, &boris).await), [TaskNews::Given]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn each_sees_his_own_those_he_set_and_those_of_his_clients(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let Stand { anna, boris, head, client } = &stand;
    set(&mut conn, anna, task("Анне")).await;
    set(&mut conn, anna, NewTask { responsible_id: Some(boris.user_id), ..task("Борису") }).await;
    let lawyer = user(&mut conn, "Юрий", "lawyer").await;
    let of_client =
        NewTask { responsible_id: Some(lawyer.user_id), client_id: Some(*client), ..task("Договор") };
    set(&mut conn, head, of_client).await;
    let every = TaskFilter::default();
    assert_eq!(titles(&mut conn, anna, &every).await, ["Анне", "Борису", "Договор"]);
    assert_eq!(titles(&mut conn, boris, &every).await, ["Борису"]);
    assert_eq!(titles(&mut conn, head, &every).await, ["Анне", "Борису", "Договор"]);
    let given = TaskFilter { author: Some(anna.user_id), given: true, ..TaskFilter::default() };
    assert_eq!(titles(&mut conn, anna, &given).await, ["Борису"]);

    let mut without = boris.clone();
    without.rights.clear();
    let refused = list(&mut conn, &without, &every, TaskSort::Due, None, 9).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    assert_eq!(counts(&mut conn, &without, minute(0), minute(9)).await.unwrap(), TaskCounts::default());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_task_between_others_is_out_of_reach_by_its_id_too(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, head, .. } = stand(&mut conn).await;
    let id = set(&mut conn, &head, NewTask { responsible_id: Some(anna.user_id), ..task("Анне") }).await.id;
    let touch = TaskEdit { title: Some("Борису".into()), ..TaskEdit::default() };
    assert!(matches!(get(&mut conn, &boris, id).await, Err(ClientError::NotFound)));
    assert!(matches!(history(&mut conn, &boris, id).await, Err(ClientError::NotFound)));
    let edited = edit(&mut conn, &boris, id, touch, ZONE, minute(2)).await;
    assert!(matches!(edited, Err(ClientError::NotFound)));
    let closed = close(&mut conn, &boris, id, Some("Сделал".into()), minute(2)).await;
    assert!(matches!(closed, Err(ClientError::NotFound)));
    close(&mut conn, &anna, id, None, minute(3)).await.unwrap();
    assert!(matches!(reopen(&mut conn, &boris, id, minute(4)).await, Err(ClientError::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_canary_of_a_foreign_client_is_in_no_task(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, head, client } = stand(&mut conn).await;
    let lawyer = user(&mut conn, "Юрий", "lawyer").await;
    let row = fixture::note(&mut conn, client, minute(0), "Канарейка").await;
    let of_client = NewTask { client_id: Some(client), interaction_id: Some(row), ..task("Анне") };
    let hers = set(&mut conn, &anna, of_client.clone()).await.id;
    let id = TaskId::at(minute(2));
    let to_lawyer =
        NewTask { id, responsible_id: Some(lawyer.user_id), title: "Юристу".into(), ..of_client };
    set(&mut conn, &anna, to_lawyer).await;

    // Whoever is to do it keeps his task without the client; nobody else has it.
    let seen = get(&mut conn, &lawyer, id).await.unwrap();
    assert!(seen.client.is_none() && seen.client_hidden && seen.interaction_id.is_none());
    let told = serde_json::to_string(&all(&mut conn, &lawyer, &TaskFilter::default()).await).unwrap();
    assert!(!told.contains("Канарейка") && !told.contains(&client.to_string()), "{told}");
    for task in [hers, id] {
        assert!(matches!(get(&mut conn, &boris, task).await, Err(ClientError::NotFound)));
        assert!(matches!(history(&mut conn, &boris, task).await, Err(ClientError::NotFound)));
        assert!(matches!(reopen(&mut conn, &boris, task, minute(3)).await, Err(ClientError::NotFound)));
        let touched = edit(&mut conn, &boris, task, TaskEdit::default(), ZONE, minute(3)).await;
        assert!(matches!(touched, Err(ClientError::NotFound)));
    }
    let by_client = TaskFilter { client: Some(client), ..TaskFilter::default() };
    let refused = list(&mut conn, &boris, &by_client, TaskSort::Due, None, 9).await;
    assert!(matches!(refused, Err(ClientError::Foreign(_))));

    // With the client goes what Anna set for it, and what becomes of it there is told to her no more.
    transfer(&mut conn, &head, minute(5), client, &Transfer::for_good(Some(boris.user_id), "Отпуск"))
        .await
        .unwrap();
    close(&mut conn, &lawyer, id, Some("Канарейка согласна".into()), minute(6)).await.unwrap();
    assert!(titles(&mut conn, &anna, &TaskFilter::default()).await.is_empty());
    assert!(matches!(get(&mut conn, &anna, id).await, Err(ClientError::NotFound)));
    let heard = feed_for(&mut conn, &anna).await;
    let about = |message: &&Message| matches!(message, Message::Task { task_id, .. } if *task_id == id);
    assert_eq!(heard.iter().filter(about).count(), 0, "all of it came when the client was hers no more");
    let heard = serde_json::to_string(&feed_for(&mut conn, &lawyer).await).unwrap();
    assert!(!heard.contains(&client.to_string()), "{heard}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_transfer_moves_the_open_tasks_of_the_former_responsible(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, head, client } = stand(&mut conn).await;
    let of_client =
        |title: &str| NewTask { id: TaskId::at(minute(1)), client_id: Some(client), ..task(title) };
    set(&mut conn, &anna, of_client("Открытая")).await;
    let closed = set(&mut conn, &anna, of_client("Закрытая")).await.id;
    close(&mut conn, &anna, closed, None, minute(2)).await.unwrap();
    let heads = NewTask { responsible_id: Some(head.user_id), ..of_client("РОПу") };
    set(&mut conn, &anna, heads).await;
    transfer(&mut conn, &head, minute(5), client, &Transfer::for_good(Some(boris.user_id), "Отпуск"))
        .await
        .unwrap();

    let mut shown = all(&mut conn, &boris, &TaskFilter::default()).await;
    shown.sort_by(|one, other| other.title.cmp(&one.title));
    let owners: Vec<_> =
        shown.iter().map(|task| (task.title.as_str(), task.responsible.name.as_str())).collect();
    assert_eq!(owners, [("РОПу", "Роман"), ("Открытая", "Борис"), ("Закрытая", "Анна")]);
    let steps = history(&mut conn, &boris, shown[1].id).await.unwrap();
    assert_eq!((steps[1].step, steps[1].actor.as_str()), (TaskStep::HandedOver, "Роман"));
    assert_eq!(steps[1].responsible.as_deref(), Some("Борис"));
    assert!(news(&feed_for(&mut conn, &boris).await).contains(&TaskNews::Given));
    // Of the closed one that was hers Anna sees no client any more.
    let hers = all(&mut conn, &anna, &TaskFilter::default()).await;
    assert_eq!(hers.len(), 1);
    assert!(hers[0].client.is_none() && hers[0].client_hidden);

    transfer(&mut conn, &head, minute(6), client, &Transfer::for_good(None, "В общую базу")).await.unwrap();
    assert_eq!(get(&mut conn, &boris, shown[1].id).await.unwrap().responsible.name, "Борис");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_client_that_leaves_the_common_base_takes_the_tasks_of_its_last_responsible(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, head, client } = stand(&mut conn).await;
    let lawyer = user(&mut conn, "Юрий", "lawyer").await;
    let given = |title: &str, to: &Viewer| NewTask {
        id: TaskId::at(minute(1)),
        responsible_id: Some(to.user_id),
        client_id: Some(client),
        ..task(title)
    };
    let hers = set(&mut conn, &anna, given("Анне", &anna)).await.id;
    let lawyers = set(&mut conn, &anna, given("Юристу", &lawyer)).await.id;
    let to_base = Transfer::for_good(None, "В общую базу");
    transfer(&mut conn, &head, minute(2), client, &to_base).await.unwrap();
    let later = set(&mut conn, &anna, given("Из общей базы", &anna)).await.id;
    take(&mut conn, &boris, minute(3), client).await.unwrap();
    for (task, owner) in [(hers, "Борис"), (later, "Борис"), (lawyers, "Юрий")] {
        assert_eq!(get(&mut conn, &head, task).await.unwrap().responsible.name, owner);
    }
    assert!(matches!(get(&mut conn, &anna, hers).await, Err(ClientError::NotFound)));

    transfer(&mut conn, &head, minute(4), client, &to_base).await.unwrap();
    let back = Transfer::for_good(Some(anna.user_id), "Обратно");
    transfer(&mut conn, &head, minute(5), client, &back).await.unwrap();
    assert_eq!(get(&mut conn, &anna, hers).await.unwrap().responsible.name, "Анна");
    let steps = history(&mut conn, &anna, hers).await.unwrap();
    assert_eq!(steps.iter().filter(|step| step.step == TaskStep::HandedOver).count(), 2);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_a_lost_client_a_task_has_its_order_alone(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, head, client } = stand(&mut conn).await;
    let lawyer = user(&mut conn, "Юрий", "lawyer").await;
    let new =
        NewTask { text: Some("Подробности".into()), client_id: Some(client), ..task("Счёт") };
    let closed = set(&mut conn, &anna, new.clone()).await.id;
    close(&mut conn, &anna, closed, Some("Выставлен".into()), minute(2)).await.unwrap();
    let id = TaskId::at(minute(2));
    let to_lawyer = NewTask { id, responsible_id: Some(lawyer.user_id), ..new };
    set(&mut conn, &anna, to_lawyer).await;
    transfer(&mut conn, &head, minute(5), client, &Transfer::for_good(Some(boris.user_id), "Отпуск"))
        .await
        .unwrap();
    reopen(&mut conn, &boris, closed, minute(6)).await.unwrap();
    let canary = TaskEdit { text: Some(Some("Канарейка".into())), ..TaskEdit::default() };
    edit(&mut conn, &boris, closed, canary.clone(), ZONE, minute(7)).await.unwrap();
    close(&mut conn, &boris, closed, Some("Канарейка согласна".into()), minute(8)).await.unwrap();

    let hers = get(&mut conn, &anna, closed).await.unwrap();
    assert!(hers.client_hidden && hers.text.is_none() && hers.closed_by.is_none());
    let told: Vec<_> = hers.closings.iter().map(|one| (one.result.as_deref(), &one.reopened_by)).collect();
    assert_eq!(told, [(Some("Выставлен"), &None)], "her own words alone");
    assert!(history(&mut conn, &anna, closed).await.unwrap().is_empty());
    assert!(matches!(reopen(&mut conn, &anna, closed, minute(9)).await, Err(ClientError::NotNow(_))));

    // The order that the lawyer has to carry out is his to read, to put off, to hand back and to close; not to rewrite.
    assert_eq!(get(&mut conn, &lawyer, id).await.unwrap().text.as_deref(), Some("Подробности"));
    let to_other = TaskEdit { responsible_id: Some(boris.user_id), ..TaskEdit::default() };
    for refused in [canary, to_other] {
        let refused = edit(&mut conn, &lawyer, id, refused, ZONE, minute(9)).await;
        assert!(matches!(refused, Err(ClientError::NotNow(_))));
    }
    let later = TaskEdit { due: Some(Due::At { at: minute(90) }), ..TaskEdit::default() };
    assert_eq!(edit(&mut conn, &lawyer, id, later, ZONE, minute(9)).await.unwrap().due_at, Some(minute(90)));
    let back = TaskEdit { responsible_id: Some(anna.user_id), ..TaskEdit::default() };
    edit(&mut conn, &lawyer, id, back, ZONE, minute(9)).await.unwrap();
    assert!(matches!(get(&mut conn, &lawyer, id).await, Err(ClientError::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_many_steps_the_newest_are_kept_on_the_screen(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, .. } = stand(&mut conn).await;
    let id = set(&mut conn, &anna, task("Перезвонить")).await.id;
    for at in 100..301 {
        let later = TaskEdit { due: Some(Due::At { at: minute(at) }), ..TaskEdit::default() };
        edit(&mut conn, &anna, id, later, ZONE, minute(2)).await.unwrap();
    }
    let steps = history(&mut conn, &anna, id).await.unwrap();
    let due = |at| Some(Due::At { at: minute(at) });
    assert_eq!((steps.len(), steps[0].due, steps[199].due), (200, due(101), due(300)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_client_that_goes_back_takes_its_open_tasks_along(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, head, client } = stand(&mut conn).await;
    let new =
        NewTask { id: TaskId::at(minute(1)), client_id: Some(client), ..task("Перезвонить") };
    let id = set(&mut conn, &anna, new).await.id;
    let leave =
        Transfer { until: Some(minute(9)), ..Transfer::for_good(Some(boris.user_id), "Отпуск") };
    transfer(&mut conn, &head, minute(5), client, &leave).await.unwrap();
    assert_eq!(get(&mut conn, &boris, id).await.unwrap().responsible.name, "Борис");

    let (due, _) = handover::due_unscoped(&mut conn, minute(9)).await.unwrap();
    handover::end_due_unscoped(&mut conn, due[0], minute(9)).await.unwrap();
    assert_eq!(get(&mut conn, &anna, id).await.unwrap().responsible.name, "Анна");
    let steps = history(&mut conn, &anna, id).await.unwrap();
    assert_eq!(steps.last().map(|step| step.actor.as_str()), Some("День возврата"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_join_carries_tasks_and_a_split_gives_them_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, head, client: one, .. } = stand(&mut conn).await;
    let other = client(&mut conn, "Канарейка", Some(&anna)).await;
    let id = set(&mut conn, &anna, NewTask { client_id: Some(other), ..task("Счёт") }).await.id;
    let of = |client| TaskFilter { client: Some(client), ..TaskFilter::default() };
    assert!(titles(&mut conn, &anna, &of(one)).await.is_empty());
    let join =
        ClientJoin { survivor_id: one, absorbed_id: other, choices: Choices::default(), dry_run: false };
    let joined = join_clients(&mut conn, &head, minute(3), &join).await.unwrap();
    assert_eq!(titles(&mut conn, &anna, &of(one)).await, ["Счёт"]);
    assert_eq!(get(&mut conn, &anna, id).await.unwrap().client.unwrap().id, one);
    // Set from a page that still names the joined card.
    let new = NewTask { id: TaskId::at(minute(3)), client_id: Some(other), ..task("Акт") };
    let named = set(&mut conn, &anna, new).await;
    assert_eq!(named.client.unwrap().id, one);
    let ledger: JoinId = joined.join_id.unwrap();
    split(&mut conn, &head, minute(4), ledger).await.unwrap();
    assert!(titles(&mut conn, &anna, &of(one)).await.is_empty());
    for task in [id, named.id] {
        assert_eq!(get(&mut conn, &anna, task).await.unwrap().client.unwrap().id, other);
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn lists_are_paged_in_every_order_and_filtered(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, boris, head, .. } = stand(&mut conn).await;
    let dues = [Some(30), None, Some(10), Some(20), None];
    for (at, due) in (1..).zip(dues) {
        let due = due.map_or(Due::Never {}, |due| Due::At { at: minute(due) });
        let kind = if at % 2 == 0 { TaskKind::Letter } else { TaskKind::Document };
        let responsible_id = Some(if at == 5 { boris.user_id } else { anna.user_id });
        let id = TaskId::at(minute(at));
        let new = NewTask { id, responsible_id, kind, due, ..task(&at.to_string()) };
        create(&mut conn, &head, new, ZONE, minute(at)).await.unwrap();
        if at < 3 {
            close(&mut conn, &head, id, None, minute(at + 5)).await.unwrap();
        }
    }
    for (sort, expected) in [
        (TaskSort::Created, ["1", "2", "3", "4", "5"]),
        (TaskSort::CreatedNewest, ["5", "4", "3", "2", "1"]),
        (TaskSort::Due, ["3", "4", "1", "2", "5"]),
        (TaskSort::ClosedNewest, ["2", "1", "5", "4", "3"]),
    ] {
        let mut read = Vec::new();
        let mut after = None;
        while let page = list(&mut conn, &head, &TaskFilter::default(), sort, after, 2).await.unwrap()
            && let Some(last) = page.last()
        {
            after = Some(TaskCursor::behind(last, sort));
            read.extend(page.into_iter().map(|task| task.title));
        }
        assert_eq!(read, expected, "{sort:?}");
    }
    let none = TaskFilter::default;
    for (filter, expected) in [
        (TaskFilter { state: Some(TaskState::Open), ..none() }, vec!["3", "4", "5"]),
        (TaskFilter { state: Some(TaskState::Closed), ..none() }, vec!["1", "2"]),
        (TaskFilter { kind: Some(TaskKind::Letter), ..none() }, vec!["2", "4"]),
        (TaskFilter { responsible: Some(boris.user_id), ..none() }, vec!["5"]),
        (TaskFilter { from: Some(minute(2)), until: Some(minute(4)), ..none() }, vec!["2", "3"]),
    ] {
        assert_eq!(titles(&mut conn, &head, &filter).await, expected, "{filter:?}");
    }
    let found = counts(&mut conn, &anna, minute(15), minute(20)).await.unwrap();
    assert_eq!(found, TaskCounts { overdue: 1, today: 1 });
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_is_due_is_told_once_and_again_when_it_was_put_off(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { anna, .. } = stand(&mut conn).await;
    let id = set(&mut conn, &anna, task("Перезвонить")).await.id;
    let done =
        NewTask { id: TaskId::at(minute(2)), due: Due::At { at: minute(59) }, ..task("Сделана") };
    let done = set(&mut conn, &anna, done).await.id;
    close(&mut conn, &anna, done, None, minute(3)).await.unwrap();
    let mut tell = async |at: DateTime<Utc>| {
        let told = tell_due_unscoped(&mut conn, at).await.unwrap();
        let due =
            news(&feed_for(&mut conn, &anna).await).iter().filter(|news| **news == TaskNews::Due).count();
        (told, due)
    };
    assert_eq!(tell(minute(59)).await, ((0, Some(minute(60))), 0));
    assert_eq!(tell(minute(60)).await, ((1, None), 1));
    assert_eq!(tell(minute(61)).await, ((0, None), 1));
    let later =
        TaskEdit { due: Some(Due::At { at: minute(60) + TimeDelta::days(1) }), ..TaskEdit::default() };
    edit(&mut pool.acquire().await.unwrap(), &anna, id, later, ZONE, minute(62)).await.unwrap();
    assert_eq!(tell(minute(60) + TimeDelta::days(1)).await, ((1, None), 2));
}
