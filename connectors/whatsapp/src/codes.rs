//! The provider's error codes: what they mean in Russian, what we do about them, what a person can do.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>

use connector_api::Remedy;

use crate::wire::Failure;

/// What we do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Try again with growing pauses; surely not sent.
    Later,
    /// The whole account waits at least so many seconds.
    Wait(u64),
    /// Only this recipient waits.
    PairRate,
    /// Nothing is sent until a person acts.
    Stopped,
    /// This message is never sent as it is.
    Never,
}

/// One code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub class: Class,
    /// What it means, in Russian, without a full stop.
    pub text: &'static str,
    /// What to do, in Russian, with a full stop; may be empty.
    pub advice: &'static str,
    pub remedy: Option<Remedy>,
}

impl Known {
    const fn new(class: Class, text: &'static str, advice: &'static str) -> Self {
        Self { class, text, advice, remedy: None }
    }

    const fn with(self, remedy: Remedy) -> Self {
        Self { remedy: Some(remedy), ..self }
    }

    /// Meaning and advice as one text.
    pub fn sentence(&self) -> String {
        if self.advice.is_empty() {
            format!("{}.", self.text)
        } else {
            format!("{}. {}", self.text, self.advice)
        }
    }
}

/// The owner of the phone did not share its history.
pub(crate) const HISTORY_DECLINED: &str = "2593109";

/// Nothing is sent until a person acts.
pub(crate) fn stops(code: &str) -> bool {
    known(code).is_some_and(|known| known.class == Class::Stopped)
}

/// What is known of an error.
pub(crate) fn of(error: &Failure) -> Option<Known> {
    error.code.text().and_then(known)
}

/// The error in words: Russian where the code is known, else what the provider says.
pub(crate) fn explanation(error: &Failure) -> String {
    let known = of(error).map(|known| known.text.to_owned());
    let details = error.error_data.0.as_ref().and_then(|data| data.details.owned());
    known
        .or(details)
        .or_else(|| error.details.owned())
        .or_else(|| error.message.owned())
        .or_else(|| error.title.owned())
        .unwrap_or_else(|| format!("Ошибка {}", error.code.text().unwrap_or("без кода")))
}

/// What is known of a code.
pub(crate) fn known(code: &str) -> Option<Known> {
    use Class::{Later, Never, PairRate, Stopped, Wait};
    let known = Known::new;
    Some(match code {
        "0" | "190" => known(
            Stopped,
            "Токен доступа недействителен или истёк",
            "Выпустите новый токен системного пользователя в Meta Business Suite и впишите его в настройки канала.",
        ),
        "1" => known(Later, "Запрос не принят WhatsApp", ""),
        "2" | "131016" | "133004" => known(Later, "WhatsApp временно недоступен", ""),
        "3" | "10" | "131005" => known(
            Stopped,
            "У приложения нет нужных прав",
            "Выдайте токену права whatsapp_business_messaging и whatsapp_business_management.",
        ),
        "4" | "80007" => known(Wait(60), "Слишком много запросов к WhatsApp", ""),
        "33" => known(
            Stopped,
            "Номер отправителя удалён или недоступен",
            "Проверьте идентификатор номера в настройках канала и права токена на него.",
        ),
        "100" | "131008" | "131009" => known(Never, "Ошибка в параметрах сообщения", ""),
        "368" => known(
            Stopped,
            "Аккаунт заблокирован за нарушение правил",
            "Откройте «Качество аккаунта» в Meta Business Suite и обжалуйте решение.",
        ),
        "130429" => known(Wait(1), "Превышена скорость отправки номера", ""),
        "130472" => known(
            Never,
            "Клиент участвует в эксперименте Meta, реклама ему не доставляется",
            "Напишите ему, когда он ответит сам, или свяжитесь другим способом.",
        )
        .with(Remedy::AnotherChannel),
        "130497" => known(
            Never,
            "Аккаунту нельзя писать клиентам этой страны",
            "Свяжитесь с клиентом другим способом.",
        )
        .with(Remedy::AnotherChannel),
        "131000" => known(Later, "Неизвестная ошибка WhatsApp", ""),
        "131021" => known(Never, "Отправитель и получатель совпадают", "Проверьте номер клиента."),
        "131026" => known(
            Never,
            "Сообщение не доставить: у получателя нет WhatsApp, он устарел или условия не приняты",
            "Свяжитесь с клиентом другим способом.",
        )
        .with(Remedy::AnotherChannel),
        "131030" => known(
            Never,
            "Получателя нет в списке тестового номера",
            "Добавьте его в кабинете разработчика Meta или подключите настоящий номер.",
        ),
        "131031" => known(
            Stopped,
            "Аккаунт WhatsApp заблокирован",
            "Откройте «Качество аккаунта» в Meta Business Suite: там причина и обжалование.",
        ),
        "131037" => known(
            Stopped,
            "Отображаемое имя номера не одобрено",
            "Исправьте имя в WhatsApp Manager и дождитесь одобрения.",
        ),
        "131042" | "131044" => known(
            Stopped,
            "Не настроена или не прошла оплата в Meta",
            "Проверьте способ оплаты в Meta Business Suite.",
        ),
        "131045" | "133000" | "133005" | "133006" | "133008" | "133009" | "133010" | "133015" | "133016" => {
            known(
                Stopped,
                "Номер не зарегистрирован в WhatsApp Business как следует",
                "Зарегистрируйте номер заново в WhatsApp Manager.",
            )
        }
        "131047" => known(
            Never,
            "Прошло больше 24 часов с последнего сообщения клиента: можно отправить только шаблон",
            "Выберите шаблон.",
        )
        .with(Remedy::Template),
        "131048" => known(Wait(3600), "Отправка ограничена: на сообщения этого номера много жалоб", ""),
        "131049" => known(
            Never,
            "Meta не доставила рекламное сообщение, чтобы не беспокоить клиента. Не повторяйте его сутки",
            "",
        ),
        "131050" => known(
            Never,
            "Клиент отказался от рекламных сообщений",
            "Шаблоны категории «маркетинг» ему больше не отправляйте.",
        ),
        "131051" => known(Never, "Сообщение такого вида WhatsApp не передаёт", ""),
        "131052" => known(Never, "Файл из сообщения клиента получить не удалось", ""),
        "131053" => known(
            Never,
            "WhatsApp не смог обработать файл",
            "Сохраните его в другом формате или отправьте документом.",
        )
        .with(Remedy::Convert),
        "131055" => known(Never, "Так отправить это сообщение нельзя", ""),
        "131056" => known(PairRate, "Слишком много сообщений этому получателю подряд", ""),
        "131057" | "2494100" => known(Wait(60), "Номер на обслуживании у WhatsApp", ""),
        "131060" => known(
            Never,
            "Сообщение доступно только на телефоне: откройте WhatsApp на телефоне, чтобы прочитать",
            "",
        ),
        "131062" => known(
            Never,
            "Это сообщение можно отправить только на номер телефона",
            "Узнайте номер клиента и впишите его в карточку.",
        ),
        "131063" => known(
            Stopped,
            "Рекламные шаблоны для этого аккаунта отключены",
            "Узнайте причину в WhatsApp Manager.",
        ),
        "131064" => known(
            Stopped,
            "Отправка ограничена: шаблоны отнесены не к той категории",
            "Исправьте категории шаблонов в WhatsApp Manager.",
        ),
        "132000" | "132005" | "132007" | "132008" | "132012" | "132018" => {
            known(Never, "Текст или параметры шаблона не подходят", "Проверьте значения полей шаблона.")
        }
        "132001" => known(
            Never,
            "Шаблона с таким именем и языком нет, или он ещё не одобрен",
            "Выберите другой шаблон.",
        )
        .with(Remedy::Template),
        "132015" => known(Never, "Шаблон приостановлен из-за низкого качества", "Выберите другой шаблон.")
            .with(Remedy::Template),
        "132016" => known(Never, "Шаблон отключён из-за низкого качества", "Выберите другой шаблон.")
            .with(Remedy::Template),
        "132068" | "132069" => known(Never, "Форма WhatsApp заблокирована или ограничена", ""),
        "134011" => known(Stopped, "Не приняты условия оплаты Meta", "Примите их в Meta Business Suite."),
        "135000" => known(Never, "WhatsApp не принял сообщение", ""),
        "137000" => known(
            Never,
            "Клиент сменил устройство или ключ шифрования, проверьте получателя",
            "Убедитесь по телефону, что это он, и отправьте снова.",
        ),
        "2593107" | "2593108" => known(
            Stopped,
            "История переписки уже запрашивалась или прошло больше суток",
            "Подключите номер заново.",
        ),
        HISTORY_DECLINED => known(Never, "Владелец телефона не разрешил передать историю переписки", ""),
        code if code.parse().is_ok_and(|code: u32| (200..300).contains(&code)) => known(
            Stopped,
            "Разрешение для приложения не выдано или отозвано",
            "Выдайте токену права whatsapp_business_messaging и whatsapp_business_management.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_of_the_two_hundreds_stop_the_channel() {
        assert!(stops("190") && stops("200") && stops("299"));
        assert!(!stops("300") && !stops("131047") && !stops("x"));
    }

    #[test]
    fn every_code_of_the_sheet_is_in_its_class() {
        use Class::{Later, Never, PairRate, Stopped, Wait};
        for (codes, class) in [
            ("1 2 131000 131016 133004", Later),
            ("4 80007 131057 2494100", Wait(60)),
            ("130429", Wait(1)),
            ("131048", Wait(3600)),
            ("131056", PairRate),
            ("0 3 10 33 190 200 299 368 131005 131031 131037 131042 131044 131045 131063 131064", Stopped),
            ("133000 133005 133006 133008 133009 133010 133015 133016 134011 2593107 2593108", Stopped),
            ("100 130472 130497 131008 131009 131021 131026 131030 131047 131049 131050 131051", Never),
            ("131053 131055 131062 132000 132001 132005 132007 132008 132012 132015 132016 132018", Never),
            ("132068 132069 135000 137000", Never),
        ] {
            for code in codes.split(' ') {
                assert_eq!(known(code).map(|known| known.class), Some(class), "{code}");
            }
        }
    }

    #[test]
    fn what_stops_the_channel_says_what_to_do() {
        for code in ["0", "3", "33", "200", "368", "131031", "131037", "131042", "131045", "134011"] {
            assert!(!known(code).expect("a known code").advice.is_empty(), "{code}");
        }
    }

    #[test]
    fn a_closed_window_offers_a_template_and_a_missing_whatsapp_another_channel() {
        let remedy = |code| known(code).expect("a known code").remedy;
        assert_eq!(remedy("131047"), Some(Remedy::Template));
        assert_eq!(remedy("131026"), Some(Remedy::AnotherChannel));
        assert_eq!(remedy("131053"), Some(Remedy::Convert));
        assert_eq!(remedy("131049"), None);
    }

    #[test]
    fn an_unknown_code_is_explained_in_the_providers_words() {
        let error = |text: &str| -> Failure { serde_json::from_str(text).expect("valid") };
        let explained = |text: &str| explanation(&error(text));
        assert_eq!(explained(r#"{"code":999,"title":"T","error_data":{"details":"D"}}"#), "D");
        assert_eq!(explained(r#"{"code":"999","title":"T","details":"old"}"#), "old");
        assert_eq!(explained(r#"{"code":999,"title":"T"}"#), "T");
        assert_eq!(explained(r#"{"code":999}"#), "Ошибка 999");
        assert_eq!(explained("{}"), "Ошибка без кода");
    }
}
