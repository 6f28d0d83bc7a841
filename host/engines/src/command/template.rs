//! The words that a program is started with.

use super::CommandVoice;

/// What espeak-ng and its like take for their own pace, in words a minute.
const OWN_PACE: f32 = 175.0;

const PLACEHOLDERS: [&str; 5] = ["voice", "language", "speed", "words_per_minute", "length_scale"];

/// A command whose placeholders are known.
#[derive(Debug, Clone)]
pub(super) struct Template {
    program: String,
    arguments: Vec<String>,
}

/// A program and its arguments.
pub(super) struct Words {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
}

impl Template {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(command: &[String]) -> Result<Self, String> {
        let Some((program, arguments)) =
            command.split_first().filter(|(program, _)| !program.trim().is_empty())
        else {
            return Err("the program and its arguments, as in [\"espeak-ng\", \"--stdout\"]".to_owned());
        };
        for argument in arguments {
            if let Some(unknown) = placeholders(argument).find(|name| !PLACEHOLDERS.contains(name)) {
                let known = PLACEHOLDERS.map(|name| format!("{{{name}}}")).join(", ");
                return Err(format!("there is no `{{{unknown}}}`; there are {known}"));
            }
        }
        Ok(Self { program: program.clone(), arguments: arguments.to_vec() })
    }

    pub(super) fn program(&self) -> &str {
        &self.program
    }

    /// Whether it can be told a pace.
    pub(super) fn has_speed(&self) -> bool {
        let paces = |name: &str| matches!(name, "speed" | "words_per_minute" | "length_scale");
        self.arguments.iter().any(|argument| placeholders(argument).any(paces))
    }

    pub(super) fn fill(&self, voice: &CommandVoice, speed: f32) -> Words {
        let fill = |argument: &String| {
            let mut filled = String::with_capacity(argument.len());
            let mut rest = argument.as_str();
            // Once through, so that nothing in a value is taken for a placeholder.
            while let Some((before, name, after)) = split(rest) {
                filled.push_str(before);
                match name {
                    "voice" => filled.push_str(voice.argument.as_ref().unwrap_or(&voice.id)),
                    "language" => filled.push_str(&voice.language),
                    "words_per_minute" => filled.push_str(&format!("{:.0}", OWN_PACE * speed)),
                    "length_scale" => filled.push_str(&format!("{:.3}", 1.0 / speed)),
                    _ => filled.push_str(&format!("{speed:.3}")),
                }
                rest = after;
            }
            filled.push_str(rest);
            filled
        };
        Words { program: self.program.clone(), arguments: self.arguments.iter().map(fill).collect() }
    }
}

/// The first placeholder's name, and what is before and after it.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(split(text), |(_, _, after)| split(after)).map(|(_, name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(argument: &str, speed: f32) -> String {
        let voice = CommandVoice {
            id: "amy".to_owned(),
            language: "en-GB".to_owned(),
            argument: Some("/voices/{speed}.onnx".to_owned()),
            name: None,
            gender: None,
        };
        let template = Template::new(&["say".to_owned(), argument.to_owned()]).expect("it is in order");
        template.fill(&voice, speed).arguments.remove(0)
    }

    #[test]
    fn placeholders_stand_for_the_voice_and_the_pace() {
        assert_eq!(filled("{language}/{speed}", 1.25), "en-GB/1.250");
        assert_eq!(filled("-s{words_per_minute}", 2.0), "-s350");
        assert_eq!(filled("{length_scale}", 2.0), "0.500");
        assert_eq!(filled("as it is", 1.0), "as it is");
    }

    #[test]
    fn what_a_voice_is_called_is_not_read_again() {
        assert_eq!(filled("{voice}", 1.0), "/voices/{speed}.onnx");
    }

    #[test]
    fn unknown_placeholder_and_no_program_are_problems() {
        let problem = |words: &[&str]| {
            Template::new(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).err()
        };
        assert!(problem(&["say", "{voice}{pitch}"]).is_some_and(|problem| problem.contains("{pitch}")));
        assert!(problem(&[]).is_some() && problem(&[" "]).is_some());
        assert_eq!(problem(&["say", "{voice}"]), None);
    }
}
