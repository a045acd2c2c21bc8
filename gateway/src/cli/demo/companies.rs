//! What managers would have written on the cards of their clients by now: companies, their requisites, how to treat them.
//! Whoever has no company here is a private buyer.

use crm_core::access::Viewer;
use crm_core::clients::client::{self, ClientEdit, ClientStatus};
use crm_core::clients::contact::{self, ContactEdit};
use crm_core::clients::list::ClientRow;
use crm_core::timeline::note::{self, NewNote};
use crm_core::{ClientId, InteractionId};
use mocks::people::Person;
use sqlx::PgPool;

use crate::clock;

struct Company {
    /// Which of the invented people works there.
    person: u32,
    name: &'static str,
    inn: &'static str,
    city: &'static str,
    zone: &'static str,
    /// Of the person who writes to us.
    post: &'static str,
    features: Option<&'static str>,
    note: Option<&'static str>,
    is_client: bool,
}

const COMPANIES: [Company; 8] = [
    Company {
        person: 2,
        name: "ООО «Агродом Пример»",
        inn: "7799000125",
        city: "Новосибирск",
        zone: "Asia/Novosibirsk",
        post: "снабженец",
        features: Some("Звонить после 11 по Новосибирску. Счета только на почту бухгалтера."),
        note: Some("Договорились о скидке 5 % от 200 тыс. ₽, ждут реквизиты."),
        is_client: true,
    },
    Company {
        person: 3,
        name: "КФХ «Нижний Хутор»",
        inn: "779900013108",
        city: "Барнаул",
        zone: "Asia/Barnaul",
        post: "глава хозяйства",
        features: Some("Платит наличными при получении, нужен чек."),
        note: None,
        is_client: true,
    },
    Company {
        person: 7,
        name: "ООО «СтройБаза 000»",
        inn: "7799000164",
        city: "Екатеринбург",
        zone: "Asia/Yekaterinburg",
        post: "менеджер по закупкам",
        features: None,
        note: Some("Сравнивают нас с «Прокатом», решат до пятницы."),
        is_client: false,
    },
    Company {
        person: 8,
        name: "ИП Небывалов",
        inn: "779900025600",
        city: "Казань",
        zone: "Europe/Moscow",
        post: "предприниматель",
        features: Some("Только письменно: на слух путает артикулы."),
        note: None,
        is_client: false,
    },
    Company {
        person: 10,
        name: "ООО «ТеплоСеть Выдумка»",
        inn: "7799000206",
        city: "Иркутск",
        zone: "Asia/Irkutsk",
        post: "главный инженер",
        features: Some("Пропуск на въезд заказывать за день."),
        note: Some("Насос МП-100 взяли на пробу, отзыв обещали через неделю."),
        is_client: true,
    },
    Company {
        person: 12,
        name: "АО «Водоканал Вымышленный»",
        inn: "7799000245",
        city: "Самара",
        zone: "Europe/Samara",
        post: "отдел снабжения",
        features: Some("Закупка через торги, спецификацию слать в Excel."),
        note: None,
        is_client: true,
    },
    Company {
        person: 5,
        name: "ООО «Дачный Мир Пример»",
        inn: "7799000284",
        city: "Москва",
        zone: "Europe/Moscow",
        post: "товаровед",
        features: None,
        note: None,
        is_client: false,
    },
    Company {
        person: 18,
        name: "ООО «Ремзона 404»",
        inn: "7799000326",
        city: "Красноярск",
        zone: "Asia/Krasnoyarsk",
        post: "механик",
        features: Some("Номер общий на двоих: спрашивать, кто на связи."),
        note: None,
        is_client: false,
    },
];

/// Writes them on the cards of these people.
pub(super) async fn write(pool: &PgPool, viewer: &Viewer, clients: &[ClientRow]) -> anyhow::Result<()> {
    for company in &COMPANIES {
        let person = Person::new(company.person).name();
        let Some(row) = clients.iter().find(|row| row.name == person) else { continue };
        put(pool, viewer, company, row.id).await?;
    }
    Ok(())
}

/// Each by itself: cards are still being joined, and many locks at once would meet theirs.
async fn put(pool: &PgPool, viewer: &Viewer, company: &Company, id: ClientId) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    let card = client::read(&mut tx, viewer, id).await?;
    let edit = ClientEdit {
        version: card.version,
        name: Some(company.name.to_owned()),
        status: company.is_client.then_some(ClientStatus::Client),
        inn: Some(Some(company.inn.to_owned())),
        city: Some(Some(company.city.to_owned())),
        time_zone: Some(Some(company.zone.to_owned())),
        features: Some(company.features.map(str::to_owned)),
        ..ClientEdit::default()
    };
    client::edit(&mut tx, viewer, clock::now(), id, edit).await?;
    if let Some(person) = contact::of_client(&mut tx, viewer, id, None, 1).await?.first() {
        let post = Some(Some(company.post.to_owned()));
        let edit = ContactEdit { client_id: Some(id), post, ..ContactEdit::default() };
        contact::edit(&mut tx, viewer, clock::now(), person.id, edit).await?;
    }
    if let Some((text, manager)) = company.note.zip(card.responsible) {
        let new = NewNote { id: InteractionId::at(clock::now()), text, call: None };
        note::add(&mut tx, &super::everything(manager.id, &manager.name), clock::now(), id, new).await?;
    }
    Ok(tx.commit().await?)
}
