//! Believable Russian names and sentences from word lists. Nobody of them exists.

use std::fmt::Write;
use std::sync::LazyLock;

use super::dice::Dice;

/// Words or phrases in one text, told apart by a letter.
type List = LazyLock<Vec<&'static str>>;

const FORMS: [(&str, usize); 5] = [("ООО", 62), ("ИП", 24), ("АО", 8), ("ОсОО", 4), ("ТОО", 2)];

static BEGINNINGS: List = LazyLock::new(|| {
    list(
        ' ',
        "Северный Южный Уральский Волжский Сибирский Балтийский Невский Донской Амурский Камский Окский Западный \
         Восточный Центральный Городской Областной Новый Первый Единый Русский Московский Казанский Тверской \
         Рязанский Пермский Омский Томский Курский Брянский Псковский Алтайский Ладожский Таёжный Степной Береговой \
         Горный",
    )
});

static MIDDLES: List = LazyLock::new(|| {
    list(
        ' ',
        "насос трубопровод станок котёл кабель подшипник металл инструмент редуктор компрессор вентиль фильтр \
         двигатель генератор конвейер профиль крепёж кирпич бетон цемент утеплитель фасад кровля паркет фундамент \
         элеватор комбайн молоко хлеб мясо рыба ромашка берёза сокол маяк горизонт восход причал вектор магистраль \
         прогресс мастер зодчий водоканал теплосеть энергия ресурс актив",
    )
});

static ENDINGS: List = LazyLock::new(|| {
    list(
        ' ',
        "сервис снаб трейд строй монтаж комплект пром торг центр холдинг групп плюс инвест проект маркет логистик \
         техно импорт экспорт резерв гарант союз альянс контракт поставка опт дом завод сбыт партнёр",
    )
});

static CITIES: List = LazyLock::new(|| {
    list(
        ' ',
        "Москва Санкт-Петербург Казань Екатеринбург Новосибирск Самара Омск Челябинск Уфа Пермь Воронеж Волгоград \
         Краснодар Саратов Тюмень Тверь Рязань Липецк Пенза Тула Курск Калуга Иваново Бишкек",
    )
});

static FIRST_NAMES: List = LazyLock::new(|| {
    list(
        ' ',
        "Алексей Андрей Антон Артём Борис Вадим Виктор Владимир Глеб Денис Дмитрий Евгений Егор Иван Игорь Кирилл \
         Максим Михаил Никита Олег Павел Пётр Роман Сергей Фёдор Алёна Анна Вера Галина Дарья Елена Жанна Ирина \
         Ксения Лариса Марина Наталья Ольга Светлана Юлия",
    )
});

static SURNAME_ROOTS: List = LazyLock::new(|| {
    list(
        ' ',
        "Иван Петр Сидор Кузнец Смирн Попо Соколо Лебеде Козло Новико Морозо Волко Соловьё Василье Зайце Павло Семёно \
         Голубе Виноградо Богдано Воробьё Фёдоро Михайло Беляе Тарасо Бело Комаро Орло Киселё Макаро Андрее Ковалё \
         Ильи Гусе Тито Кудрявце Барано Кулико Алексее Степано Яковле Сороки Сергее Романо Захаро Борисо Королё \
         Герасимо Пономарё Григорье Лазаре Медведе Ершо Никити Соболе Рябо Поляко Цветко Данило Жуко",
    )
});

static OPENINGS: List = LazyLock::new(|| {
    list(
        '|',
        "Добрый день! | Здравствуйте. | Подскажите, | Коллеги, | Напоминаю: | Уточните, пожалуйста, | Спасибо, | \
         Получили, | Просим | По договору | Как и договорились, | Ещё вопрос: | Срочно: | Завтра | Сегодня | К \
         понедельнику | Директор просит, | Бухгалтерия пишет: | Водитель звонил, | На складе говорят, | Понял, | Не \
         торопитесь, | Извините, | Да,",
    )
});

static MATTERS: List = LazyLock::new(|| {
    list(
        '|',
        "пришлите счёт на насосы НЦ-12 | когда будет отгрузка по последней заявке | нужен сертификат на трубы | ждём \
         машину к воротам номер три | перезвоните, пожалуйста, после обеда | акт сверки подписали и отправили | есть \
         ли подшипники в наличии | цена по сравнению с прошлым месяцем выросла | оплата ушла утром | накладная не \
         совпадает с заказом | два места пришли с повреждённой упаковкой | можно ли дать отсрочку | сделайте скидку \
         за объём | добавьте к заказу ещё кабель | реквизиты у нас поменялись | доверенность на водителя готова | нам \
         подойдёт и аналог | согласовали с главным инженером | образец получили, смотрим | заберём самовывозом | \
         замените в счёте получателя | паспорт изделия нужен в бумажном виде | подтверждаем количество | переносим \
         поставку на неделю | договор лежит у юриста | компрессор не запускается, нужна помощь | пришлите фотографию \
         шильдика | склад работает до шести | пропуск на территорию заказан | наш новый адрес напишу отдельно | \
         спасибо за быструю работу | по рекламации ждём ответа до пятницы",
    )
});

fn list(mark: char, text: &'static str) -> Vec<&'static str> {
    text.split(mark).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The name of a company, or of a person who trades.
pub(super) fn company(dice: &mut Dice) -> String {
    let mut at = dice.below(100);
    let form = FORMS
        .iter()
        .find(|(_, percent)| {
            let here = at < *percent;
            at = at.saturating_sub(*percent);
            here
        })
        .map_or("ООО", |(form, _)| form);
    if form == "ИП" {
        return format!("ИП {} {}", surname(dice, false), initials(dice));
    }
    let (middle, ending) = (dice.pick(&MIDDLES), dice.pick(&ENDINGS));
    match dice.below(4) {
        0 => format!("{form} «{} {middle}-{ending}»", dice.pick(&BEGINNINGS)),
        1 => format!("{form} «{}{ending}»", capital(middle)),
        2 => format!("{form} «{}{ending} {}»", capital(middle), dice.pick(&CITIES)),
        _ => format!("{form} «{}-{} {}»", capital(middle), capital(ending), dice.below(900) + 1),
    }
}

/// First name and surname.
pub(super) fn person(dice: &mut Dice) -> String {
    let first = dice.below(FIRST_NAMES.len());
    // The women stand behind the men.
    format!("{} {}", FIRST_NAMES[first], surname(dice, first >= 25))
}

/// A city.
pub(super) fn city(dice: &mut Dice) -> &'static str {
    dice.pick::<&str>(&CITIES)
}

/// What somebody writes: a sentence or two.
pub(super) fn sentence(dice: &mut Dice) -> String {
    let mut text = format!("{} {}", dice.pick(&OPENINGS), dice.pick(&MATTERS));
    if dice.chance(60) {
        let _ = write!(text, ", {} шт.", dice.below(990) + 1);
    }
    if dice.chance(30) {
        let _ = write!(text, " И ещё: {}.", dice.pick(&MATTERS));
    }
    text
}

/// Parts of company names as people type them into the search: rare and frequent, beginnings and middles.
pub(super) const NAME_PARTS: [&str; 16] = [
    "ромашкатрейд",
    "омашка",
    "насос",
    "трубопров",
    "подшипникснаб",
    "горизонт-п",
    "маякстрой",
    "вектор опт",
    "еплосеть",
    "элеваторзавод",
    "Таёжный хлеб",
    "Ладожский бетон",
    "водоканалс",
    "кирпичстрой пермь",
    "зодчий дом",
    "magistral",
];

/// The same as it comes out on the other keyboard layout.
pub(super) fn on_wrong_layout(text: &str) -> String {
    const RUSSIAN: &str = "йцукенгшщзхъфывапролджэячсмитьбю";
    const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";
    let pairs = || RUSSIAN.chars().zip(LATIN.chars());
    let other = |letter| pairs().find(|(russian, _)| *russian == letter).map_or(letter, |(_, latin)| latin);
    text.to_lowercase().replace('ё', "е").chars().map(other).collect()
}

fn surname(dice: &mut Dice, woman: bool) -> String {
    let root = dice.pick(&SURNAME_ROOTS);
    let end = match root.chars().last() {
        Some('и') => "н",
        Some('о' | 'е' | 'ё') => "в",
        _ => "ов",
    };
    format!("{root}{end}{}", if woman { "а" } else { "" })
}

fn initials(dice: &mut Dice) -> String {
    const LETTERS: [char; 16] =
        ['А', 'Б', 'В', 'Г', 'Д', 'Е', 'И', 'К', 'Л', 'М', 'Н', 'О', 'П', 'Р', 'С', 'Ю'];
    format!("{}. {}.", dice.pick(&LETTERS), dice.pick(&LETTERS))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
