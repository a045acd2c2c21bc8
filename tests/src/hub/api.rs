//! The API as a person's browser uses it.

use anyhow::{Context, bail};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// A person who is signed in. Sessions outlive the hub's process.
#[derive(Clone, Debug)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

impl Api {
    pub(super) async fn sign_in(
        http: reqwest::Client,
        base: &str,
        login: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let answer = http
            .post(format!("{base}/api/session"))
            .header("Sec-Fetch-Site", "same-origin")
            .json(&json!({ "login": login, "password": password }))
            .send()
            .await?;
        if !answer.status().is_success() {
            bail!("{login} cannot sign in: {} {}", answer.status(), answer.text().await?);
        }
        let cookie = answer.headers().get_all("set-cookie").iter().find_map(|cookie| {
            let pair = cookie.to_str().ok()?.split(';').next()?.to_owned();
            pair.contains("uzel=").then_some(pair)
        });
        Ok(Self { http, base: base.to_owned(), cookie: cookie.context("signing in gives a cookie")? })
    }

    /// The same person at another copy of the hub.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The session, as the header `Cookie` carries it.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// One request. `path` begins with `/api`.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("Sec-Fetch-Site", "same-origin")
            .header("Cookie", &self.cookie);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Opens a stream of events behind the one with this id, or behind all there is. The answer never ends by itself.
    pub async fn follow(&self, path: &str, behind: Option<&str>) -> anyhow::Result<reqwest::Response> {
        let mut request = self.http.get(format!("{}{path}", self.base)).header("Cookie", &self.cookie);
        if let Some(behind) = behind {
            request = request.header("Last-Event-ID", behind);
        }
        let answer = request.send().await?;
        if !answer.status().is_success() {
            bail!("GET {path}: {}", answer.status());
        }
        Ok(answer)
    }

    /// A successful `GET`.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        match self.request(Method::GET, path, None).await? {
            (status, body) if status.is_success() => Ok(body),
            (status, body) => bail!("GET {path}: {status} {body}"),
        }
    }

    /// A successful `POST`.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        match self.request(Method::POST, path, Some(body)).await? {
            (status, body) if status.is_success() => Ok(body),
            (status, body) => bail!("POST {path}: {status} {body}"),
        }
    }

    /// Uploads a file, to be sent along with a message.
    pub async fn upload(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<(StatusCode, Value)> {
        let request = self
            .http
            .post(format!("{}/api/files", self.base))
            .query(&[("name", name)])
            .header("Sec-Fetch-Site", "same-origin")
            .header("Cookie", &self.cookie)
            .body(bytes);
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// All rows of a list that comes in pages. `path` has a query already or none.
    pub async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let (mut items, mut next) = (Vec::new(), path.to_owned());
        loop {
            let mut page = self.get(&next).await?;
            if let Some(rows) = page["items"].as_array_mut() {
                items.append(rows);
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("{path}{separator}cursor={cursor}"),
                None => return Ok(items),
            }
        }
    }
}
