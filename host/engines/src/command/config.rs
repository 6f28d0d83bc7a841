//! `[engines.<id>]` with `kind = "command"`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wheelhouse_core::{Secret, speech::Gender};

use super::template::Template;

/// A program that reads text and writes audio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandConfig {
    /// The program and its arguments, a word each, as no shell reads them. `{voice}` stands for the voice's `argument`, `{language}` for
    /// its language, `{speed}` for the pace as a factor, `{words_per_minute}` for the same with 175 as 1, `{length_scale}` for its inverse.
    /// A command without any of the last three speaks at its own pace whatever is asked for.
    pub command: Vec<String>,
    /// What it writes to its standard output.
    #[serde(default)]
    pub output: CommandOutput,
    /// Its voices, the first of which speaks when nobody asks for one. At least one.
    pub voices: Vec<CommandVoice>,
    /// Variables of its environment, beside `PATH`, `HOME` and those of the language, which are the host's. A key may be among them.
    #[serde(default)]
    pub environment: BTreeMap<String, Secret>,
    /// How long it may take for a text, in seconds, 1 to 3,600.
    #[serde(default = "default_seconds")]
    pub seconds: u64,
    /// How many of it run at once, 1 to 256; more wait.
    #[serde(default = "default_at_once")]
    pub at_once: u32,
}

fn default_seconds() -> u64 {
    120
}

fn default_at_once() -> u32 {
    2
}

/// The form of a command's audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CommandOutput {
    /// WAV with 16-bit samples, which says its rate and channels itself.
    #[default]
    Wav,
    /// Signed 16-bit little-endian samples.
    Pcm {
        /// Samples a second and channel, 8,000 to 192,000.
        sample_rate: u32,
        /// 1 or 2.
        #[serde(default = "mono")]
        channels: u8,
    },
}

fn mono() -> u8 {
    1
}

/// One voice of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandVoice {
    /// Unique in the engine.
    pub id: String,
    /// BCP 47 tag.
    pub language: String,
    /// What stands for `{voice}`: a name or a file that the program knows. Without it, the id.
    #[serde(default)]
    pub argument: Option<String>,
    /// For people. Without it, the id.
    #[serde(default)]
    pub name: Option<String>,
    /// How it sounds. Without it, neutral.
    #[serde(default)]
    pub gender: Option<Gender>,
}

impl CommandConfig {
    /// What is wrong with it, a sentence each that begins with the setting, of which `section` is the section.
    pub fn problems(&self, section: &str) -> Vec<String> {
        let mut problems = Vec::new();
        if let Err(problem) = Template::new(&self.command) {
            problems.push(format!("{section}.command: {problem}"));
        }
        if self.voices.is_empty() {
            problems.push(format!("{section}.voices: name at least one, with `id` and `language`"));
        }
        for (place, voice) in self.voices.iter().enumerate() {
            if voice.id.trim().is_empty() || voice.language.trim().is_empty() {
                problems.push(format!("{section}.voices: `id` and `language` must not be empty"));
            }
            if self.voices[..place].iter().any(|other| other.id == voice.id) {
                problems.push(format!("{section}.voices: there are two of the id `{}`", voice.id));
            }
        }
        if let CommandOutput::Pcm { sample_rate, channels } = self.output
            && (!(8_000..=192_000).contains(&sample_rate) || !(1..=2).contains(&channels))
        {
            problems.push(format!("{section}.output: 8000 to 192000 samples a second, and 1 or 2 channels"));
        }
        for (field, value, most) in
            [("seconds", self.seconds, 3_600), ("at_once", u64::from(self.at_once), 256)]
        {
            if !(1..=most).contains(&value) {
                problems.push(format!("{section}.{field}: is {value} and must be from 1 to {most}"));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ESPEAK: &str = r#"{
        "command": ["espeak-ng", "--stdout", "-v", "{voice}", "-s", "{words_per_minute}"],
        "voices": [{ "id": "en-us", "language": "en-US" }]
    }"#;

    fn espeak() -> CommandConfig {
        serde_json::from_str(ESPEAK).expect("it is in order")
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let config = espeak();
        assert_eq!((config.output, config.seconds, config.at_once), (CommandOutput::Wav, 120, 2));
        assert_eq!(config.problems("engines.espeak"), Vec::<String>::new());
    }

    #[test]
    fn all_problems_are_told_at_once_and_begin_with_the_setting() {
        let voice =
            CommandVoice { id: "a".into(), language: "en".into(), argument: None, name: None, gender: None };
        let config = CommandConfig {
            command: vec!["say".into(), "{voic}".into()],
            output: CommandOutput::Pcm { sample_rate: 1, channels: 1 },
            voices: vec![voice.clone(), voice],
            seconds: 0,
            at_once: 1_000,
            ..espeak()
        };
        let problems = config.problems("engines.x");
        let settings: Vec<&str> =
            problems.iter().filter_map(|p| p.split_once(": ")).map(|(s, _)| s).collect();
        assert_eq!(
            settings,
            [
                "engines.x.command",
                "engines.x.voices",
                "engines.x.output",
                "engines.x.seconds",
                "engines.x.at_once"
            ]
        );
    }

    #[test]
    fn pcm_has_one_channel_unless_it_says_otherwise() {
        let output: CommandOutput =
            serde_json::from_str(r#"{"pcm": {"sample_rate": 22050}}"#).expect("it is in order");
        assert_eq!(output, CommandOutput::Pcm { sample_rate: 22_050, channels: 1 });
    }
}
