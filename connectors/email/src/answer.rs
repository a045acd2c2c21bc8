//! What the server's answer means, by the step at which it came.

use connector_api::SendError;
use lettre::transport::smtp::Error;

/// Where in the dialogue we were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Connecting, greeting, TLS.
    Hello,
    /// The name and the password.
    Login,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, before the first byte of the letter.
    Data,
    /// The letter itself, to the answer behind its last dot.
    Letter,
}

/// What the server, or the lack of it, came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A refusal: its code and words.
    Refusal(u16, String),
    /// No answer, or none that can be read.
    Silence(String),
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        let words = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        match error.status() {
            Some(code) => Self::Refusal(code.into(), words),
            None => Self::Silence(words),
        }
    }
}

/// Only behind the first byte of the letter it is open whether it arrived.
pub(crate) fn read(step: Step, answer: Answer) -> SendError {
    let (code, words) = match answer {
        Answer::Silence(words) if step == Step::Letter => return SendError::Unknown(words.into()),
        Answer::Silence(words) => return SendError::Temporary(words.into()),
        Answer::Refusal(code @ 400..500, words) => {
            return SendError::Temporary(format!("{code} {words}").into());
        }
        Answer::Refusal(code, words) => (code.to_string(), words),
    };
    let said = format!("{code} {words}");
    match step {
        Step::Hello => SendError::AccountStopped {
            code,
            reason: format!("Почтовый сервер не хочет с нами говорить: {said}"),
        },
        Step::Login => SendError::AccountStopped {
            code,
            reason: format!(
                "Почтовый сервер не принимает имя или пароль: проверьте user и password в разделе [mail]; Яндексу и \
                 Mail.ru нужен пароль для приложений. Ответ сервера: {said}"
            ),
        },
        Step::Sender => SendError::AccountStopped {
            code,
            reason: format!(
                "Почтовый сервер не принимает отправителя: from в разделе [mail] должен быть адресом, под которым входит \
                 узел. Ответ сервера: {said}"
            ),
        },
        Step::Recipient => {
            SendError::rejected(code, format!("Почтовый сервер не принимает адрес получателя: {said}"))
        }
        Step::Data | Step::Letter => {
            SendError::rejected(code, format!("Почтовый сервер не принял письмо: {said}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(step: Step, answer: Answer) -> &'static str {
        match read(step, answer) {
            SendError::Temporary(_) => "temporary",
            SendError::Unknown(_) => "unknown",
            SendError::Rejected { .. } => "rejected",
            SendError::AccountStopped { .. } => "stopped",
            _ => "other",
        }
    }

    #[test]
    fn what_an_answer_means_depends_on_the_step() {
        let silence = || Answer::Silence("timed out".into());
        let refusal = |code| Answer::Refusal(code, "5.7.0 no".into());
        for (step, answer, expected) in [
            (Step::Hello, silence(), "temporary"),
            (Step::Hello, refusal(421), "temporary"),
            (Step::Hello, refusal(554), "stopped"),
            (Step::Login, refusal(454), "temporary"),
            (Step::Login, refusal(535), "stopped"),
            (Step::Sender, refusal(451), "temporary"),
            (Step::Sender, refusal(553), "stopped"),
            (Step::Recipient, refusal(450), "temporary"),
            (Step::Recipient, refusal(550), "rejected"),
            (Step::Recipient, silence(), "temporary"),
            (Step::Data, silence(), "temporary"),
            (Step::Data, refusal(554), "rejected"),
            (Step::Letter, refusal(451), "temporary"),
            (Step::Letter, refusal(554), "rejected"),
            (Step::Letter, silence(), "unknown"),
        ] {
            assert_eq!(class(step, answer.clone()), expected, "{step:?} {answer:?}");
        }
    }

    #[test]
    fn a_refusal_keeps_the_words_of_the_server() {
        let refusal = Answer::Refusal(552, "5.3.4 Message too big".into());
        let SendError::Rejected { code, reason, .. } = read(Step::Letter, refusal) else {
            panic!("rejected")
        };
        assert_eq!((code.as_str(), reason.ends_with("552 5.3.4 Message too big")), ("552", true));
    }
}
