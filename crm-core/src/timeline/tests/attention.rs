//! What asks for attention: unread is each person's, waiting is the company's.

use sqlx::{PgConnection, PgPool};

use crate::{
    ConversationId,
    access::Viewer,
    clients::{ClientError, list::Wanted},
    fixture::{Said, account, client, contact, conversation, message, minute, user},
    timeline::conversation::{
        self as conversations, Conversation, ConversationFilter, ConversationSort, attention,
    },
};

/// A person of a client with a conversation in which he said something at these minutes, and we at that one.
async fn talk(
    conn: &mut PgConnection,
    owner: Option<&Viewer>,
    said: &[i64],
    answered: Option<i64>,
) -> ConversationId {
    let channel = account(conn, "whatsapp").await;
    let company = client(conn, "Ромашка", owner).await;
    let person = contact(conn, "Инна", company).await;
    let last = said.iter().copied().chain(answered).max().unwrap_or_default();
    let talk = conversation(conn, channel, person, minute(last)).await;
    let rows = said.iter().map(|at| (*at, "inbound")).chain(answered.map(|at| (at, "outbound")));
    for (at, direction) in rows {
        let text = format!("{direction} {at}");
        let conversation = Some(talk);
        message(
            conn,
            Said { account: channel, contact: person, conversation, at: minute(at), direction, text: &text },
        )
        .await;
    }
    sqlx::query(
        "update conversation_heads
         set last_inbound_at = $2, last_outbound_at = $3, waiting_since = waiting_since($1, $2, $3)
         where conversation_id = $1",
    )
    .bind(talk)
    .bind(said.iter().max().map(|at| minute(*at)))
    .bind(answered.map(minute))
    .execute(conn)
    .await
    .expect("the conversation has a head");
    talk
}

async fn seen_by(conn: &mut PgConnection, viewer: &Viewer, id: ConversationId) -> Conversation {
    conversations::read(conn, viewer, id).await.expect("the viewer reads it")
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn unread_is_each_persons_own_and_never_goes_back(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let boss = user(&mut conn, "Марина", "head_of_sales").await;
    let id = talk(&mut conn, Some(&anna), &[1, 2, 3], None).await;
    assert_eq!(seen_by(&mut conn, &anna, id).await.unread, 3);

    attention::read_until(&mut conn, &anna, id, minute(2)).await.expect("readable");
    assert_eq!(seen_by(&mut conn, &anna, id).await.unread, 1);
    assert_eq!(seen_by(&mut conn, &boss, id).await.unread, 3);
    attention::read_until(&mut conn, &anna, id, minute(1)).await.expect("readable");
    assert_eq!(seen_by(&mut conn, &anna, id).await.read_until, minute(2));

    attention::mark_unread(&mut conn, &anna, id).await.expect("readable");
    let marked = seen_by(&mut conn, &anna, id).await;
    assert!(marked.marked_unread && marked.read_until == minute(2));
    attention::read_until(&mut conn, &anna, id, minute(3)).await.expect("readable");
    let read = seen_by(&mut conn, &anna, id).await;
    assert_eq!((read.unread, read.marked_unread), (0, false));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn ten_unread_stand_for_any_more(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let id = talk(&mut conn, Some(&anna), &(1..=15).collect::<Vec<_>>(), None).await;
    assert_eq!(seen_by(&mut conn, &anna, id).await.unread, 10);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn waiting_begins_with_the_first_unanswered_message_and_ends_with_anybodys_answer(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let asked_again = talk(&mut conn, Some(&anna), &[1, 5, 7], Some(2)).await;
    let answered = talk(&mut conn, Some(&anna), &[3], Some(4)).await;
    let longest = talk(&mut conn, None, &[2, 8], None).await;
    assert_eq!(seen_by(&mut conn, &anna, asked_again).await.waiting_since, Some(minute(5)));
    assert_eq!(seen_by(&mut conn, &anna, answered).await.waiting_since, None);

    let waiting = ConversationFilter { sort: ConversationSort::Waiting, ..ConversationFilter::default() };
    let first = conversations::list(&mut conn, &anna, &waiting, None, 1).await.expect("a list");
    assert_eq!(first[0].id, longest);
    let behind = Some(first[0].cursor());
    let rest = conversations::list(&mut conn, &anna, &waiting, behind, 9).await.expect("a list");
    assert_eq!(rest.iter().map(|row| row.id).collect::<Vec<_>>(), [asked_again]);

    let counts = attention::counts(&mut conn, &anna).await.expect("counts");
    assert_eq!((counts.mine.waiting, counts.unassigned.waiting, counts.all.waiting), (1, 1, 2));
    assert_eq!((counts.mine.unread, counts.all.unread), (2, 3));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_tab_holds_the_own_the_unassigned_or_all_and_nothing_foreign(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let other = user(&mut conn, "Павел", "manager").await;
    let own = talk(&mut conn, Some(&anna), &[1], None).await;
    let common = talk(&mut conn, None, &[2], None).await;
    let foreign = talk(&mut conn, Some(&other), &[3], None).await;
    let mut tab = async |responsible| {
        let filter = ConversationFilter { responsible, ..ConversationFilter::default() };
        let rows = conversations::list(&mut conn, &anna, &filter, None, 9).await.expect("a list");
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(tab(Some(Wanted::Is(anna.user_id))).await, [own]);
    assert_eq!(tab(Some(Wanted::None)).await, [common]);
    assert_eq!(tab(None).await, [common, own]);
    assert!(tab(Some(Wanted::Is(other.user_id))).await.is_empty());

    assert_eq!(attention::counts(&mut conn, &anna).await.expect("counts").all.waiting, 2);
    let refused = attention::read_until(&mut conn, &anna, foreign, minute(9)).await;
    assert!(matches!(refused, Err(ClientError::NotFound)));
    let refused = attention::mark_unread(&mut conn, &anna, foreign).await;
    assert!(matches!(refused, Err(ClientError::NotFound)));
}
