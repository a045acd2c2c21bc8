//! The table of rates as a file: CSV as Excel in Russian reads it, and XLSX.

use axum::extract::State;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use crm_core::rates::{self, Rate, RateSource, moscow_date};
use http::header;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Period;
use crate::app::App;
use crate::http::problem::documented::{Invalid, Unauthorized};
use crate::http::{ApiQuery, ApiResult, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(csv)).routes(routes!(xlsx))
}

const COLUMNS: [&str; 7] =
    ["Валюта", "Действует с", "Номинал", "Курс, ₽", "За единицу, ₽", "Источник", "Действующий"];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// All currencies over a period as CSV.
#[utoipa::path(
    get, path = "/rates/export.csv", tag = "rates", operation_id = "export_rates_csv",
    params(Period),
    responses(
        (status = 200, description = "Таблица CSV", body = String, content_type = "text/csv"),
        Invalid, Unauthorized
    ),
)]
async fn csv(
    State(app): State<App>,
    _signed: Signed,
    ApiQuery(period): ApiQuery<Period>,
) -> ApiResult<impl IntoResponse> {
    let (rows, from, until) = rows(&app, &period).await?;
    Ok(file("text/csv; charset=utf-8", "csv", from, until, to_csv(&rows).into()))
}

/// All currencies over a period as an Excel table.
#[utoipa::path(
    get, path = "/rates/export.xlsx", tag = "rates", operation_id = "export_rates_xlsx",
    params(Period),
    responses(
        (status = 200, description = "Таблица Excel", body = Vec<u8>, content_type = XLSX),
        Invalid, Unauthorized
    ),
)]
async fn xlsx(
    State(app): State<App>,
    _signed: Signed,
    ApiQuery(period): ApiQuery<Period>,
) -> ApiResult<impl IntoResponse> {
    let (rows, from, until) = rows(&app, &period).await?;
    let bytes = to_xlsx(&rows).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the table of rates was not written");
        Problem::internal()
    })?;
    Ok(file(XLSX, "xlsx", from, until, bytes))
}

async fn rows(app: &App, period: &Period) -> ApiResult<(Vec<Rate>, NaiveDate, NaiveDate)> {
    let today = moscow_date(app.now());
    let (from, until) = period.days(today)?;
    let mut conn = app.pool.acquire().await?;
    let mut rows = Vec::new();
    for currency in app.company.currencies.iter() {
        rows.extend(rates::history(&mut conn, *currency, from, until).await?);
    }
    Ok((rows, from, until))
}

fn file(
    content_type: &'static str,
    extension: &str,
    from: NaiveDate,
    until: NaiveDate,
    bytes: Vec<u8>,
) -> impl IntoResponse {
    let disposition = format!("attachment; filename=\"rates-{from}-{until}.{extension}\"");
    ([(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
}

fn source(rate: &Rate) -> &'static str {
    match rate.source {
        RateSource::Bank => "Банк России",
        RateSource::Mirror => "зеркало",
        RateSource::Manual => "вручную",
    }
}

/// With a byte order mark, semicolons and decimal commas, as Excel in Russian expects. No field needs quotes.
fn to_csv(rows: &[Rate]) -> String {
    let mut text = format!("\u{feff}{}\r\n", COLUMNS.join(";"));
    for rate in rows {
        let cells = [
            rate.currency.to_string(),
            rate.effective_on.format("%d.%m.%Y").to_string(),
            rate.nominal.to_string(),
            rate.value.to_string().replace('.', ","),
            rate.unit_rate.to_string().replace('.', ","),
            source(rate).to_owned(),
            if rate.is_used { "да" } else { "нет" }.to_owned(),
        ];
        text += &cells.join(";");
        text += "\r\n";
    }
    text
}

/// Cells of Excel are floats by their nature: for looking at. The exact figures stand in the CSV and in the API.
fn to_xlsx(rows: &[Rate]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Курсы")?;
    let bold = Format::new().set_bold();
    let (date, money, unit) = (
        Format::new().set_num_format("dd.mm.yyyy"),
        Format::new().set_num_format("0.0000"),
        Format::new().set_num_format("0.000000"),
    );
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_with_format(0, column, name, &bold)?;
    }
    for (row, rate) in (1..).zip(rows) {
        sheet.write(row, 0, rate.currency.as_str())?;
        sheet.write_with_format(row, 1, &rate.effective_on, &date)?;
        sheet.write(row, 2, rate.nominal)?;
        sheet.write_with_format(row, 3, rate.value, &money)?;
        sheet.write_with_format(row, 4, rate.unit_rate, &unit)?;
        sheet.write(row, 5, source(rate))?;
        sheet.write(row, 6, if rate.is_used { "да" } else { "нет" })?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use crm_core::rates::Currency;
    use rust_decimal::dec;

    use super::*;

    fn yuan() -> Rate {
        Rate {
            currency: Currency::CNY,
            effective_on: "2022-07-23".parse().unwrap(),
            nominal: 10,
            value: dec!(85.8282),
            unit_rate: dec!(8.58282),
            source: RateSource::Mirror,
            fetched_at: DateTime::UNIX_EPOCH,
            reason: Some("=1+1;".to_owned()),
            is_used: true,
        }
    }

    #[test]
    fn the_csv_is_as_excel_in_russian_reads_it() {
        let text = to_csv(&[yuan()]);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "\u{feff}Валюта;Действует с;Номинал;Курс, ₽;За единицу, ₽;Источник;Действующий");
        assert_eq!(lines[1], "CNY;23.07.2022;10;85,8282;8,58282;зеркало;да");
    }

    #[test]
    fn the_workbook_is_a_zip_archive() {
        let bytes = to_xlsx(&[yuan()]).unwrap();
        assert!(bytes.starts_with(b"PK") && bytes.len() > 1000);
    }
}
