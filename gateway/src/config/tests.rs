use secrecy::ExposeSecret;

use super::*;

fn read(toml: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let find = |name: &str| {
        environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let names = environment.iter().map(|(name, _)| (*name).to_owned()).collect();
    Config::read(Some(("uzel.toml", toml)), &find, names)
}

fn wrong(toml: &str, environment: &[(&str, &str)]) -> Vec<String> {
    read(toml, environment).unwrap_err().sentences
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let toml = "[server]\nlisten = \"0.0.0.0:80\"\n[database]\npool_size = 7\nslow_ms = 100";
    let config =
        read(toml, &[("UZEL_POOL_SIZE", "9"), ("UZEL_LISTEN", ""), ("UZEL_DATA", "/srv/uzel")]).unwrap();
    assert_eq!(config.server.listen.to_string(), "0.0.0.0:80");
    assert_eq!((config.database.pool_size, config.database.slow_ms), (9, 100));
    assert_eq!(config.data.folder, PathBuf::from("/srv/uzel"));
    assert_eq!(config.intake.max_body_bytes, 4 << 20);
    assert_eq!(config.spool.max_bytes, 512 << 20);
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known() {
    assert_eq!(
        wrong("[server]\nlitsen = \"0.0.0.0:80\"", &[]),
        ["uzel.toml has a key `litsen` in [server] that is not known; did you mean listen?"]
    );
    assert_eq!(
        wrong("[sever]\nlisten = \"0.0.0.0:80\"", &[]),
        ["uzel.toml has a section [sever] that is not known; did you mean [server]?"]
    );
    assert_eq!(
        wrong("listen = \"0.0.0.0:80\"", &[]),
        ["uzel.toml has a key `listen` outside of any section; did you mean server.listen?"]
    );
    assert_eq!(
        wrong("[server]\nkeep_days = 3", &[]),
        ["uzel.toml has a key `keep_days` in [server] that is not known; did you mean raw.keep_days?"]
    );
}

#[test]
fn a_wrong_value_is_told_with_its_place_and_what_is_expected() {
    assert_eq!(
        wrong("[server]\nlisten = 8080\n[raw]\nkeep_days = \"long\"", &[("UZEL_BEHIND_PROXY", "perhaps")]),
        [
            "uzel.toml: `listen` in [server] must be an address with a port, such as 127.0.0.1:8080 or 0.0.0.0:8080, not `8080`.",
            "UZEL_BEHIND_PROXY must be true or false, not `perhaps`.",
            "uzel.toml: `keep_days` in [raw] must be a whole number, not `long`.",
        ]
    );
    assert_eq!(
        wrong("", &[("UZEL_POOL_SIZE", "1")]),
        ["UZEL_POOL_SIZE (`pool_size` in [database]) must be from 4 to 500, not 1."]
    );
    assert!(
        wrong("", &[("UZEL_PUBLIC_URL", "uzel.example.ru")])[0].contains("such as https://uzel.example.ru")
    );
    assert!(wrong("[server", &[])[0].starts_with("uzel.toml is not TOML: "));
}

#[test]
fn a_secret_is_never_repeated() {
    let sentences = wrong("", &[("DATABASE_URL", "mysql://u:hunter2@h/d"), ("UZEL_SECRET_KEY", "hunter2")]);
    assert_eq!(sentences.len(), 2);
    assert!(!sentences.concat().contains("hunter2"), "{sentences:?}");
    let key = "00".repeat(31) + "ff";
    let config =
        read("", &[("DATABASE_URL", "postgres://u:hunter2@h/d"), ("UZEL_SECRET_KEY", &key)]).unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("255"), "{shown}");
    assert_eq!(config.data.secret_key.unwrap().expose()[31], 255);
    assert_eq!(config.database.url.unwrap().expose_secret(), "postgres://u:hunter2@h/d");
}

#[test]
fn cookies_are_secure_when_the_public_address_is() {
    assert!(!Config::usual().secure_cookies());
    assert!(read("", &[("UZEL_PUBLIC_URL", "https://uzel.example.ru")]).unwrap().secure_cookies());
    assert!(!read("", &[("UZEL_PUBLIC_URL", "http://uzel.local:8080")]).unwrap().secure_cookies());
    assert!(
        !wrong("", &[("UZEL_PUBLIC_URL", "http://uzel.local"), ("UZEL_SECURE_COOKIES", "true")]).is_empty()
    );
}

#[test]
fn currencies_a_zone_and_a_proxy_are_read_or_refused() {
    let config = read(
        "[rates]\ncurrencies = \"EUR, USD\"\nproxy = \"socks5://u:hunter2@proxy:1080\"\n[company]\nzone = \"Asia/Bishkek\"",
        &[],
    )
    .unwrap();
    let company = config.company();
    assert_eq!(format!("{:?}", company.currencies), "[EUR, USD]");
    assert_eq!(company.zone, chrono_tz::Asia::Bishkek);
    assert!(!format!("{config:?}").contains("hunter2"));
    for (env, value) in [
        ("UZEL_RATES_CURRENCIES", "USD,USD"),
        ("UZEL_RATES_CURRENCIES", "RUB"),
        ("UZEL_RATES_CURRENCIES", "usd"),
        ("UZEL_COMPANY_ZONE", "Moscow time"),
        ("UZEL_RATES_URL", "www.cbr.ru"),
        ("UZEL_RATES_URL", "https://www.cbr.ru/scripts/"),
        ("UZEL_RATES_MIRROR_URL", "ftp://mirror"),
        ("UZEL_RATES_PROXY", "socks9://u:hunter2@proxy"),
    ] {
        let sentences = wrong("", &[(env, value)]);
        assert!(sentences.len() == 1 && sentences[0].starts_with(env), "{sentences:?}");
        assert!(!sentences[0].contains("hunter2"));
    }
}

#[test]
fn a_misspelt_name_in_the_environment_is_a_warning() {
    let config = read("", &[("UZEL_LISTNE", "0.0.0.0:80"), ("UZEL_WEB", "skip"), ("HOME", "/root")]).unwrap();
    assert_eq!(config.warnings, ["UZEL_LISTNE in the environment is not known; did you mean UZEL_LISTEN?"]);
}

#[test]
fn the_reference_is_up_to_date() {
    assert!(
        reference() == include_str!("../../CONFIGURATION.md"),
        "gateway/CONFIGURATION.md is out of date: write it anew by `uzel check --reference > gateway/CONFIGURATION.md`.\n\
         It should be:\n{}",
        reference()
    );
}

#[test]
fn a_mail_server_needs_a_sender_and_a_user_his_password() {
    let sentences = wrong("[mail]\nserver = \"mail.example.ru\"\nuser = \"uzel\"\nport = 70000", &[]);
    assert_eq!(sentences.len(), 3, "{sentences:?}");
    assert!(sentences[0].contains("`port` in [mail]") && sentences[1].contains("UZEL_MAIL_FROM"));
    let toml = "[mail]\nserver = \"mail.example.ru\"\nfrom = \"uzel@example.ru\"\nsecurity = \"starttls\"";
    let config = read(toml, &[("UZEL_MAIL_USER", "uzel"), ("UZEL_MAIL_PASSWORD", "example")]).unwrap();
    assert_eq!(config.mail.security, Security::StartTls);
}
