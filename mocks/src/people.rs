//! Invented people with invented numbers: everything follows from an index, so that a test can name anybody.

use serde::{Deserialize, Serialize};

const NAMES: [&str; 24] = [
    "Ирина",
    "Олег",
    "Марат",
    "Светлана",
    "Виктор",
    "Наталья",
    "Рустам",
    "Елена",
    "Геннадий",
    "Татьяна",
    "Артём",
    "Людмила",
    "Степан",
    "Галина",
    "Тимур",
    "Юлия",
    "Борис",
    "Вера",
    "Ильдар",
    "Ксения",
    "Фёдор",
    "Надежда",
    "Захар",
    "Алина",
];
/// Stems: `ов` or `ова` follows.
const SURNAMES: [&str; 17] = [
    "Колодезник",
    "Насосник",
    "Берёзовик",
    "Заречник",
    "Полев",
    "Лугов",
    "Ручьёв",
    "Кедров",
    "Сосняк",
    "Камышин",
    "Орешник",
    "Верстак",
    "Бензинник",
    "Пильщик",
    "Дубравин",
    "Северин",
    "Таёжник",
];
const COMPANIES: [&str; 13] = [
    "ООО «Агродом Пример»",
    "ИП Придумкин",
    "КФХ «Нижний Хутор»",
    "ООО «СтройБаза 000»",
    "СНТ «Ромашка-0»",
    "ООО «Лесхоз Образец»",
    "ООО «ТеплоСеть Выдумка»",
    "ИП Небывалов",
    "ООО «Дачный Мир Пример»",
    "АО «Водоканал Вымышленный»",
    "ООО «Прокат Тест»",
    "ООО «Ремзона 404»",
    "КФХ «Дальний Луг»",
];

/// One invented person and the addresses under which each provider knows him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Everything else follows from it.
    pub index: u32,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Where the person works; some are private buyers.
    pub company: Option<String>,
    /// Digits with country code and without plus: `79000000001`.
    pub phone: String,
    /// WhatsApp's user id inside our business portfolio.
    pub bsuid: String,
    /// Telegram's user id.
    pub telegram_id: i64,
}

impl Person {
    /// The person of this index, up to 899,999.
    pub fn new(index: u32) -> Self {
        let at = index as usize;
        let first_name = NAMES[at % NAMES.len()];
        let woman = first_name.ends_with(['а', 'я']);
        let stem = SURNAMES[at % SURNAMES.len()];
        let ending = match (
            stem.ends_with("ов") || stem.ends_with("ёв") || stem.ends_with("ев"),
            stem.ends_with("ин"),
        ) {
            (true, _) | (_, true) => "",
            _ => "ов",
        };
        Self {
            index,
            first_name: first_name.to_owned(),
            last_name: format!("{stem}{ending}{}", if woman { "а" } else { "" }),
            company: (at % 4 != 3).then(|| COMPANIES[at % COMPANIES.len()].to_owned()),
            phone: phone(index),
            bsuid: format!("RU.9{index:018}"),
            telegram_id: 6_100_000_000 + i64::from(index),
        }
    }

    /// First and last name.
    pub fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }

    /// `+79000000001`
    pub fn phone_e164(&self) -> String {
        format!("+{}", self.phone)
    }

    /// `89000000001`: as an employee dials and as old cards hold it.
    pub fn phone_with_eight(&self) -> String {
        format!("8{}", self.phone_bare())
    }

    /// `9000000001`: without any country code.
    pub fn phone_bare(&self) -> &str {
        self.phone.get(1..).unwrap_or_default()
    }
}

/// An invented number as digits: `79000` and the index in six digits.
pub fn phone(index: u32) -> String {
    format!("79000{:06}", index % 900_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_his_own_addresses() {
        let people: Vec<Person> = (1..2000).map(Person::new).collect();
        let count = |key: fn(&Person) -> String| {
            people.iter().map(key).collect::<std::collections::BTreeSet<_>>().len()
        };
        assert_eq!(count(|p| p.phone.clone()), people.len());
        assert_eq!(count(|p| p.bsuid.clone()), people.len());
        assert_eq!(count(|p| p.telegram_id.to_string()), people.len());
        assert!(people.iter().all(|p| p.phone.len() == 11 && p.phone.starts_with("79000")));
    }

    #[test]
    fn one_number_has_its_forms() {
        let person = Person::new(1);
        assert_eq!(person.phone_e164(), "+79000000001");
        assert_eq!(person.phone_with_eight(), "89000000001");
        assert_eq!(person.phone_bare(), "9000000001");
    }
}
