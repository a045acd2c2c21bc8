//! Quiet hours: mailings wait until the morning of the client's zone.

mod store;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use connector_api::PhoneNumber;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::rules::{self, MessagingRules};
use crate::{ContactId, schedule::Plan};

/// What becomes of a message that would go in quiet hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtNight {
    /// It waits until the morning.
    Hold,
    /// It goes all the same; wants a right of its own.
    Send,
}

/// A quiet moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Quiet {
    /// When it ends.
    pub until: DateTime<Utc>,
    /// What becomes of a mailing, in words: «Отправим в 9:00 по времени клиента».
    pub words: String,
}

/// Whether it is quiet at that moment of that zone. Pure.
pub fn at(rules: &MessagingRules, zone: Tz, moment: DateTime<Utc>) -> Option<Quiet> {
    let (from, until) = (rules.quiet_from, rules.quiet_until);
    let time = moment.with_timezone(&zone).time();
    let quiet = if from <= until { (from..until).contains(&time) } else { time >= from || time < until };
    quiet.then(|| Quiet {
        until: Plan::Daily(until, zone).next(moment),
        words: format!("Отправим в {} по времени клиента.", clock(until)),
    })
}

fn clock(time: NaiveTime) -> String {
    time.format("%-H:%M").to_string()
}

/// Whether it is quiet for a person at that moment: by the zone of his card, else by the country of his number where it
/// has one zone, else by the company's.
pub async fn of_person(
    conn: &mut PgConnection,
    root: ContactId,
    company: Tz,
    moment: DateTime<Utc>,
) -> sqlx::Result<Option<Quiet>> {
    let rules = rules::load(conn).await?;
    let zone = zone_of(conn, root).await?.unwrap_or(company);
    Ok(at(&rules, zone, moment))
}

async fn zone_of(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<Option<Tz>> {
    let named = store::zones(conn, root).await?;
    if let Some(zone) = named.iter().find_map(|zone| zone.parse().ok()) {
        return Ok(Some(zone));
    }
    let phones = store::phones(conn, root).await?;
    Ok(phones.iter().find_map(|phone| zone_of_phone(phone)))
}

/// The zone of a number's country, where the country has but one. Russia's numbers do not tell.
fn zone_of_phone(e164: &str) -> Option<Tz> {
    let number = PhoneNumber::parse(e164, connector_api::Region::default())?;
    Some(match number.country()?.as_str() {
        "AM" => Tz::Asia__Yerevan,
        "AZ" => Tz::Asia__Baku,
        "BY" => Tz::Europe__Minsk,
        "CN" => Tz::Asia__Shanghai,
        "GE" => Tz::Asia__Tbilisi,
        "KG" => Tz::Asia__Bishkek,
        "KZ" => Tz::Asia__Almaty,
        "MD" => Tz::Europe__Chisinau,
        "TJ" => Tz::Asia__Dushanbe,
        "TM" => Tz::Asia__Ashgabat,
        "TR" => Tz::Europe__Istanbul,
        "UZ" => Tz::Asia__Tashkent,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::fixture;

    fn rules(from: u32, until: u32) -> MessagingRules {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        MessagingRules {
            dialogue_hours: 24,
            quiet_from: hour(from),
            quiet_until: hour(until),
            channel_order: Vec::new(),
            version: 1,
        }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_night_is_that_of_the_clients_clock() {
        let (moscow, vladivostok) = (Tz::Europe__Moscow, Tz::Asia__Vladivostok);
        let night = rules(21, 9);
        assert_eq!(at(&night, moscow, utc("2026-11-02T17:59:59Z")), None);
        let evening = at(&night, moscow, utc("2026-11-02T18:00:00Z")).unwrap();
        assert_eq!(evening.until, utc("2026-11-03T06:00:00Z"));
        assert_eq!(evening.words, "Отправим в 9:00 по времени клиента.");
        let morning = at(&night, moscow, utc("2026-11-03T05:59:59Z")).unwrap();
        assert_eq!(morning.until, utc("2026-11-03T06:00:00Z"));
        assert_eq!(at(&night, moscow, utc("2026-11-03T06:00:00Z")), None);
        let far = at(&night, vladivostok, utc("2026-11-02T12:00:00Z")).unwrap();
        assert_eq!(far.until, utc("2026-11-02T23:00:00Z"));
        let lunch = rules(13, 14);
        assert!(at(&lunch, moscow, utc("2026-11-02T10:30:00Z")).is_some());
        assert_eq!(at(&lunch, moscow, utc("2026-11-02T18:30:00Z")), None);
        assert_eq!(at(&rules(9, 9), moscow, utc("2026-11-02T06:00:00Z")), None, "never quiet");
    }

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn the_zone_is_the_cards_else_the_numbers_else_the_companys(pool: PgPool) {
        let mut conn = pool.acquire().await.unwrap();
        let client = fixture::client(&mut conn, "Ромашка", None).await;
        let russian = fixture::contact(&mut conn, "Пётр", client).await;
        fixture::phone(&mut conn, russian, "+79160000001").await;
        let other = fixture::client(&mut conn, "Ала-Тоо", None).await;
        let kyrgyz = fixture::contact(&mut conn, "Айгуль", other).await;
        fixture::phone(&mut conn, kyrgyz, "+996555000001").await;
        // 20:00 in Moscow, 23:00 in Bishkek, 03:00 in Vladivostok.
        let moment = utc("2026-11-02T17:00:00Z");
        let company = Tz::Europe__Moscow;
        assert_eq!(of_person(&mut conn, russian, company, moment).await.unwrap(), None);
        let held = of_person(&mut conn, kyrgyz, company, moment).await.unwrap().unwrap();
        assert_eq!(held.until, utc("2026-11-03T03:00:00Z"));
        sqlx::query("update clients set time_zone = 'Asia/Vladivostok' where id = $1")
            .bind(client)
            .execute(&mut *conn)
            .await
            .unwrap();
        let held = of_person(&mut conn, russian, company, moment).await.unwrap().unwrap();
        assert_eq!(held.until, utc("2026-11-02T23:00:00Z"));
    }
}
