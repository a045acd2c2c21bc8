//! Problems as operations list them: `responses((status = 200, …), Unauthorized, Missing)`.

use std::collections::BTreeMap;

use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::ProblemBody;

macro_rules! documented {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $description:literal;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                answer($status, $description)
            }
        }
    )*};
}

documented! {
    /// 400.
    Invalid = "400", "Неверный запрос: `field` называет поле";
    /// 401.
    Unauthorized = "401", "Никто не вошёл, или сеанс закончился";
    /// 403.
    Refused = "403", "Недостаточно прав, или запрос с чужой страницы";
    /// 404.
    Missing = "404", "Записи нет, или она недоступна";
    /// 409.
    Conflict = "409", "Противоречие с сохранёнными данными";
    /// 413.
    TooLarge = "413", "Тело запроса больше допустимого";
    /// Anything else: our own fault, or out of reach for a moment.
    Broken = "default", "Ошибка сервера или временная недоступность";
    /// 429.
    TooMany = "429", "Слишком много попыток: `retry_after` в секундах";
}

fn answer(status: &str, description: &str) -> BTreeMap<String, RefOr<Response>> {
    let schema = Ref::from_schema_name(ProblemBody::name());
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", Content::new(Some(schema)))
        .build();
    BTreeMap::from([(status.to_owned(), RefOr::T(response))])
}
