//! How the provider sees our number, and whether its notifications come to us.

use async_trait::async_trait;
use connector_api::{FetchError, Finding, NoticeLevel, Probe};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::graph::{Trouble, Verdict};
use crate::send::Line;
use crate::wire::{self, Health, NumberState, SubscribedApps};

const FIELDS: &str = "status,name_status,quality_rating,is_on_biz_app,platform_type,throughput,health_status,\
                      webhook_configuration";
/// The provider's own limit of a callback address.
const ADDRESS_LIMIT: usize = 200;
/// What a number may send while it also works on a phone.
const COEXISTENCE_PER_SECOND: u32 = 20;

#[async_trait]
impl Probe for Line {
    async fn probe(&self, webhook_url: Option<&str>) -> Result<Vec<Finding>, FetchError> {
        let told = self.graph.ask(&[&self.number], &[("fields", FIELDS)]).await;
        let state: NumberState = match told {
            Ok(told) => wire::read(&told).unwrap_or_default(),
            Err(Trouble::Refused(Verdict::Stopped { reason, .. } | Verdict::Rejected { reason, .. })) => {
                return Ok(vec![finding(NoticeLevel::Alarm, "token_refused", reason)]);
            }
            Err(trouble) => return Err(trouble.into()),
        };
        let mut findings = of_number(&state, self.config.messages_per_second);
        findings.extend(self.subscription().await?);
        findings.extend(webhook_url.and_then(|wanted| of_address(&state, wanted)));
        Ok(findings)
    }

    /// The address is set for our number alone: other numbers of the account may belong to other accounts here, and the
    /// provider asks the number's setting first.
    async fn repair(&self, webhook_url: &str) -> Result<Vec<String>, FetchError> {
        if webhook_url.len() > ADDRESS_LIMIT {
            return Err(FetchError::Refused(
                "Адрес для уведомлений длиннее 200 знаков: Meta такой не примет.".into(),
            ));
        }
        let mut done = Vec::new();
        if let Some(account) = &self.account
            && self.subscription().await?.is_some()
        {
            self.graph.set(&[account, "subscribed_apps"], &json!({})).await?;
            done.push("Приложение подписано на уведомления аккаунта WhatsApp Business.".into());
        }
        let webhook = json!({ "webhook_configuration": {
            "override_callback_uri": webhook_url,
            "verify_token": self.config.verify_token.expose_secret(),
        }});
        self.graph.set(&[&self.number], &webhook).await?;
        done.push(format!("Сообщения номера направлены на {webhook_url}."));
        Ok(done)
    }
}

impl Line {
    /// Without a subscription nothing comes, and no error tells of it.
    async fn subscription(&self) -> Result<Option<Finding>, FetchError> {
        let Some(account) = &self.account else {
            return Ok(Some(finding(
                NoticeLevel::Warning,
                "account_unknown",
                "Не указан ID аккаунта WhatsApp Business (waba_id): без него не работают шаблоны и не проверить \
                 подписку на уведомления.",
            )));
        };
        let apps = self.graph.ask(&[account, "subscribed_apps"], &[]).await?;
        let apps: SubscribedApps = wire::read(&apps).unwrap_or_default();
        Ok(apps.data.0.is_empty().then(|| Finding {
            repairable: true,
            ..finding(
                NoticeLevel::Alarm,
                "not_subscribed",
                "Приложение не подписано на уведомления аккаунта WhatsApp Business: сообщения клиентов не приходят.",
            )
        }))
    }
}

fn finding(level: NoticeLevel, code: &str, text: impl Into<String>) -> Finding {
    Finding { level, code: code.into(), text: text.into(), repairable: false }
}

/// What the provider says of the number itself.
fn of_number(state: &NumberState, per_second: u32) -> Vec<Finding> {
    use NoticeLevel::{Alarm, Warning};
    let mut findings = Vec::new();
    if let Some(status) = state.status.text().filter(|status| *status != "CONNECTED") {
        let text = format!(
            "Номер не подключён к WhatsApp Business (состояние {status}): откройте WhatsApp Manager."
        );
        findings.push(finding(Alarm, "number_not_connected", text));
    }
    if let Some("DECLINED" | "EXPIRED") = state.name_status.text() {
        let text = "Отображаемое имя номера отклонено или просрочено: исправьте его в WhatsApp Manager.";
        findings.push(finding(Warning, "name_not_approved", text));
    }
    match state.quality_rating.text() {
        Some("RED") => findings.push(finding(
            Alarm,
            "quality_low",
            "Качество номера низкое: клиенты жалуются или блокируют. Остановите рассылки, иначе Meta ограничит номер.",
        )),
        Some("YELLOW") => findings.push(finding(
            Warning,
            "quality_falling",
            "Качество номера среднее: клиенты стали чаще жаловаться. Пишите реже и тем, кто ждёт.",
        )),
        _ => {}
    }
    if state.is_on_biz_app.is_true() && per_second > COEXISTENCE_PER_SECOND {
        let text = "Номер работает и в приложении WhatsApp Business: поставьте в настройках канала 20 сообщений в секунду.";
        findings.push(finding(Warning, "too_fast_for_coexistence", text));
    }
    findings.extend(state.health_status.0.as_ref().and_then(of_health));
    findings
}

fn of_health(health: &Health) -> Option<Finding> {
    let (level, code, text) = match health.can_send_message.text()? {
        "BLOCKED" => (NoticeLevel::Alarm, "sending_blocked", "Meta не даёт отправлять сообщения"),
        "LIMITED" => (NoticeLevel::Warning, "sending_limited", "Meta ограничивает отправку сообщений"),
        _ => return None,
    };
    let why = health
        .entities
        .0
        .iter()
        .filter(|entity| entity.can_send_message.text() != Some("AVAILABLE"))
        .flat_map(|entity| &entity.errors.0)
        .filter_map(|error| {
            let solution = error.possible_solution.text().map(|solution| format!(" ({solution})"));
            Some(format!("{}{}", error.error_description.text()?, solution.unwrap_or_default()))
        })
        .collect::<Vec<_>>();
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.join("; ")) };
    Some(finding(level, code, format!("{text}{why}. Подробности в WhatsApp Manager.")))
}

/// Where messages go, and where everything else goes: only messages follow the number's own address.
fn of_address(state: &NumberState, wanted: &str) -> Option<Finding> {
    let set = state.webhook_configuration.0.as_ref()?;
    let ways = [&set.phone_number, &set.whatsapp_business_account, &set.application];
    let messages = ways.into_iter().find_map(|way| way.text());
    if messages != Some(wanted) {
        return Some(Finding {
            repairable: true,
            ..finding(
                NoticeLevel::Alarm,
                "webhook_elsewhere",
                match messages {
                    Some(other) => format!("Meta присылает сообщения этого номера на другой адрес: {other}."),
                    None => "Meta никуда не присылает сообщения этого номера: адрес не задан.".into(),
                },
            )
        });
    }
    (set.application.text() != Some(wanted)).then(|| {
        finding(
            NoticeLevel::Warning,
            "webhook_of_application_elsewhere",
            format!(
                "Сообщения приходят, но события аккаунта, шаблонов и отправленное с телефона Meta шлёт на адрес \
                 приложения. В кабинете разработчика укажите в WhatsApp → «Конфигурация» адрес {wanted}, если у \
                 приложения нет других номеров."
            ),
        )
    })
}

#[cfg(test)]
mod tests;
