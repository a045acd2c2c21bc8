//! Error codes of the provider: in Russian for people, and which of them stop the channel.

use connector_api::{Event, NoticeLevel, Reason};
use serde_json::Value;

use super::scope::Scope;
use crate::wire::{self, Failure, Loose};

/// Why a message of ours failed.
pub(super) fn reason(error: &Failure) -> Reason {
    Reason {
        code: error.code.owned().unwrap_or_else(|| "unknown".into()),
        text: explanation(error),
        remedy: None,
    }
}

/// The error in words: Russian where the code is known, else what the provider says.
pub(super) fn explanation(error: &Failure) -> String {
    let known = error.code.text().and_then(russian).map(str::to_owned);
    let details = error.error_data.0.as_ref().and_then(|data| data.details.owned());
    known
        .or(details)
        .or_else(|| error.details.owned())
        .or_else(|| error.message.owned())
        .or_else(|| error.title.owned())
        .unwrap_or_else(|| format!("Ошибка {}", error.code.text().unwrap_or("без кода")))
}

/// Trouble of the application or account that concerns no single message.
pub(super) fn notice(scope: &Scope<'_>, element: &Value) -> Event {
    let code = Loose::of(element.get("code")).owned();
    let error: Failure = wire::read(element).unwrap_or_default();
    let level = if code.as_deref().is_some_and(stops) { NoticeLevel::Alarm } else { NoticeLevel::Warning };
    let word = if code.as_deref() == Some(HISTORY_DECLINED) { "history_declined" } else { "provider_error" };
    let mut detail = serde_json::json!({ "error": element, "text": explanation(&error) });
    if let Some(number) = &scope.number {
        detail["phone_number_id"] = Value::from(number.as_str());
    }
    let fact = serde_json::json!([word, scope.number, element]);
    super::notice(scope, &fact, level, word, code, detail)
}

/// The owner of the phone did not share its history.
const HISTORY_DECLINED: &str = "2593109";

/// Nothing is sent until a person acts.
fn stops(code: &str) -> bool {
    const CODES: [&str; 17] = [
        "0", "3", "10", "33", "190", "368", "131005", "131031", "131037", "131042", "131044", "131045",
        "131063", "133000", "133010", "133015", "134011",
    ];
    CODES.contains(&code) || code.parse().is_ok_and(|code: u32| (200..300).contains(&code))
}

fn russian(code: &str) -> Option<&'static str> {
    let text = match code {
        "0" | "190" => "Токен доступа недействителен или истёк",
        "1" => "Запрос не принят WhatsApp",
        "2" | "131016" | "133004" => "WhatsApp временно недоступен",
        "3" | "10" | "131005" => "У приложения нет нужных прав",
        "4" | "80007" => "Слишком много запросов к WhatsApp",
        "33" => "Номер отправителя удалён или недоступен",
        "100" | "131008" | "131009" => "Ошибка в параметрах сообщения",
        "368" => "Аккаунт заблокирован за нарушение правил",
        "130429" => "Превышена скорость отправки номера",
        "130472" => "Клиент участвует в эксперименте Meta, реклама ему не доставляется",
        "130497" => "Аккаунту нельзя писать клиентам этой страны",
        "131000" => "Неизвестная ошибка WhatsApp",
        "131021" => "Отправитель и получатель совпадают",
        "131026" => "Сообщение не доставить: у получателя нет WhatsApp, он устарел или условия не приняты",
        "131030" => "Получателя нет в списке тестового номера",
        "131031" => "Аккаунт WhatsApp заблокирован",
        "131037" => "Отображаемое имя номера не одобрено",
        "131042" | "131044" => "Не настроена или не прошла оплата в Meta",
        "131045" | "133000" | "133005" | "133006" | "133008" | "133009" | "133010" | "133015" | "133016" => {
            "Номер не зарегистрирован в WhatsApp Business как следует"
        }
        "131047" => "Прошло больше 24 часов с последнего сообщения клиента: можно отправить только шаблон",
        "131048" => "Отправка ограничена: на сообщения этого номера много жалоб",
        "131049" => {
            "Meta не доставила рекламное сообщение, чтобы не беспокоить клиента. Не повторяйте его сутки"
        }
        "131050" => "Клиент отказался от рекламных сообщений",
        "131051" => "Сообщение такого вида WhatsApp не передаёт",
        "131052" => "Файл из сообщения клиента получить не удалось",
        "131053" => "WhatsApp не смог обработать файл",
        "131055" => "Так отправить это сообщение нельзя",
        "131056" => "Слишком много сообщений этому получателю подряд",
        "131057" | "2494100" => "Номер на обслуживании у WhatsApp",
        "131060" => "Сообщение доступно только на телефоне: откройте WhatsApp на телефоне, чтобы прочитать",
        "131062" => "Это сообщение можно отправить только на номер телефона",
        "131063" => "Рекламные шаблоны для этого аккаунта отключены",
        "131064" => "Отправка ограничена: шаблоны отнесены не к той категории",
        "132000" | "132005" | "132007" | "132008" | "132012" | "132018" => {
            "Текст или параметры шаблона не подходят"
        }
        "132001" => "Шаблона нет на этом языке, или он не одобрен",
        "132015" => "Шаблон приостановлен из-за низкого качества",
        "132016" => "Шаблон отключён из-за низкого качества",
        "132068" | "132069" => "Форма WhatsApp заблокирована или ограничена",
        "134011" => "Не приняты условия оплаты Meta",
        "135000" => "WhatsApp не принял сообщение",
        "137000" => "Клиент сменил устройство или ключ шифрования, проверьте получателя",
        HISTORY_DECLINED => "Владелец телефона не разрешил передать историю переписки",
        _ => return None,
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn permissions_of_the_two_hundreds_stop_the_channel() {
        assert!(stops("190") && stops("200") && stops("299"));
        assert!(!stops("300") && !stops("131047") && !stops("x"));
    }
}
