//! What counts as an acknowledgement, and when a provider repeats.

use std::time::Duration;

use crate::dice::Dice;
use crate::outgoing::Provider;

const HOUR: Duration = Duration::from_hours(1);

/// Whether this answer lets the provider forget the webhook.
pub fn acknowledged(provider: Provider, status: u16, body: &[u8]) -> bool {
    match provider {
        Provider::WhatsApp | Provider::Max => status == 200,
        // The body must be exactly `100`.
        Provider::SmsRu => status == 200 && body == b"100",
        Provider::Telphin | Provider::Telegram | Provider::Smsc => (200..300).contains(&status),
    }
}

/// The pause before the next attempt; `None` when the provider gives up.
///
/// `attempts` were made so far and `waited` is the sum of the pauses. `unknown_repeats` bounds the providers that
/// document nothing.
pub fn pause_after(
    provider: Provider,
    attempts: u32,
    waited: Duration,
    unknown_repeats: u32,
    dice: &mut Dice,
) -> Option<Duration> {
    let doubled = |first: u64, times: u32| Duration::from_secs(first << times.min(20));
    let (pause, patience) = match (provider, attempts) {
        (Provider::WhatsApp | Provider::Telegram, 1) => (Duration::ZERO, HOUR),
        // The shorter of the two contradicting pages: 36 hours.
        (Provider::WhatsApp, _) => (doubled(1, attempts - 2).min(HOUR), 36 * HOUR),
        (Provider::Telegram, _) => (doubled(2, attempts - 2).min(dice.seconds(60, 120)), 24 * HOUR),
        // Ten repeats are promised, but after eight hours the subscription is gone.
        (Provider::Max, 11..) => return None,
        (Provider::Max, _) => {
            (Duration::from_secs(60).mul_f64(2.5_f64.powi(attempts.cast_signed() - 1)), 8 * HOUR)
        }
        (Provider::SmsRu, _) => (doubled(10, attempts - 1).min(HOUR), 5 * 24 * HOUR),
        (Provider::Telphin | Provider::Smsc, _) if attempts > unknown_repeats => return None,
        (Provider::Telphin | Provider::Smsc, _) => (doubled(5, attempts - 1), HOUR),
    };
    (waited + pause <= patience).then_some(pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(provider: Provider) -> Vec<Duration> {
        let mut dice = Dice::new(1);
        let mut waited = Duration::ZERO;
        let mut pauses = Vec::new();
        while let Some(pause) =
            pause_after(provider, u32::try_from(pauses.len()).unwrap_or(0) + 1, waited, 3, &mut dice)
        {
            waited += pause;
            pauses.push(pause);
        }
        pauses
    }

    #[test]
    fn telegram_repeats_at_once_then_after_2_4_8_seconds_for_a_day() {
        let pauses = pauses(Provider::Telegram);
        let seconds: Vec<u64> = pauses.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds[..6], [0, 2, 4, 8, 16, 32]);
        assert!(seconds[6..].iter().all(|&pause| (60..=120).contains(&pause)));
        let sum: Duration = pauses.iter().sum();
        assert!(sum <= 24 * HOUR && sum > 23 * HOUR);
    }

    #[test]
    fn whatsapp_backs_off_for_a_day_and_a_half() {
        let pauses = pauses(Provider::WhatsApp);
        assert_eq!(pauses[..4].iter().map(Duration::as_secs).collect::<Vec<_>>(), [0, 1, 2, 4]);
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn an_undocumented_provider_repeats_as_often_as_it_is_told() {
        assert_eq!(pauses(Provider::Telphin).len(), 3);
        assert_eq!(pauses(Provider::Smsc).len(), 3);
    }

    #[test]
    fn max_repeats_ever_more_seldom_for_eight_hours() {
        let pauses = pauses(Provider::Max);
        assert_eq!(pauses[..3].iter().map(Duration::as_secs).collect::<Vec<_>>(), [60, 150, 375]);
        assert_eq!(pauses.len(), 7, "the eighth would come after seventeen hours");
        assert!(acknowledged(Provider::Max, 200, b"") && !acknowledged(Provider::Max, 201, b""));
    }

    #[test]
    fn sms_ru_wants_exactly_100() {
        assert!(acknowledged(Provider::SmsRu, 200, b"100"));
        assert!(!acknowledged(Provider::SmsRu, 200, b"100\n"));
        assert!(!acknowledged(Provider::SmsRu, 200, b""));
        assert!(!acknowledged(Provider::SmsRu, 201, b"100"));
    }

    #[test]
    fn whatsapp_wants_200_and_the_others_any_2xx() {
        assert!(!acknowledged(Provider::WhatsApp, 204, b""));
        assert!(acknowledged(Provider::Telegram, 204, b""));
        assert!(!acknowledged(Provider::Telphin, 302, b""));
    }
}
