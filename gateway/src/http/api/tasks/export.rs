//! «Контроль задач» as a file: CSV as Excel in Russian reads it, and XLSX. What people wrote is never a formula.

use axum::extract::State;
use axum::response::IntoResponse;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use crm_core::access::Viewer;
use crm_core::tasks::{self, Due, Task, TaskCursor, TaskKind};
use http::header;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::TasksQuery;
use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiQuery, ApiResult, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(csv)).routes(routes!(xlsx))
}

const COLUMNS: [&str; 12] = [
    "Задача",
    "Вид",
    "Клиент",
    "Поставил",
    "Ответственный",
    "Поставлена",
    "Срок",
    "Состояние",
    "Закрыл",
    "Закрыта",
    "Результат",
    "Открывали снова",
];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// How many rows are read at once.
const STEP: i64 = 1000;
/// More in one file nobody reads, and it would have to be held whole.
const MOST_ROWS: usize = 50_000;

/// The tasks of a filter as CSV, all of them, in the order of the table.
#[utoipa::path(
    get, path = "/tasks/export.csv", tag = "tasks", operation_id = "export_tasks_csv",
    params(TasksQuery),
    responses(
        (status = 200, description = "Таблица CSV", body = String, content_type = "text/csv"),
        Invalid, Unauthorized, Refused, Missing
    ),
)]
async fn csv(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<TasksQuery>,
) -> ApiResult<impl IntoResponse> {
    let rows = rows(&app, &viewer, &query).await?;
    let zone = app.company.zone;
    let text = tokio::task::spawn_blocking(move || to_csv(&rows, zone)).await.map_err(unwritten)?;
    Ok(file(&app, "text/csv; charset=utf-8", "csv", text.into()))
}

/// The tasks of a filter as an Excel table, all of them, in the order of the table.
#[utoipa::path(
    get, path = "/tasks/export.xlsx", tag = "tasks", operation_id = "export_tasks_xlsx",
    params(TasksQuery),
    responses(
        (status = 200, description = "Таблица Excel", body = Vec<u8>, content_type = XLSX),
        Invalid, Unauthorized, Refused, Missing
    ),
)]
async fn xlsx(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<TasksQuery>,
) -> ApiResult<impl IntoResponse> {
    let rows = rows(&app, &viewer, &query).await?;
    let zone = app.company.zone;
    let made = tokio::task::spawn_blocking(move || to_xlsx(&rows, zone)).await.map_err(unwritten)?;
    let bytes = made.map_err(unwritten)?;
    Ok(file(&app, XLSX, "xlsx", bytes))
}

fn unwritten(error: impl std::error::Error + 'static) -> Problem {
    tracing::error!(error = &error as &dyn std::error::Error, "the table of tasks was not written");
    Problem::internal()
}

/// All rows as they stood at one moment: while they are read a task may be closed and change its place.
async fn rows(app: &App, viewer: &Viewer, query: &TasksQuery) -> ApiResult<Vec<Task>> {
    let filter = query.filter(app)?;
    let mut tx = app.pool.begin_with("begin isolation level repeatable read, read only").await?;
    let mut rows: Vec<Task> = Vec::new();
    loop {
        let after = rows.last().map(|task| TaskCursor::behind(task, query.sort));
        let page = tasks::list(&mut tx, viewer, &filter, query.sort, after, STEP).await?;
        let is_last = i64::try_from(page.len()).is_ok_and(|found| found < STEP);
        rows.extend(page);
        if rows.len() > MOST_ROWS {
            return Err(Problem::invalid("В файле было бы больше 50 000 строк: выберите период короче."));
        }
        if is_last {
            return Ok(rows);
        }
    }
}

fn file(app: &App, content_type: &'static str, extension: &str, bytes: Vec<u8>) -> impl IntoResponse + use<> {
    let today = app.now().with_timezone(&app.company.zone).date_naive();
    let disposition = format!("attachment; filename=\"tasks-{today}.{extension}\"");
    ([(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes)
}

/// What stands in a cell; times by the company's clocks.
enum Cell {
    Text(String),
    Moment(NaiveDateTime),
    Day(NaiveDate),
}

fn cells(task: &Task, zone: Tz) -> [Cell; COLUMNS.len()] {
    let text = |words: &str| Cell::Text(words.to_owned());
    let moment = |at: DateTime<Utc>| Cell::Moment(at.with_timezone(&zone).naive_local());
    let standing = task.closings.last().filter(|_| task.closed_at.is_some());
    [
        text(&task.title),
        text(kind(task.kind)),
        text(match &task.client {
            Some(client) => &client.name,
            None if task.client_hidden => "клиент другого менеджера",
            None => "",
        }),
        text(&task.author.name),
        text(&task.responsible.name),
        moment(task.created_at),
        match task.due {
            Due::Never {} => text(""),
            Due::At { at } => moment(at),
            Due::Day { day } => Cell::Day(day),
        },
        text(if task.closed_at.is_some() { "закрыта" } else { "открыта" }),
        text(task.closed_by.as_ref().map_or("", |person| &person.name)),
        task.closed_at.map_or_else(|| text(""), moment),
        text(standing.and_then(|closing| closing.result.as_deref()).unwrap_or_default()),
        Cell::Text(reopened(task, zone)),
    ]
}

/// The closings that were taken back: «закрыла Анна 02.11.2026 09:10, снова открыл Роман 02.11.2026 10:00».
fn reopened(task: &Task, zone: Tz) -> String {
    let words = |at: DateTime<Utc>| at.with_timezone(&zone).format("%d.%m.%Y %H:%M").to_string();
    let one = |closing: &tasks::TaskClosing| {
        let (by, at) = closing.reopened_by.as_ref().zip(closing.reopened_at)?;
        let result = closing.result.as_ref().map(|result| format!(" ({result})")).unwrap_or_default();
        let closed = words(closing.closed_at);
        Some(format!(
            "закрытие: {}, {closed}{result}; снова открыто: {}, {}",
            closing.closed_by.name,
            by.name,
            words(at)
        ))
    };
    task.closings.iter().filter_map(one).collect::<Vec<_>>().join("; ")
}

fn kind(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Call => "звонок",
        TaskKind::Letter => "письмо",
        TaskKind::Document => "документ",
        TaskKind::Meeting => "встреча",
        TaskKind::Other => "другое",
    }
}

/// With a byte order mark and semicolons, as Excel in Russian expects.
fn to_csv(rows: &[Task], zone: Tz) -> String {
    let mut text = format!("\u{feff}{}\r\n", COLUMNS.join(";"));
    for task in rows {
        let line = cells(task, zone).map(|cell| match cell {
            Cell::Text(words) => quoted(&words),
            Cell::Moment(at) => at.format("%d.%m.%Y %H:%M").to_string(),
            Cell::Day(day) => day.format("%d.%m.%Y").to_string(),
        });
        text += &line.join(";");
        text += "\r\n";
    }
    text
}

/// In quotes where it has to be. What a table would take for a formula gets an apostrophe before it.
fn quoted(words: &str) -> String {
    let is_formula = words.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let words = if is_formula { format!("'{words}") } else { words.to_owned() };
    if words.contains([';', '"', '\n', '\r']) {
        return format!("\"{}\"", words.replace('"', "\"\""));
    }
    words
}

/// Excel opens no file with a longer cell; it counts UTF-16 units.
const LONGEST_CELL: usize = 32_767;

/// The beginning of words that are too long for a cell, with «…» behind it.
fn within_a_cell(mut words: String) -> String {
    if words.encode_utf16().count() <= LONGEST_CELL {
        return words;
    }
    let mut units = 0;
    let mut fits = |sign: char| {
        units += sign.len_utf16();
        units < LONGEST_CELL
    };
    let kept = words.chars().take_while(|sign| fits(*sign)).map(char::len_utf8).sum();
    words.truncate(kept);
    words + "…"
}

fn to_xlsx(rows: &[Task], zone: Tz) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Задачи")?;
    let bold = Format::new().set_bold();
    let (moment, day) =
        (Format::new().set_num_format("dd.mm.yyyy hh:mm"), Format::new().set_num_format("dd.mm.yyyy"));
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_with_format(0, column, name, &bold)?;
    }
    for (row, task) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(cells(task, zone)) {
            match cell {
                Cell::Text(words) => sheet.write_string(row, column, within_a_cell(words))?,
                Cell::Moment(at) => sheet.write_with_format(row, column, &at, &moment)?,
                Cell::Day(on) => sheet.write_with_format(row, column, &on, &day)?,
            };
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_text() {
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("@cmd;\"x\""), "\"'@cmd;\"\"x\"\"\"");
        assert_eq!(quoted("Счёт на 5"), "Счёт на 5");
    }

    #[test]
    fn a_cell_holds_what_excel_opens() {
        let full = "я".repeat(LONGEST_CELL);
        assert_eq!(within_a_cell(full.clone()), full);
        let cut = within_a_cell(full + "я");
        assert_eq!((cut.encode_utf16().count(), cut.ends_with("я…")), (LONGEST_CELL, true));
        // A sign of two units is not cut in its middle.
        let cut = within_a_cell("🙂".repeat(LONGEST_CELL));
        assert_eq!((cut.encode_utf16().count(), cut.ends_with("🙂…")), (LONGEST_CELL, true));
    }
}
