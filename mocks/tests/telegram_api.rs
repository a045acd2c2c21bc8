//! The Bot API's outbound side, as a bot sees it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use mocks::fakes::Clock;
use mocks::fault::{Fault, Operation, Rule};
use mocks::post::{Settings, http_client};
use mocks::{Fakes, FakesConfig, Hooks, Provider, ProvidersConfig};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const OLEG: i64 = 6_100_000_001;
const ANNA: i64 = 5_000_000_002;
const CONNECTION: &str = "BcExample5000000002";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

struct Bot {
    fakes: Fakes,
    http: reqwest::Client,
    now: Arc<Mutex<DateTime<Utc>>>,
}

impl Bot {
    /// Updates wait for `getUpdates`; nothing is too fast.
    async fn start() -> Self {
        Self::with(false).await
    }

    async fn with(limits: bool) -> Self {
        let now = Arc::new(Mutex::new(DateTime::from_timestamp(1_795_338_000, 0).expect("in range")));
        let told = Arc::clone(&now);
        let clock: Clock = Arc::new(move || *told.lock().unwrap_or_else(PoisonError::into_inner));
        let mut providers = ProvidersConfig::example(&Hooks::under("http://127.0.0.1:9/hooks"));
        providers.telegram.limits = limits;
        let config = FakesConfig { providers, poster: Settings::fast(), telegram_webhook: false, clock };
        let fakes = Fakes::start(config).await.expect("fakes start");
        Self { fakes, http: http_client(Duration::from_secs(10)).expect("a client"), now }
    }

    fn hours_pass(&self, hours: i64) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) += chrono::TimeDelta::hours(hours);
    }

    fn url(&self, method: &str) -> String {
        let addresses = self.fakes.addresses();
        format!("{}/bot7000000001:AAHinventedTokenOfTheExampleTradeBt/{method}", addresses.telegram)
    }

    /// The result, or the refusal's description.
    async fn call(&self, method: &str, body: Value) -> Result<Value, String> {
        read(self.http.post(self.url(method)).json(&body)).await
    }

    async fn upload(&self, method: &str, form: Form) -> Result<Value, String> {
        read(self.http.post(self.url(method)).multipart(form)).await
    }

    async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.fakes.addresses().control);
        self.http.post(url).json(&body).send().await.expect("an answer").json().await.expect("JSON")
    }

    async fn oleg_writes(&self, text: &str) -> i64 {
        let said = json!({ "user_id": OLEG, "name": "Олег", "text": text });
        self.control("/telegram/messages", said).await["message_id"].as_i64().expect("a number")
    }

    /// Kinds and texts that the phones received.
    fn phone(&self) -> Vec<(&'static str, String)> {
        let arrived = self.fakes.phone().all(Provider::Telegram);
        arrived
            .iter()
            .map(|one| (one.kind, one.text.as_deref().map(str::to_owned).unwrap_or_default()))
            .collect()
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Value, String> {
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    if answer["ok"] == true {
        return Ok(answer["result"].clone());
    }
    Err(answer["description"].as_str().expect("a description").to_owned())
}

fn to_oleg(more: Value) -> Value {
    let mut fields = json!({ "chat_id": OLEG });
    fields.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    fields
}

#[tokio::test]
async fn only_who_wrote_first_can_be_written_to_and_not_who_blocked_the_bot() {
    let bot = Bot::start().await;
    let send = async || bot.call("sendMessage", to_oleg(json!({ "text": "Добрый день" }))).await;
    assert_eq!(send().await.unwrap_err(), "Bad Request: chat not found");
    bot.oleg_writes("Здравствуйте").await;
    assert!(send().await.is_ok());
    bot.control("/telegram/blocks", json!({ "user_id": OLEG, "blocked": true })).await;
    assert_eq!(send().await.unwrap_err(), "Forbidden: bot was blocked by the user");
    bot.control("/telegram/blocks", json!({ "user_id": OLEG, "blocked": false })).await;
    assert!(send().await.is_ok());
    assert_eq!(bot.phone().len(), 2);
}

#[tokio::test]
async fn a_text_is_taken_by_form_and_json_up_to_4096_and_answers_what_it_quotes() {
    let bot = Bot::start().await;
    let asked = bot.oleg_writes("Есть?").await;
    let quote = json!({ "message_id": asked });
    let sent = bot
        .call("SendMessage", to_oleg(json!({ "text": " Есть ", "reply_parameters": quote })))
        .await
        .unwrap();
    assert_eq!((&sent["text"], &sent["reply_to_message"]["message_id"]), (&json!("Есть"), &json!(asked)));
    assert!(sent["message_id"].as_i64() > Some(asked));
    let form = [
        ("chat_id", OLEG.to_string()),
        ("text", "Да".into()),
        ("reply_parameters", json!({"message_id": 7}).to_string()),
    ];
    let refused = read(bot.http.post(bot.url("sendmessage")).form(&form)).await;
    assert_eq!(refused.unwrap_err(), "Bad Request: message to be replied not found");
    let flagged = json!({ "message_id": 7, "allow_sending_without_reply": true });
    let sent =
        bot.call("sendMessage", to_oleg(json!({ "text": "Да", "reply_parameters": flagged }))).await.unwrap();
    assert_eq!(sent.get("reply_to_message"), None);
    for (text, refused) in
        [("я".repeat(4097), "message is too long"), (" \n".into(), "message text is empty")]
    {
        let refusal = bot.call("sendMessage", to_oleg(json!({ "text": text }))).await.unwrap_err();
        assert_eq!(refusal, format!("Bad Request: {refused}"));
    }
}

#[tokio::test]
async fn a_photo_goes_up_comes_back_by_its_id_and_can_be_downloaded() {
    let bot = Bot::start().await;
    bot.oleg_writes("Фото?").await;
    let photo = |bytes: &'static [u8]| {
        let part = Part::bytes(bytes).file_name("склад.png").mime_str("image/png").expect("a type");
        Form::new().text("chat_id", OLEG.to_string()).text("photo", "attach://a").part("a", part)
    };
    assert_eq!(
        bot.upload("sendPhoto", photo(b"text")).await.unwrap_err(),
        "Bad Request: IMAGE_PROCESS_FAILED"
    );
    let sent = bot.upload("sendPhoto", photo(PNG)).await.unwrap();
    let id = sent["photo"][1]["file_id"].as_str().expect("an id").to_owned();
    let again = bot.call("sendPhoto", to_oleg(json!({ "photo": id, "caption": "Ещё раз" }))).await.unwrap();
    assert_eq!(again["caption"], "Ещё раз");
    let wrong = bot.call("sendDocument", to_oleg(json!({ "document": id }))).await.unwrap_err();
    assert_eq!(wrong, "Bad Request: can't use file of type photo as document");
    let path = bot.call("getFile", json!({ "file_id": id })).await.unwrap()["file_path"].clone();
    let path = path.as_str().expect("a path").replace('/', "%2F");
    let url = bot.url("").replace("/bot", "/file/bot") + &path;
    let bytes = bot.http.get(url).send().await.expect("an answer").bytes().await.expect("a body");
    assert_eq!(&bytes[..], PNG);
    let arrived = bot.fakes.phone().all(Provider::Telegram);
    assert_eq!((arrived[0].kind, arrived[0].file.as_ref().map(|file| file.size_bytes)), ("image", Some(12)));
}

#[tokio::test]
async fn an_upload_of_more_than_50_mb_is_cut_off_in_html() {
    let bot = Bot::start().await;
    bot.oleg_writes("Файл?").await;
    let part = Part::bytes(vec![0; 52 * 1024 * 1024]).file_name("a.bin");
    let form = Form::new().text("chat_id", OLEG.to_string()).part("document", part);
    let Ok(answer) = bot.http.post(bot.url("sendDocument")).multipart(form).send().await else { return };
    assert_eq!(answer.status(), 413);
    assert!(answer.text().await.expect("a body").starts_with("<html>"));
}

#[tokio::test]
async fn a_clients_file_is_downloaded_and_one_over_20_mb_is_not() {
    let bot = Bot::start().await;
    let said = json!({ "user_id": OLEG, "photo": "Накладная" });
    bot.control("/telegram/messages", said).await;
    let updates = bot.call("getUpdates", json!({})).await.unwrap();
    let photo = &updates[0]["message"]["photo"][1];
    let told = bot.call("getFile", json!({ "file_id": photo["file_id"] })).await.unwrap();
    assert_eq!(told["file_size"], photo["file_size"]);
    let refused = bot.call("getFile", json!({ "file_id": "AgAC-nobody" })).await.unwrap_err();
    assert_eq!(refused, "Bad Request: wrong file_id or the file is temporarily unavailable");
}

#[tokio::test]
async fn an_album_holds_two_to_ten_files_of_one_kind() {
    let bot = Bot::start().await;
    bot.oleg_writes("Фото?").await;
    let album = |kinds: &[&str]| {
        let media: Vec<Value> = kinds
            .iter()
            .map(|kind| json!({ "type": kind, "media": "attach://a", "caption": format!("{kind}!") }))
            .collect();
        let part = Part::bytes(PNG).file_name("a.png");
        let form =
            Form::new().text("chat_id", OLEG.to_string()).text("media", Value::from(media).to_string());
        bot.upload("sendMediaGroup", form.part("a", part))
    };
    let sent = album(&["photo", "video"]).await.unwrap();
    assert_eq!(sent[0]["media_group_id"], sent[1]["media_group_id"]);
    assert_eq!(bot.phone(), [("image", "photo!".to_owned()), ("video", "video!".to_owned())]);
    for kinds in [&["photo"][..], &["photo"; 11], &["photo", "document"], &["voice", "voice"]] {
        assert!(album(kinds).await.is_err(), "{kinds:?}");
    }
}

#[tokio::test]
async fn a_message_is_edited_reacted_to_and_deleted_while_it_is_young() {
    let bot = Bot::start().await;
    let asked = bot.oleg_writes("Есть?").await;
    let sent =
        bot.call("sendMessage", to_oleg(json!({ "text": "Есть" }))).await.unwrap()["message_id"].clone();
    let edit = async |text: &str, id: &Value| {
        bot.call("editMessageText", to_oleg(json!({ "message_id": id, "text": text }))).await
    };
    assert_eq!(edit("Нет", &sent).await.unwrap()["text"], "Нет");
    assert!(edit("Нет", &sent).await.unwrap_err().starts_with("Bad Request: message is not modified"));
    assert_eq!(edit("Нет", &json!(asked)).await.unwrap_err(), "Bad Request: message can't be edited");
    let caption = to_oleg(json!({ "message_id": sent, "caption": "x" }));
    assert!(bot.call("editMessageCaption", caption).await.is_err());
    let react = async |emoji: &str| {
        let reaction = json!([{ "type": "emoji", "emoji": emoji }]);
        bot.call("setMessageReaction", to_oleg(json!({ "message_id": asked, "reaction": reaction }))).await
    };
    assert_eq!(react("👍").await.unwrap(), true);
    assert_eq!(react("📦").await.unwrap_err(), "Bad Request: REACTION_INVALID");
    bot.hours_pass(47);
    let gone = to_oleg(json!({ "message_id": sent }));
    assert_eq!(bot.call("deleteMessage", gone.clone()).await.unwrap(), true);
    assert_eq!(
        bot.call("deleteMessage", gone).await.unwrap_err(),
        "Bad Request: message to delete not found"
    );
    bot.hours_pass(1);
    let old = to_oleg(json!({ "message_id": asked }));
    assert_eq!(
        bot.call("deleteMessage", old).await.unwrap_err(),
        "Bad Request: message can't be deleted for everyone"
    );
    let kinds: Vec<_> = bot.phone().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["text", "edit", "reaction", "deletion"]);
}

fn through_anna(more: Value) -> Value {
    let mut fields = to_oleg(more);
    fields["business_connection_id"] = CONNECTION.into();
    fields
}

#[tokio::test]
async fn a_managers_account_answers_within_24_hours_and_tells_our_message_back() {
    let bot = Bot::start().await;
    let send = async || bot.call("sendMessage", through_anna(json!({ "text": "В четверг" }))).await;
    assert_eq!(send().await.unwrap_err(), "Forbidden: bot can't initiate conversation with a user");
    bot.control("/telegram/connections", json!({ "manager": ANNA, "enabled": true })).await;
    assert_eq!(send().await.unwrap_err(), "Bad Request: BUSINESS_PEER_INVALID");
    let said = json!({ "user_id": OLEG, "name": "Олег", "text": "Когда?", "manager": ANNA });
    bot.control("/telegram/messages", said).await;
    let sent = send().await.unwrap();
    assert_eq!(sent["sender_business_bot"]["id"], 7_000_000_001_i64);
    let echo = async || {
        let updates = bot.call("getUpdates", json!({ "timeout": 5 })).await.unwrap();
        updates.as_array().and_then(|all| all.last().cloned()).unwrap_or_default()["business_message"].clone()
    };
    while echo().await["message_id"] != sent["message_id"] {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let react = through_anna(json!({ "message_id": sent["message_id"], "reaction": [] }));
    assert!(bot.call("setMessageReaction", react).await.is_err());
    bot.fakes.telegram().forget_connections();
    assert_eq!(send().await.unwrap_err(), "Forbidden: bot can't initiate conversation with a user");
    let known =
        bot.call("getBusinessConnection", json!({ "business_connection_id": CONNECTION })).await.unwrap();
    assert_eq!(known["is_enabled"], true);
    assert!(send().await.is_ok());
    bot.hours_pass(24);
    assert_eq!(send().await.unwrap_err(), "Bad Request: BUSINESS_PEER_INVALID");
    bot.control("/telegram/connections", json!({ "manager": ANNA, "enabled": false })).await;
    assert_eq!(send().await.unwrap_err(), "Bad Request: BUSINESS_CONNECTION_INVALID");
}

#[tokio::test]
async fn who_writes_too_fast_is_told_how_long_to_wait() {
    let bot = Bot::with(true).await;
    bot.oleg_writes("Привет").await;
    let mut limited = None;
    for _ in 0..10 {
        let body = to_oleg(json!({ "text": "Да" }));
        let answer = bot.http.post(bot.url("sendMessage")).json(&body).send().await.expect("an answer");
        if answer.status() == 429 {
            let header = answer.headers().get("retry-after").cloned();
            limited = Some((header, answer.json::<Value>().await.expect("JSON")));
            break;
        }
    }
    let (header, body) = limited.expect("ten at once are too many");
    let seconds = body["parameters"]["retry_after"].as_u64().expect("a hint");
    assert!(seconds >= 1 && header.is_some());
}

#[tokio::test]
async fn a_press_is_answered_once() {
    let bot = Bot::start().await;
    let asked = bot.oleg_writes("Кнопки").await;
    bot.control("/telegram/presses", json!({ "user_id": OLEG, "message_id": asked, "data": "yes" })).await;
    let updates = bot.call("getUpdates", json!({})).await.unwrap();
    let press = updates[1]["callback_query"]["id"].clone();
    let answer = async || bot.call("answerCallbackQuery", json!({ "callback_query_id": press })).await;
    assert_eq!(answer().await.unwrap(), true);
    assert!(answer().await.unwrap_err().contains("query is too old"));
}

fn keyboard(buttons: &[(&str, &str)]) -> Value {
    let row: Vec<Value> =
        buttons.iter().map(|(text, data)| json!({ "text": text, "callback_data": data })).collect();
    json!({ "inline_keyboard": [row] })
}

#[tokio::test]
async fn a_button_is_shown_pressed_by_its_number_answered_and_taken_away() {
    let bot = Bot::start().await;
    bot.oleg_writes("Здравствуйте").await;
    let question = to_oleg(
        json!({ "text": "Согласны?", "reply_markup": keyboard(&[("Да", "d/1/0"), ("Нет", "d/1/1")]) }),
    );
    let sent = bot.call("sendMessage", question).await.unwrap();
    let shown = bot.fakes.phone().all(Provider::Telegram);
    assert_eq!(shown[0].buttons, ["Да", "Нет"]);
    let press = json!({ "user_id": OLEG, "message_id": sent["message_id"], "button": 2 });
    bot.control("/telegram/presses", press.clone()).await;
    let updates = bot.call("getUpdates", json!({})).await.unwrap();
    let query = &updates[1]["callback_query"];
    assert_eq!((&query["data"], &query["message"]["text"]), (&json!("d/1/1"), &json!("Согласны?")));
    let answer = json!({ "callback_query_id": query["id"], "text": "Принято" });
    bot.call("answerCallbackQuery", answer).await.unwrap();
    assert_eq!(bot.phone().last().unwrap(), &("press_answer", "Принято".to_owned()));
    let edit = to_oleg(json!({ "message_id": sent["message_id"], "text": "Согласны?" }));
    let edited = bot.call("editMessageText", edit.clone()).await.unwrap();
    assert_eq!(edited.get("reply_markup"), None);
    assert!(bot.call("editMessageText", edit).await.unwrap_err().contains("message is not modified"));
    assert!(bot.control("/telegram/presses", press).await["error"].is_string());
}

#[tokio::test]
async fn a_menu_has_latin_names_only() {
    let bot = Bot::start().await;
    let set = async |name: &str| {
        let commands = json!([{ "command": name, "description": "Курсы валют" }]);
        bot.call("setMyCommands", json!({ "commands": commands })).await
    };
    assert_eq!(set("rates").await.unwrap(), true);
    assert!(set("курсы").await.unwrap_err().contains("BOT_COMMAND_INVALID"));
}

#[tokio::test]
async fn a_keyboard_that_the_provider_would_not_take_is_refused() {
    let bot = Bot::start().await;
    bot.oleg_writes("Здравствуйте").await;
    let with = |markup: Value| to_oleg(json!({ "text": "Да?", "reply_markup": markup }));
    for (markup, words) in [
        (keyboard(&[("Да", &"ж".repeat(33))]), "BUTTON_DATA_INVALID"),
        (keyboard(&[("Да", "")]), "Text buttons are unallowed"),
        (keyboard(&[(" ", "x")]), "must be of type String"),
        (json!([]), "object expected"),
    ] {
        let refusal = bot.call("sendMessage", with(markup)).await.unwrap_err();
        assert!(refusal.contains(words), "{refusal}");
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_the_message_at_the_phone() {
    let bot = Bot::start().await;
    bot.oleg_writes("Есть?").await;
    let rule =
        |fault| Rule { provider: Provider::Telegram, on: Some(Operation::Send), fault, times: 1, after: 0 };
    bot.fakes.faults().add(rule(Fault::LostAnswer));
    let body = to_oleg(json!({ "text": "Есть" }));
    assert!(bot.http.post(bot.url("sendMessage")).json(&body).send().await.is_err());
    assert_eq!(bot.phone(), [("text", "Есть".to_owned())]);
    bot.fakes.faults().add(rule(Fault::TooMany { retry_after: Some(3) }));
    let refused = bot.call("sendMessage", body).await.unwrap_err();
    assert_eq!(refused, "Too Many Requests: retry after 3");
}

#[tokio::test]
async fn a_webhook_must_be_https_and_gets_what_waited() {
    let bot = Bot::start().await;
    let set = async |url: &str| bot.call("setWebhook", json!({ "url": url, "secret_token": "s" })).await;
    assert!(set("http://crm.example.ru/hook").await.is_err());
    assert!(set("https://crm.example.ru:5000/hook").await.is_err());
    bot.oleg_writes("Ждёт").await;
    assert_eq!(bot.call("getWebhookInfo", json!({})).await.unwrap()["pending_update_count"], 1);
    let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let app = axum::Router::new().fallback(async move |headers: axum::http::HeaderMap, body: String| {
        let secret = headers["x-telegram-bot-api-secret-token"].to_str().unwrap_or_default().to_owned();
        let _ = sender.send((secret, body));
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/hook", listener.local_addr().expect("a bound port"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    set(&url).await.unwrap();
    let (secret, body) = seen.recv().await.expect("a post");
    assert!(secret == "s" && body.contains("Ждёт"), "{body}");
    let info = bot.call("getWebhookInfo", json!({})).await.unwrap();
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!(url), &json!(0)));
    let few = json!({ "url": url, "secret_token": "s", "allowed_updates": ["my_chat_member"] });
    bot.call("setWebhook", few).await.unwrap();
    bot.oleg_writes("Не ждут").await;
    bot.control("/telegram/blocks", json!({ "user_id": OLEG, "blocked": true })).await;
    assert!(seen.recv().await.expect("a post").1.contains("my_chat_member"));
}
