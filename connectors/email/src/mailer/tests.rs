use super::*;
use crate::server::{Act, Behaviour, ROOT, Server, start};
use crate::{Attachment, Login};

fn letter(id: &str) -> Letter {
    Letter {
        id: id.into(),
        to: "admin@example.ru".into(),
        subject: "Канал не работает".into(),
        text: "Провайдер не отвечает.".into(),
        written_at: "2026-11-22T09:00:00Z".parse().unwrap(),
        attachments: Vec::new(),
    }
}

fn mailer(config: Config) -> Mailer {
    Mailer::new(config).unwrap().patient_for(Duration::from_millis(400))
}

fn of(server: &Server) -> Mailer {
    mailer(server.config())
}

async fn error_at(word: &'static str, act: Act) -> SendError {
    let server = start(Behaviour::at(word, act)).await;
    of(&server).send(&letter("1")).await.expect_err("the server misbehaves")
}

#[tokio::test]
async fn letters_go_one_after_the_other_over_one_connection() {
    let server = start(Behaviour::plain()).await;
    let mailer = of(&server);
    mailer.send(&letter("1")).await.unwrap();
    mailer.send(&letter("2")).await.unwrap();
    assert_eq!((server.seen.count("CONNECT"), server.seen.count("DATA")), (1, 2));
    let lines = server.seen.lines();
    for line in ["EHLO example.ru", "MAIL FROM:<uzel@example.ru>", "RCPT TO:<admin@example.ru>"] {
        assert!(lines.iter().any(|seen| seen == line), "{line}: {lines:?}");
    }
    assert_eq!(server.seen.count("Message-ID: <2@example.ru>"), 1);
}

#[tokio::test]
async fn a_connection_that_the_server_ended_meanwhile_is_opened_anew() {
    let server = start(Behaviour::at("NOOP", Act::HangUp)).await;
    let mailer = of(&server);
    mailer.send(&letter("1")).await.unwrap();
    mailer.send(&letter("2")).await.unwrap();
    assert_eq!((server.seen.count("CONNECT"), server.seen.count("DATA")), (2, 2));
}

#[tokio::test]
async fn a_refusal_for_now_is_temporary_at_every_step() {
    for word in ["CONNECT", "MAIL", "RCPT", "DATA", "."] {
        let error = error_at(word, Act::Say("451 4.7.1 greylisted")).await;
        let SendError::Temporary(words) = &error else { panic!("{word}: {error:?}") };
        assert_eq!(words.to_string(), "451 4.7.1 greylisted", "{word}");
    }
}

#[tokio::test]
async fn a_refusal_for_good_is_told_in_the_words_of_the_server() {
    for word in ["RCPT", "DATA", "."] {
        let error = error_at(word, Act::Say("550 5.1.1 no such mailbox")).await;
        let SendError::Rejected { code, reason, .. } = &error else { panic!("{word}: {error:?}") };
        assert!(code == "550" && reason.contains("5.1.1 no such mailbox"), "{word}: {reason}");
    }
}

#[tokio::test]
async fn only_a_connection_lost_behind_data_leaves_it_open_whether_the_letter_arrived() {
    for act in [Act::HangUp, Act::Hang] {
        for word in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"] {
            assert!(matches!(error_at(word, act).await, SendError::Temporary(_)), "{word}");
        }
        assert!(matches!(error_at(".", act).await, SendError::Unknown(_)));
    }
    let nobody = Config { port: Some(1), ..start(Behaviour::plain()).await.config() };
    assert!(matches!(mailer(nobody).send(&letter("1")).await, Err(SendError::Temporary(_))));
}

#[tokio::test]
async fn a_letter_with_a_file_arrives_whole() {
    let server = start(Behaviour::plain()).await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let file = Attachment {
        file_name: "Отчёт.bin".into(),
        mime_type: "application/octet-stream".into(),
        bytes: bytes.clone(),
    };
    of(&server).send(&Letter { attachments: vec![file], ..letter("1") }).await.unwrap();
    let lines = server.seen.lines();
    assert!(lines.iter().all(|line| line.len() <= 998), "lines are short enough for every server");
    assert_eq!(lines.iter().filter(|line| *line == ".").count(), 1);
}

#[tokio::test]
async fn tls_from_the_first_byte_and_by_starttls_both_trust_a_root_of_the_house() {
    let login = Login { user: "uzel@example.ru".into(), password: "example-password".into() };
    for security in [Security::Tls, Security::StartTls] {
        let extensions = "\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN";
        let server = start(Behaviour { security, extensions, ..Behaviour::plain() }).await;
        let config =
            Config { login: Some(login.clone()), trusted_roots: Some(ROOT.into()), ..server.config() };
        mailer(config.clone()).send(&letter("1")).await.unwrap();
        let lines = server.seen.lines();
        let at = |word: &str| lines.iter().position(|line| line.starts_with(word)).expect(word);
        assert!(at("TLS") < at("AUTH") && at("AUTH") < at("MAIL"), "{lines:?}");
        let stranger = Config { trusted_roots: None, ..config };
        assert!(matches!(mailer(stranger).send(&letter("2")).await, Err(SendError::Temporary(_))));
        assert_eq!(server.seen.count("DATA"), 1, "nothing is told to a server that cannot prove who it is");
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_and_no_password_told() {
    let server = start(Behaviour { security: Security::StartTls, ..Behaviour::plain() }).await;
    let login = Login { user: "uzel@example.ru".into(), password: "example-password".into() };
    let refused = mailer(Config { login: Some(login), ..server.config() }).send(&letter("1")).await;
    assert!(matches!(refused, Err(SendError::Temporary(_))), "{refused:?}");
    assert_eq!(server.seen.count("AUTH") + server.seen.count("MAIL"), 0);
}

#[tokio::test]
async fn a_refused_password_stops_the_account_and_not_the_letter() {
    let server = start(Behaviour {
        security: Security::Tls,
        at: Some(("AUTH", Act::Say("535 5.7.8 bad credentials"))),
        extensions: "\r\n250-AUTH PLAIN LOGIN",
    })
    .await;
    let config = Config {
        login: Some(Login { user: "uzel@example.ru".into(), password: "example-password".into() }),
        trusted_roots: Some(ROOT.into()),
        ..server.config()
    };
    let mailer = mailer(config);
    let error = mailer.check().await.unwrap_err();
    let SendError::AccountStopped { code, reason } = &error else { panic!("{error:?}") };
    assert!(code == "535" && reason.contains("[mail]"), "{reason}");
    assert!(!format!("{error:?} {error}").contains("example-password"));
}
