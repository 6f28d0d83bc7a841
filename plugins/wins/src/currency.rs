//! The currency of an amount that was given without one.

use wheelhouse_sdk::{Call, Currency};

/// Where each currency is used, for travellers of North America, Europe and Oceania.
const REGIONS: [(&str, &[&str]); 6] = [
    ("CAD", &["CA"]),
    ("GBP", &["GB"]),
    ("AUD", &["AU"]),
    ("NZD", &["NZ"]),
    ("MXN", &["MX"]),
    (
        "EUR",
        &[
            "AT", "BE", "BG", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV",
            "MT", "NL", "PT", "SI", "SK",
        ],
    ),
];

/// The currency of the region in the user's locale; US dollars where that says nothing.
pub(crate) fn of(call: &Call) -> Currency {
    let region = call.locale.split(['-', '_']).skip(1).find(|part| part.len() == 2).unwrap_or_default();
    let code =
        REGIONS.iter().find(|(_, regions)| regions.iter().any(|known| region.eq_ignore_ascii_case(known)));
    code.and_then(|(code, _)| code.parse().ok()).unwrap_or(Currency::USD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_decides_the_currency() {
        for (locale, code) in [
            ("en-US", "USD"),
            ("en-CA", "CAD"),
            ("de_DE", "EUR"),
            ("zh-Hans-US", "USD"),
            ("en", "USD"),
            ("", "USD"),
        ] {
            let mut call = wheelhouse_sdk::testing::call();
            call.locale = locale.into();
            assert_eq!(of(&call).as_str(), code, "{locale}");
        }
    }
}
