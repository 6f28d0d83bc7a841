//! Words that no dictionary has: a small network reads them letter by letter.

use std::collections::HashMap;

use rten::{Model, NodeId, Value, ValueOrView};
use rten_tensor::{AsView, NdTensor};
use serde_json::Value as Json;

use crate::Error;
use crate::model::{Aligned, options};

static NETWORK: &Aligned<[u8]> = &Aligned(*include_bytes!("../../data/oov.onnx"));
static TABLES: &str = include_str!("../../data/oov.json");
const PART: &str = "the network for unknown words";

/// Reads any word that is written in an alphabet.
pub(super) struct Unknown {
    network: Model,
    input: NodeId,
    output: NodeId,
    /// Number of each letter for the network.
    letters: HashMap<char, i32>,
    /// Phoneme of each number that the network gives, counted from one; zero is silence.
    phonemes: Vec<char>,
    /// Letters of a word at most.
    longest: usize,
}

impl Unknown {
    pub(super) fn load() -> Result<Unknown, Error> {
        let tables: Json = serde_json::from_str(TABLES).map_err(|error| Error::load(PART, &error))?;
        let characters = |key: &str| -> Vec<char> {
            let list = tables[key].as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(|c| c.as_str()?.chars().next()).collect()
        };
        let network = options().load_static_slice(&NETWORK.0).map_err(|error| Error::load(PART, &error))?;
        let node = |name| network.node_id(name).map_err(|error| Error::load(PART, &error));
        Ok(Unknown {
            input: node("chars")?,
            output: node("ids")?,
            letters: characters("in").into_iter().zip(1..).collect(),
            phonemes: characters("out"),
            longest: tables["maxlen"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(24),
            network,
        })
    }

    /// The phonemes of a word; empty when it has no letter that the network knows, or when the network fails.
    pub(super) fn read(&self, word: &str) -> String {
        let numbers: Vec<i32> = word.chars().filter_map(|c| self.letters.get(&c).copied()).collect();
        let readings: Vec<String> =
            numbers.chunks(self.longest).filter_map(|chunk| self.run(chunk)).collect();
        readings.concat()
    }

    fn run(&self, letters: &[i32]) -> Option<String> {
        let input = Value::from_shape([1, letters.len()], letters.to_vec()).ok()?;
        let inputs: Vec<(NodeId, ValueOrView<'_>)> = vec![(self.input, input.into())];
        let [output] = self.network.run_n(inputs, [self.output], None).ok()?;
        let numbers: NdTensor<i32, 2> = output.try_into().ok()?;
        let mut phonemes = String::new();
        let mut last = 0;
        for number in numbers.to_vec() {
            // Zero separates; the same number twice in a row is one phoneme.
            if number != last && number > 0 {
                phonemes.extend(usize::try_from(number - 1).ok().and_then(|index| self.phonemes.get(index)));
            }
            last = number;
        }
        Some(phonemes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_no_dictionary_has() -> Result<(), Error> {
        let unknown = Unknown::load()?;
        assert_eq!(unknown.read("hibari"), "hɪbˈɑɹɹi");
        assert_ne!(unknown.read("Привет"), "");
        assert_ne!(unknown.read(&"zx".repeat(1_000)), "");
        for word in ["", "漢", "123", "!"] {
            assert_eq!(unknown.read(word), "");
        }
        Ok(())
    }
}
