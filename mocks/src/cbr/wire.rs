//! The documents, byte for byte as the bank writes them.

use std::fmt::Write;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::{Answer, Published};

const XML: &str = "application/xml; charset=windows-1251";
const DECLARATION: &str = r#"<?xml version="1.0" encoding="windows-1251"?>"#;

pub(super) fn daily(day: NaiveDate, rates: &[Published]) -> Answer {
    let mut text =
        format!(r#"{DECLARATION}<ValCurs Date="{}" name="Foreign Currency Market">"#, day.format("%d.%m.%Y"));
    for rate in rates {
        let currency = &rate.currency;
        let name = if rate.nominal == 1 { currency.names.0 } else { currency.names.1 };
        write!(
            text,
            r#"<Valute ID="{}"><NumCode>{}</NumCode><CharCode>{}</CharCode><Nominal>{}</Nominal><Name>{name}</Name>{}</Valute>"#,
            currency.bank_id,
            currency.number,
            currency.code,
            rate.nominal,
            figures(rate),
        )
        .expect("writing to a string");
    }
    xml(text + "</ValCurs>")
}

pub(super) fn dynamic(id: &str, from: NaiveDate, until: NaiveDate, rates: &[Published]) -> Answer {
    let mut text = format!(
        r#"{DECLARATION}<ValCurs ID="{id}" DateRange1="{}" DateRange2="{}" name="Foreign Currency Market Dynamic">"#,
        from.format("%d.%m.%Y"),
        until.format("%d.%m.%Y"),
    );
    for rate in rates {
        write!(
            text,
            r#"<Record Date="{}" Id="{id}"><Nominal>{}</Nominal>{}</Record>"#,
            rate.effective_on.format("%d.%m.%Y"),
            rate.nominal,
            figures(rate),
        )
        .expect("writing to a string");
    }
    xml(text + "</ValCurs>")
}

fn figures(rate: &Published) -> String {
    let value = rate.value.to_string().replace('.', ",");
    format!("<Value>{value}</Value><VunitRate>{}</VunitRate>", unit_rate(rate))
}

/// Without zeros at the end, and in scientific notation below a ten-thousandth.
fn unit_rate(rate: &Published) -> String {
    let unit = (rate.value / Decimal::from(rate.nominal)).normalize();
    if unit.is_zero() || unit >= Decimal::new(1, 4) {
        return unit.to_string().replace('.', ",");
    }
    let digits = unit.mantissa().to_string();
    let exponent = i64::from(unit.scale()) - i64::try_from(digits.len()).unwrap_or(0) + 1;
    let (first, rest) = digits.split_at(1);
    format!("{first},{rest}E-{exponent:02}")
}

pub(super) fn mirror(day: NaiveDate, rates: &[Published]) -> Answer {
    let valutes: Map<String, Value> = rates
        .iter()
        .map(|rate| {
            let number: Value = serde_json::from_str(&rate.value.normalize().to_string()).unwrap_or_default();
            let entry = json!({
                "ID": rate.currency.bank_id,
                "NumCode": rate.currency.number,
                "CharCode": rate.currency.code,
                "Nominal": rate.nominal,
                "Name": rate.currency.names.0,
                "Value": number,
                "Previous": number,
            });
            (rate.currency.code.to_owned(), entry)
        })
        .collect();
    let body = json!({ "Date": format!("{day}T11:30:00+03:00"), "Valute": valutes });
    Answer {
        status: 200,
        content_type: "application/javascript; charset=utf-8",
        location: None,
        body: body.to_string().into(),
    }
}

pub(super) fn error_document() -> Answer {
    xml(format!("{DECLARATION}<ValCurs>Error in parameters</ValCurs>"))
}

pub(super) fn protection(status: u16) -> Answer {
    let page = "<!DOCTYPE html><html><head><title>DDOS-GUARD</title></head><body><p>Checking your browser<br></body></html>";
    Answer { status, content_type: "text/html; charset=utf-8", location: None, body: page.into() }
}

pub(super) fn proxy_page() -> Answer {
    let page = r#"<?xml version="1.0"?><html><head><title>Доступ ограничен</title></head><body/></html>"#;
    Answer { status: 200, content_type: "application/xhtml+xml", location: None, body: page.into() }
}

pub(super) fn xml(text: String) -> Answer {
    let body = encoding_rs::WINDOWS_1251.encode(&text).0.into_owned();
    Answer { status: 200, content_type: XML, location: None, body }
}

pub(super) fn text(status: u16, words: &str) -> Answer {
    Answer { status, content_type: "text/plain", location: None, body: words.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbr::CURRENCIES;

    #[test]
    fn a_tiny_rate_is_written_with_an_exponent() {
        let rate = |nominal, value| Published {
            currency: CURRENCIES[3],
            effective_on: NaiveDate::default(),
            nominal,
            value,
        };
        assert_eq!(unit_rate(&rate(1_000_000, Decimal::new(721_103, 4))), "7,21103E-05");
        assert_eq!(unit_rate(&rate(1, Decimal::new(135_940, 4))), "13,594");
        assert_eq!(unit_rate(&rate(10, Decimal::new(858_282, 4))), "8,58282");
    }
}
