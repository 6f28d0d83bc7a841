//! The values of SSML's `prosody` and `break`.

use std::time::Duration;

use super::Prosody;

/// A pause of which nothing is said.
pub(super) const BREAK: Duration = Duration::from_millis(500);
/// What `rate` takes.
pub(super) const RATE: &str = "x-slow, slow, medium, fast, x-fast, default, a percentage such as `80%` or \
    `+20%`, or a factor such as `1.2`; from 0.25 to 4.0";
/// What `pitch` takes.
pub(super) const PITCH: &str = "x-low, low, medium, high, x-high, default, semitones such as `+2st`, or a \
    percentage such as `-10%`; within 12 semitones";
/// What `volume` takes.
pub(super) const VOLUME: &str = "silent, x-soft, soft, medium, loud, x-loud, default, or decibels such as \
    `+6dB`; at most +12dB";
/// What `time` takes.
pub(super) const TIME: &str = "seconds or milliseconds such as `2s` or `500ms`; at most 10 seconds";
/// What `strength` takes.
pub(super) const STRENGTH: &str = "none, x-weak, weak, medium, strong or x-strong";

impl Prosody {
    const SPEED: (f32, f32) = (0.25, 4.0);
    const PITCH: (f32, f32) = (-12.0, 12.0);
    const VOLUME: (f32, f32) = (0.0, 4.0);

    /// This one inside of another: factors are multiplied, semitones added, and what leaves the range ends at
    /// its edge.
    pub(super) fn inside(self, outer: Self) -> Self {
        let clamp = |value: f32, (least, most)| value.clamp(least, most);
        Self {
            speed: clamp(self.speed * outer.speed, Self::SPEED),
            pitch: clamp(self.pitch + outer.pitch, Self::PITCH),
            volume: clamp(self.volume * outer.volume, Self::VOLUME),
        }
    }
}

/// A factor of the speed; `None` unless it is as [`RATE`] says.
pub(super) fn rate(value: &str) -> Option<f32> {
    let factor = match value {
        "x-slow" => 0.5,
        "slow" => 0.75,
        "medium" | "default" => 1.0,
        "fast" => 1.5,
        "x-fast" => 2.0,
        _ => match value.strip_suffix('%') {
            Some(percent) if percent.starts_with(['+', '-']) => 1.0 + change(percent)? / 100.0,
            Some(percent) => number(percent)? / 100.0,
            None => number(value)?,
        },
    };
    within(factor, Prosody::SPEED)
}

/// Semitones; `None` unless they are as [`PITCH`] says.
pub(super) fn pitch(value: &str) -> Option<f32> {
    let semitones = match value {
        "x-low" => -6.0,
        "low" => -3.0,
        "medium" | "default" => 0.0,
        "high" => 3.0,
        "x-high" => 6.0,
        _ => match value.strip_suffix('%') {
            Some(percent) => 12.0 * (1.0 + change(percent)? / 100.0).log2(),
            None => change(value.strip_suffix("st")?)?,
        },
    };
    within(semitones, Prosody::PITCH)
}

/// A factor of the samples; `None` unless it is as [`VOLUME`] says.
pub(super) fn volume(value: &str) -> Option<f32> {
    let factor = match value {
        "silent" => 0.0,
        "x-soft" => 0.25,
        "soft" => 0.5,
        "medium" | "default" => 1.0,
        "loud" => 1.5,
        "x-loud" => 2.0,
        _ => 10_f32.powf(change(value.strip_suffix("dB")?)? / 20.0),
    };
    within(factor, Prosody::VOLUME)
}

/// A pause; `None` unless it is as [`TIME`] says.
pub(super) fn time(value: &str) -> Option<Duration> {
    let seconds = match value.strip_suffix("ms") {
        Some(milliseconds) => number(milliseconds)? / 1_000.0,
        None => number(value.strip_suffix('s')?)?,
    };
    within(seconds, (0.0, 10.0)).map(Duration::from_secs_f32)
}

/// A pause; `None` unless it is as [`STRENGTH`] says.
pub(super) fn strength(value: &str) -> Option<Duration> {
    let milliseconds = match value {
        "none" => 0,
        "x-weak" => 100,
        "weak" => 250,
        "medium" => 500,
        "strong" => 1_000,
        "x-strong" => 2_000,
        _ => return None,
    };
    Some(Duration::from_millis(milliseconds))
}

/// Digits with at most one point; neither sign nor exponent.
fn number(text: &str) -> Option<f32> {
    let plain = |b: u8| b.is_ascii_digit() || b == b'.';
    if text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(plain) {
        text.parse().ok()
    } else {
        None
    }
}

/// A number with its sign.
fn change(text: &str) -> Option<f32> {
    match text.strip_prefix('-') {
        Some(down) => number(down).map(|n| -n),
        None => number(text.strip_prefix('+')?),
    }
}

fn within(value: f32, (least, most): (f32, f32)) -> Option<f32> {
    // A value that is not a number is in no range.
    (value >= least && value <= most).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is_about(found: Option<f32>, expected: f32) {
        assert!(found.is_some_and(|found| (found - expected).abs() < 0.01), "{found:?}");
    }

    #[test]
    fn rates_are_words_percentages_and_factors() {
        for (value, factor) in [
            ("x-slow", 0.5),
            ("80%", 0.8),
            ("+20%", 1.2),
            ("-10%", 0.9),
            ("1.2", 1.2),
            ("4", 4.0),
            ("25%", 0.25),
        ] {
            is_about(rate(value), factor);
        }
        for value in
            ["", "quick", "24%", "-80%", "401%", "0", "4.1", "+1.2", "1e0", "inf", "NaN", "1.2.3", "%", "."]
        {
            assert_eq!(rate(value), None, "{value}");
        }
    }

    #[test]
    fn pitches_are_words_semitones_and_changes_in_percent() {
        for (value, semitones) in
            [("high", 3.0), ("+2st", 2.0), ("-1.5st", -1.5), ("+100%", 12.0), ("-50%", -12.0), ("+0%", 0.0)]
        {
            is_about(pitch(value), semitones);
        }
        for value in ["2st", "+13st", "-51%", "-100%", "-200%", "110%", "440Hz", "+st", ""] {
            assert_eq!(pitch(value), None, "{value}");
        }
    }

    #[test]
    fn volumes_are_words_and_decibels() {
        for (value, factor) in
            [("silent", 0.0), ("x-loud", 2.0), ("+6dB", 1.995), ("-6dB", 0.501), ("+12dB", 3.981)]
        {
            is_about(volume(value), factor);
        }
        for value in ["6dB", "+12.1dB", "50", "+6db", "dB"] {
            assert_eq!(volume(value), None, "{value}");
        }
    }

    #[test]
    fn pauses_are_seconds_and_milliseconds_up_to_ten_seconds() {
        assert_eq!(time("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(time("1.5s"), Some(Duration::from_millis(1_500)));
        assert_eq!(time("10s"), Some(Duration::from_secs(10)));
        for value in [
            "10.1s",
            "10001ms",
            "-1s",
            "+1s",
            "2",
            "2 s",
            "1m",
            "s",
            "",
            "99999999999999999999999999999999999999999s",
        ] {
            assert_eq!(time(value), None, "{value}");
        }
        assert_eq!(strength("weak"), Some(Duration::from_millis(250)));
        assert_eq!(strength("weakest"), None);
    }

    #[test]
    fn prosody_inside_of_prosody_stays_in_range() {
        let outer = Prosody { speed: 2.0, pitch: -10.0, volume: 0.5 };
        let inner = Prosody { speed: 3.0, pitch: -3.0, volume: 0.5 };
        assert_eq!(inner.inside(outer), Prosody { speed: 4.0, pitch: -12.0, volume: 0.25 });
        assert_eq!(inner.inside(Prosody::default()), inner);
    }
}
