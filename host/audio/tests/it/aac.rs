//! AAC, by a program of the machine.

use wheelhouse_audio::{Container, Encoder, Layout, aac_available};

use crate::{coding::is_there, signal::voice};

const LAYOUT: Layout = Layout { sample_rate: 24_000, channels: 1 };

#[test]
fn frames_come_while_samples_still_go_in() {
    if !is_there("an ffmpeg that encodes AAC", aac_available()) {
        return;
    }
    let mut encoder = Encoder::new(Container::Aac, LAYOUT).unwrap();
    let mut bytes = Vec::new();
    // More than all pipes on the way hold.
    encoder.push(&voice(LAYOUT, 20.0), &mut bytes).unwrap();
    assert!(bytes.len() > 50_000, "{} bytes before the end", bytes.len());
    let before = bytes.len();
    encoder.finish(&mut bytes).unwrap();
    assert!(bytes.len() > before);
}

#[test]
fn an_encoder_that_is_dropped_leaves_no_process_behind() {
    if !is_there("an ffmpeg that encodes AAC", aac_available()) {
        return;
    }
    // A process belongs to the thread that started it.
    let children = || -> usize {
        let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0 };
        let lists = threads.flatten().map(|thread| std::fs::read_to_string(thread.path().join("children")));
        lists.flatten().map(|list| list.split_whitespace().count()).sum()
    };
    // Other tests have children too, so more than one try may be needed.
    for _ in 0..20 {
        let before = children();
        let mut encoder = Encoder::new(Container::Aac, LAYOUT).unwrap();
        encoder.push(&voice(LAYOUT, 0.1), &mut Vec::new()).unwrap();
        drop(encoder);
        if children() <= before {
            return;
        }
    }
    panic!("processes are left behind");
}
