//! Captions of what has been said, in the two forms that players take.

mod clock;
mod layout;

use std::{fmt::Write, time::Duration};

use wheelhouse_core::speech::Word;

use clock::Clock;

/// What is on the screen at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// One line or two, of about 42 characters.
    pub text: String,
    /// When it comes, from the beginning of the audio.
    pub start: Duration,
    /// When it goes; after `start`.
    pub end: Duration,
}

/// Cues of sentences with their beginnings and ends, in order, all times from the beginning of the audio.
/// `words` tell when inside of a sentence its parts are said; where there are none, parts take time in
/// proportion to their characters. Blank sentences have no cue.
pub fn cues(sentences: &[(String, Duration, Duration)], words: &[Word]) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    let mut words = words;
    for (text, start, end) in sentences {
        // Both are in order, so that a sentence has the next words.
        let (own, later) = words.split_at(words.iter().take_while(|word| word.start < *end).count());
        words = later;
        let clock = Clock::new(*start, *end, own);
        let parts = layout::parts(text);
        let whole = parts.iter().map(|part| clock::weight(part)).sum();
        let mut said = 0;
        for part in parts {
            let (from, to) = (said, said + clock::weight(&part));
            said = to;
            let start = clock.start(from, whole).max(cues.last().map_or(Duration::ZERO, |cue| cue.end));
            // Players leave out a cue that takes no time.
            let end = clock.end(to, whole).max(start + Duration::from_millis(1));
            cues.push(Cue { text: part, start, end });
        }
    }
    cues
}

/// SubRip.
pub fn srt(cues: &[Cue]) -> String {
    let mut file = String::new();
    for (number, cue) in (1..).zip(cues) {
        let (start, end) = (time(cue.start, true, ','), time(cue.end, true, ','));
        let text = lines(&cue.text).replace("-->", "->");
        // Writing to a string cannot fail.
        let _ = write!(file, "{number}\n{start} --> {end}\n{text}\n\n");
    }
    file
}

/// WebVTT.
pub fn vtt(cues: &[Cue]) -> String {
    let mut file = "WEBVTT\n\n".to_owned();
    for cue in cues {
        let hours = cue.end >= Duration::from_secs(3_600);
        let (start, end) = (time(cue.start, hours, '.'), time(cue.end, hours, '.'));
        let text = lines(&cue.text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(file, "{start} --> {end}\n{text}\n\n");
    }
    file
}

/// `01:02:03,004`, or without the hours.
fn time(time: Duration, hours: bool, point: char) -> String {
    let (seconds, milliseconds) = (time.as_secs(), time.subsec_millis());
    let (minutes, second) = (seconds / 60, seconds % 60);
    let rest = format!("{second:02}{point}{milliseconds:03}");
    if hours {
        format!("{:02}:{:02}:{rest}", minutes / 60, minutes % 60)
    } else {
        format!("{minutes:02}:{rest}")
    }
}

/// The lines that are not blank: an empty one would end the cue.
fn lines(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn cue(text: &str, start: u64, end: u64) -> Cue {
        Cue { text: text.to_owned(), start: ms(start), end: ms(end) }
    }

    fn word(text: &str, start: u64, end: u64) -> Word {
        Word { text: text.to_owned(), start: ms(start), end: ms(end) }
    }

    fn sentence(text: &str, start: u64, end: u64) -> (String, Duration, Duration) {
        (text.to_owned(), ms(start), ms(end))
    }

    #[test]
    fn srt_counts_its_cues_and_writes_milliseconds_after_a_comma() {
        let cues =
            [cue("Turn left\n\nat <exit> 5 & go --> on", 0, 1_500), cue("Stop.", 3_723_004, 3_724_000)];
        let file = "1\n00:00:00,000 --> 00:00:01,500\nTurn left\nat <exit> 5 & go -> on\n\n\
                    2\n01:02:03,004 --> 01:02:04,000\nStop.\n\n";
        assert_eq!(srt(&cues), file);
        assert_eq!(srt(&[]), "");
    }

    #[test]
    fn vtt_escapes_its_text_and_writes_hours_when_there_are_any() {
        let cues =
            [cue("Turn left\r\n\r\nat <exit> 5 & go --> on", 0, 1_500), cue("Stop.", 3_599_900, 3_724_000)];
        let file = "WEBVTT\n\n00:00.000 --> 00:01.500\nTurn left\nat &lt;exit&gt; 5 &amp; go --&gt; on\n\n\
                    00:59:59.900 --> 01:02:04.000\nStop.\n\n";
        assert_eq!(vtt(&cues), file);
        assert_eq!(vtt(&[]), "WEBVTT\n\n");
    }

    #[test]
    fn short_sentence_is_one_cue_of_its_time() {
        let found = cues(
            &[sentence("Turn left.", 0, 900), sentence(" ", 900, 950), sentence("Stop.", 1_000, 1_400)],
            &[],
        );
        assert_eq!(found, [cue("Turn left.", 0, 900), cue("Stop.", 1_000, 1_400)]);
    }

    #[test]
    fn long_sentence_without_words_takes_time_in_proportion() {
        let text = "abcd ".repeat(40);
        let found = cues(&[sentence(text.trim(), 1_000, 9_000)], &[]);
        assert!(found.len() > 2, "{found:?}");
        assert_eq!((found[0].start, found[found.len() - 1].end), (ms(1_000), ms(9_000)));
        for pair in found.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
        }
        let letters = u64::try_from(found[0].text.matches("abcd").count()).expect("few");
        assert_eq!(found[0].end, ms(1_000 + letters * 200));
    }

    #[test]
    fn words_tell_when_the_parts_of_a_long_sentence_are_said() {
        let written = "The road to the arch is closed for the rest of this week, so take the exit after \
                       the bridge and follow the signs.";
        let words: Vec<Word> =
            (0..).zip(written.split(' ')).map(|(n, w)| word(w, 100 * n + 50, 100 * n + 90)).collect();
        let found = cues(&[sentence(written, 0, 3_000)], &words);
        let second = found[1].text.replace('\n', " ");
        let nth = u64::try_from(written[..written.find(&second).expect("a part")].split(' ').count() - 1)
            .expect("few");
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].start, found[0].end), (ms(50), ms(100 * (nth - 1) + 90)));
        assert_eq!((found[1].start, found[1].end), (ms(100 * nth + 50), ms(2_390)));
    }

    #[test]
    fn words_that_are_read_otherwise_than_written_are_followed_in_proportion() {
        let words =
            [word("It", 0, 100), word("costs", 100, 300), word("five", 300, 500), word("dollars", 500, 800)];
        assert_eq!(cues(&[sentence("It costs $5.", 0, 1_000)], &words), [cue("It costs $5.", 0, 800)]);
    }

    #[test]
    fn words_belong_to_the_sentence_in_whose_time_they_begin() {
        let words = [word("Stop", 100, 400), word("Go", 1_200, 1_500)];
        let sentences = [sentence("Stop.", 0, 500), sentence("…", 500, 1_000), sentence("Go.", 1_000, 2_000)];
        let found = cues(&sentences, &words);
        assert_eq!(found, [cue("Stop.", 100, 400), cue("…", 500, 1_000), cue("Go.", 1_200, 1_500)]);
    }

    #[test]
    fn every_cue_takes_time_and_none_begins_before_the_one_before_it_ends() {
        let text = "word ".repeat(60);
        let words = [word("word", 5, 400), word("word", 5, 5), word("word", 5, 7)];
        let found = cues(&[sentence(&text, 0, 10), sentence("Stop.", 10, 10)], &words);
        assert!(found.iter().all(|cue| cue.start < cue.end), "{found:?}");
        assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start), "{found:?}");
    }
}
