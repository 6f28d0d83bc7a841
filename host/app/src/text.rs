//! Figures as people read them.

use std::time::Duration;

/// Bytes in decimal units: `187.4 kB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", tenths(bytes, 1_000)),
        _ => format!("{:.1} MB", tenths(bytes, 1_000_000)),
    }
}

/// A share of a unit, rounded down so that it never becomes a thousand of it.
fn tenths(bytes: u64, unit: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "for people, and with one place")]
    let tenths = (bytes / (unit / 10)) as f64;
    tenths / 10.0
}

/// A time in the unit that suits it: `0.05 ms`, `12.3 ms`, `1.9 s`.
pub(crate) fn time(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1e3;
    match millis {
        0.0..10.0 => format!("{millis:.2} ms"),
        10.0..1_000.0 => format!("{millis:.1} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_the_largest_unit_that_they_fill() {
        let written = [0, 999, 1_000, 999_999, 1_000_000, 22_340_000].map(size);
        assert_eq!(written, ["0 bytes", "999 bytes", "1.0 kB", "999.9 kB", "1.0 MB", "22.3 MB"]);
    }

    #[test]
    fn times_have_three_places_at_most() {
        let written = [50, 12_340, 1_900_000].map(|micros| time(Duration::from_micros(micros)));
        assert_eq!(written, ["0.05 ms", "12.3 ms", "1.9 s"]);
    }
}
