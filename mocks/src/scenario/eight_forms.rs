//! One person under eight forms of his id: he must become one client.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Scenario;
use super::beat::Beat;
use super::stage::Stage;
use crate::people::Person;
use crate::providers::Providers;
use crate::whatsapp::{self, Sender};
use crate::{smsc, whatsapp::Content};

/// In this order, ten minutes apart:
///
/// 1. he calls as `+79…`; 2. he writes in WhatsApp as `79…` without BSUID; 3. we dial `89…`; 4. we dial `9…`;
/// 5. he writes in WhatsApp as `79…` with BSUID; 6. he writes with the BSUID only; 7. he shares his contact in Telegram
///    and writes there; 8. he sends an SMS as `89…`.
pub fn one_person_in_eight_id_forms(providers: &Providers, now: DateTime<Utc>) -> Scenario {
    let mut stage = Stage::new("one_person_in_eight_id_forms", providers, now, 8);
    let person = Person::new(88);
    let form = |number: u64| Duration::from_mins(10 * (number - 1));
    stage.call(form(1), Some(person.phone_e164()), &[30]);
    let whatsapp = |stage: &mut Stage, at: Duration, sender: Sender, text: &str| {
        let id = whatsapp::wamid(&person.phone, stage.next(), false);
        let sender = sender.named(&person.name());
        let message = whatsapp::Message::new(&id, stage.time(at), sender, Content::text(text));
        stage.put(at, providers.whatsapp.request(&whatsapp::Action::Message(message)));
    };
    whatsapp(&mut stage, form(2), Sender::phone(&person.phone), "Это я, звонил утром");
    stage.call_out(form(3), &person.phone_with_eight(), 40);
    stage.call_out(form(4), person.phone_bare(), 50);
    let both = Sender::phone(&person.phone).with_user_id(&person.bsuid);
    whatsapp(&mut stage, form(5), both, "Завёл себе имя пользователя");
    whatsapp(&mut stage, form(6), Sender::user(&person.bsuid), "Номер теперь не видно, но это я");
    stage.perform(form(7), &person, Beat::TgStart(""));
    stage.perform(form(7) + Duration::from_secs(20), &person, Beat::TgContact);
    stage.perform(form(7) + Duration::from_secs(40), &person, Beat::Tg("И здесь тоже я"));
    let sms = smsc::Action::Inbound {
        id: Some(stage.sms_id()),
        phone: person.phone_with_eight(),
        text: "SMS от меня же".to_owned(),
        at: stage.time(form(8)),
    };
    stage.put(form(8), providers.smsc.request(&sms));
    Scenario { starts_at: now, people: vec![person], steps: stage.leave() }
}
