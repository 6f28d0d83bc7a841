//! What is encoded and decoded here, by a program that has done so for long.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use wheelhouse_audio::{Container, Layout, layout_for};
use wheelhouse_core::speech::Encoding;

use crate::{
    coding::{decoded, encoded, is_there, makeable},
    signal::{channel, likeness, voice},
};

/// What `ffmpeg` makes of `input`; a complaint of this kind or worse is a failure. `None` where it is not
/// there.
fn ffmpeg(complaints: &str, arguments: &[&str], input: Vec<u8>) -> Option<Vec<u8>> {
    let child = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", complaints])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    if !is_there("ffmpeg", child.is_ok()) {
        return None;
    }
    let mut child = child.unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || pipe.write_all(&input));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    // It guesses how long a stream is, and says so.
    let complaint = complaint.lines().find(|line| !line.contains("Estimating"));
    assert!(output.status.success() && complaint.is_none(), "{arguments:?}: {complaint:?}");
    Some(output.stdout)
}

fn samples_of(bytes: &[u8]) -> Vec<i16> {
    bytes.as_chunks().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect()
}

const RATES: [u32; 7] = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

#[test]
fn it_reads_what_is_encoded_here() {
    for (container, _) in makeable() {
        let name = match container {
            Container::Pcm | Container::Wav => continue,
            Container::Opus => "ogg",
            other => other.as_str(),
        };
        for layout in
            RATES.into_iter().flat_map(|sample_rate| [1, 2].map(|channels| Layout { sample_rate, channels }))
        {
            if layout_for(container, layout) != layout {
                continue;
            }
            let samples = voice(layout, 1.0);
            let bytes = encoded(container, layout, &samples, 1_000);
            let (rate, channels) = (layout.sample_rate.to_string(), layout.channels.to_string());
            let arguments = ["-f", name, "-i", "-", "-f", "s16le", "-ar", &rate, "-ac", &channels, "-"];
            let Some(out) = ffmpeg("warning", &arguments, bytes) else { return };
            let out = samples_of(&out);
            let less = layout.sample_rate as usize / 50 * usize::from(layout.channels);
            assert!(out.len() + less >= samples.len(), "{container:?} {layout:?}: {} samples", out.len());
            for index in 0..layout.channels {
                let [a, b] = [&samples, &out].map(|all| channel(all, index.into(), layout.channels));
                let (delay, correlation, _) = likeness(&a[..a.len() * 3 / 4], &b, 2_200);
                assert!(correlation > 0.93, "{container:?} {layout:?}: {correlation:.3} at {delay}");
            }
        }
    }
}

#[test]
fn what_it_encodes_is_read_here() {
    let forms: [(Encoding, &str, &[&str], f64); 6] = [
        (Encoding::Mp3, "mp3", &["-c:a", "libmp3lame", "-b:a", "48k"], 0.97),
        (Encoding::Mp3, "mp3", &["-c:a", "libmp3lame", "-q:a", "4"], 0.97),
        (Encoding::Opus, "ogg", &["-c:a", "libopus", "-b:a", "32k"], 0.93),
        (Encoding::Flac, "flac", &["-c:a", "flac", "-compression_level", "8"], 0.999_99),
        (Encoding::Flac, "flac", &["-c:a", "flac", "-sample_fmt", "s32"], 0.999_99),
        (Encoding::Aac, "adts", &["-c:a", "aac", "-b:a", "96k"], 0.97),
    ];
    for (encoding, name, flags, least) in forms {
        for layout in [24_000, 44_100]
            .into_iter()
            .flat_map(|sample_rate| [1, 2].map(|channels| Layout { sample_rate, channels }))
        {
            if encoding == Encoding::Opus && layout.sample_rate == 44_100 {
                continue;
            }
            let samples = voice(layout, 1.0);
            let (rate, channels) = (layout.sample_rate.to_string(), layout.channels.to_string());
            let mut arguments = vec!["-f", "s16le", "-ar", &rate, "-ac", &channels, "-i", "-"];
            arguments.extend(flags);
            arguments.extend(["-f", name, "-"]);
            let bytes = encoded(Container::Pcm, layout, &samples, 10_000);
            let Some(bytes) = ffmpeg("error", &arguments, bytes) else { return };
            let (out, read, end) = decoded(encoding, layout, &bytes, 1_000);
            assert_eq!((read, end), (Some(layout), Ok(())), "{encoding:?} {flags:?}");
            assert!(
                out.len() >= samples.len(),
                "{encoding:?} {layout:?}: {} of {}",
                out.len(),
                samples.len()
            );
            for index in 0..layout.channels {
                let [a, b] = [&samples, &out].map(|all| channel(all, index.into(), layout.channels));
                let (delay, correlation, _) = likeness(&a[..a.len() * 3 / 4], &b, 3_000);
                assert!(
                    correlation > least,
                    "{encoding:?} {flags:?} {layout:?}: {correlation:.5} at {delay}"
                );
            }
        }
    }
}
