//! The part of SSML that is spoken, read strictly: what is not known is refused with its place and with what
//! there is.

use std::time::Duration;

use roxmltree::{Document, NS_XML_URI, Node};
use wheelhouse_core::{Failure, Result, language::is_tag};

use super::{
    Line, Prosody,
    element::Element,
    flow::Flow,
    prosody,
    say_as::{self, SayAs},
    xml::{Source, shorten},
};

/// Elements inside of one another.
const MAX_DEPTH: usize = 16;
/// Elements in all.
const MAX_ELEMENTS: usize = 1_000;
/// All pauses together.
const MAX_SILENCE: Duration = Duration::from_secs(60);

/// Whether a text is SSML: begins with `<speak`, after white space, an XML declaration, comments or a
/// DOCTYPE.
pub(super) fn is_ssml(text: &str) -> bool {
    let mut rest = Source::new(text).text();
    for (opening, closing) in [("<?xml", "?>"), ("<!--", "-->")] {
        while let Some(behind) = rest.strip_prefix(opening) {
            let Some((_, behind)) = behind.split_once(closing) else { return false };
            rest = behind.trim_start();
        }
    }
    let named = |prefix: &str| {
        let end = |c: char| c.is_whitespace() || matches!(c, '>' | '/');
        rest.strip_prefix(prefix).is_some_and(|behind| behind.is_empty() || behind.starts_with(end))
    };
    named("<speak") || named("<!DOCTYPE speak")
}

/// What is to be spoken. The language of the text is `language`, or else the root's `xml:lang`.
///
/// # Errors
/// `Invalid` naming `text`, with the place of what is wrong and what would be right.
pub(super) fn lines(text: &str, language: Option<&str>) -> Result<Vec<Line>> {
    let source = Source::new(text);
    let document = source.parse()?;
    let language = language.or(own_language(&document));
    let flow = Flow::new(language);
    let mut reader = Reader { source, language, flow, elements: 0, silence: Duration::ZERO };
    reader.root(&Element::root(source, document.root_element())?)?;
    let lines = reader.flow.finish();
    if lines.iter().any(|line| matches!(line, Line::Say(_))) {
        return Ok(lines);
    }
    Err(Failure::invalid_field("text", "has nothing in it that can be spoken"))
}

/// The root's `xml:lang`; `None` when there is none, or the text is no document.
pub(super) fn language(text: &str) -> Option<String> {
    own_language(&Source::new(text).parse().ok()?).map(str::to_owned)
}

fn own_language<'d>(document: &'d Document<'_>) -> Option<&'d str> {
    document.root_element().attribute((NS_XML_URI, "lang")).map(str::trim)
}

struct Reader<'d, 't> {
    source: Source<'t>,
    language: Option<&'d str>,
    flow: Flow<'d>,
    elements: usize,
    silence: Duration,
}

/// Where an element stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    prosody: Prosody,
    /// The `p` or `s` that it stands in.
    inside: Option<&'static str>,
}

impl<'d, 't> Reader<'d, 't> {
    fn root(&mut self, root: &Element<'d, 't>) -> Result<()> {
        let version = |value: &str| matches!(value, "1.0" | "1.1").then_some(());
        root.value("version", version, "1.0 or 1.1")?;
        root.value("xml:lang", |tag| is_tag(tag).then_some(()), "a BCP 47 tag such as `en-US`")?;
        self.children(root, Place { depth: 1, prosody: Prosody::default(), inside: None })
    }

    fn children(&mut self, parent: &Element<'d, 't>, place: Place) -> Result<()> {
        for child in parent.node.children() {
            if child.is_element() {
                self.element(child, place)?;
            } else if let Some(text) = child.text().filter(|_| child.is_text()) {
                self.flow.say(text, place.prosody);
            }
        }
        Ok(())
    }

    fn element(&mut self, node: Node<'d, 't>, outer: Place) -> Result<()> {
        let element = &Element::inner(self.source, node)?;
        let place = Place { depth: outer.depth + 1, ..outer };
        self.elements += 1;
        if place.depth > MAX_DEPTH {
            let rule = format!("there may be {MAX_DEPTH} elements inside of one another");
            return Err(element.wrong("is nested too deep", rule));
        }
        if self.elements > MAX_ELEMENTS {
            return Err(element.wrong("has one element too many", format!("there may be {MAX_ELEMENTS}")));
        }
        match element.name {
            "p" | "s" => self.block(element, place),
            "break" => self.pause(element),
            "prosody" => self.prosody(element, place),
            "say-as" => self.say_as(element, place),
            "sub" => {
                let alias = |alias: &'d str| (!alias.is_empty()).then_some(alias);
                let alias = element.required("alias", alias, "what is said instead")?;
                element.content()?;
                self.flow.say(alias, place.prosody);
                Ok(())
            }
            // No engine can be told to stress a word, so it is said like any other.
            _ => {
                let is_level = |value: &str| matches!(value, "strong" | "moderate" | "none" | "reduced");
                let level = |value: &str| is_level(value).then_some(());
                element.value("level", level, "strong, moderate, none or reduced")?;
                self.children(element, place)
            }
        }
    }

    /// `p` or `s`.
    fn block(&mut self, element: &Element<'d, 't>, place: Place) -> Result<()> {
        let name = element.name;
        if let Some(outer) = place.inside
            && (outer, name) != ("p", "s")
        {
            return Err(element.wrong(format!("has `{name}` inside of `{outer}`"), "close that one first"));
        }
        self.flow.end_paragraph();
        self.children(element, Place { inside: Some(name), ..place })?;
        if name == "s" {
            self.flow.end_sentence();
        } else {
            self.flow.end_paragraph();
        }
        Ok(())
    }

    fn pause(&mut self, element: &Element<'d, 't>) -> Result<()> {
        let time = element.value("time", prosody::time, prosody::TIME)?;
        let strength = element.value("strength", prosody::strength, prosody::STRENGTH)?;
        if !element.content()?.trim().is_empty() {
            return Err(
                element.wrong("has text inside of `break`", "write `<break/>`, and the text behind it")
            );
        }
        let pause = time.or(strength).unwrap_or(prosody::BREAK);
        self.silence += pause;
        if self.silence > MAX_SILENCE {
            let rule = format!("all together may last {} seconds", MAX_SILENCE.as_secs());
            return Err(element.wrong("has a pause too many", rule));
        }
        if !pause.is_zero() {
            self.flow.pause(pause);
        }
        Ok(())
    }

    fn prosody(&mut self, element: &Element<'d, 't>, place: Place) -> Result<()> {
        let plain = Prosody::default();
        let own = Prosody {
            speed: element.value("rate", prosody::rate, prosody::RATE)?.unwrap_or(plain.speed),
            pitch: element.value("pitch", prosody::pitch, prosody::PITCH)?.unwrap_or(plain.pitch),
            volume: element.value("volume", prosody::volume, prosody::VOLUME)?.unwrap_or(plain.volume),
        };
        self.children(element, Place { prosody: own.inside(place.prosody), ..place })
    }

    fn say_as(&mut self, element: &Element<'d, 't>, place: Place) -> Result<()> {
        let kind = element.required("interpret-as", SayAs::find, say_as::KINDS)?;
        let with_format = |format: &str| kind.clone().with_format(format);
        let kind = element.value("format", with_format, kind.formats())?.unwrap_or(kind);
        let text = element.content()?;
        let Some(said) = kind.read(&text, self.language) else {
            let what = format!("has `{}`", shorten(text.trim()));
            return Err(element.wrong(what, format!("expected is {}", kind.expected())));
        };
        self.flow.say(&said, place.prosody);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Sentence, dice::Dice},
        *,
    };

    /// Says with their speed, pauses with their milliseconds.
    #[track_caller]
    fn told(inner: &str) -> Vec<String> {
        let lines = lines(&format!("<speak>{inner}</speak>"), None).expect("what is spoken");
        let tell = |line| match line {
            Line::Say(sentence) if sentence.prosody == Prosody::default() => sentence.text,
            Line::Say(sentence) => {
                let Prosody { speed, pitch, volume } = sentence.prosody;
                format!("{} @{speed} {pitch} {volume}", sentence.text)
            }
            Line::Pause(pause) => format!("{}", pause.as_millis()),
        };
        lines.into_iter().map(tell).collect()
    }

    #[track_caller]
    fn is_refused(inner: &str, message: &str) {
        let refusal = lines(&format!("<speak>{inner}</speak>"), None).expect_err("a mistake");
        assert_eq!(refusal.message, format!("text: {message}"));
        assert_eq!(refusal.fields[0].field, "text");
    }

    #[track_caller]
    fn is_refused_for(text: &str, part: &str) {
        let refusal = lines(text, None).expect_err("a mistake").message;
        assert!(refusal.contains(part), "{refusal}");
    }

    #[test]
    fn ssml_is_told_from_other_text() {
        for text in [
            "<speak>",
            " \n<speak version='1.0'>",
            "<?xml version=\"1.0\"?>\n<speak/>",
            "\u{feff}<!-- a --><speak",
            "<!DOCTYPE speak PUBLIC \"\"><speak/>",
        ] {
            assert!(is_ssml(text), "{text}");
        }
        for text in ["", "Say <speak>", "<speaker>", "<?xml", "<p>", "<SPEAK>", "speak"] {
            assert!(!is_ssml(text), "{text}");
        }
    }

    #[test]
    fn text_is_cut_into_sentences_across_elements_and_markdown_is_text() {
        let inner = "\n  The road to <sub alias=\"Doctor\">Dr.</sub> Smith is\n <emphasis>closed</emphasis>. \
                     *Take* #2! It goes <![CDATA[<there>]]> &amp; back.<!-- a comment --><?php 1 ?>";
        let said = ["The road to Doctor Smith is closed.", "*Take* #2! It goes <there> & back."];
        assert_eq!(told(inner), said);
    }

    #[test]
    fn paragraphs_and_sentences_end_what_is_said() {
        let inner = "<p>The road is closed</p><p><s>Take exit 3. Then wait</s><s>We come soon now</s></p>\
                     The end is near";
        let said = ["The road is closed", "Take exit 3. Then wait", "We come soon now", "The end is near"];
        assert_eq!(told(inner), said);
    }

    #[test]
    fn pauses_have_a_time_or_a_strength() {
        let inner = "Wait<break time='1.5s'/>for<break/>us<break strength='strong'/>at<break time='0s'/> \
                     the<break strength='none'/> arch<break time='20ms' strength='weak'/>";
        assert_eq!(told(inner), ["Wait", "1500", "for", "500", "us", "1000", "at the arch", "20"]);
    }

    #[test]
    fn prosody_is_inside_of_prosody() {
        let inner = "Go on now. <prosody rate='50%' pitch='+2st'>Slow down here, <prosody rate='2.0' \
                     volume='silent'>now then</prosody>.</prosody> Stop over there.";
        let said = ["Go on now.", "Slow down here, @0.5 2 1", "now then. @1 2 0", "Stop over there."];
        assert_eq!(told(inner), said);
        let deep = format!("{}now{}", "<prosody rate='4'>".repeat(3), "</prosody>".repeat(3));
        assert_eq!(told(&deep), ["now @4 0 1"]);
    }

    #[test]
    fn signs_are_said_in_words_inside_of_their_sentence() {
        let inner = "Take exit <say-as interpret-as='cardinal'>12</say-as> at <say-as interpret-as='time' \
                     format='hms12'>2:30pm</say-as> on \
                     <say-as interpret-as='date' format='mdy'>1/2/2026</say-as>.";
        let said = "Take exit twelve at two thirty PM on January second, twenty twenty-six.";
        assert_eq!(told(inner), [said]);
    }

    #[test]
    fn language_is_the_requests_or_else_the_roots() {
        let text = "<speak version='1.1' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='de-DE'>\
                    Ausfahrt <say-as interpret-as='ordinal'>3.</say-as></speak>";
        let said = |language| lines(text, language).map(|lines| lines.len());
        assert_eq!(said(None), Ok(1));
        assert!(said(Some("en-US")).is_err());
        assert_eq!(language(text).as_deref(), Some("de-DE"));
        assert_eq!(language("<speak>"), None);
        is_refused_for("<speak xml:lang='de_DE'>Ja</speak>", "`xml:lang` is a BCP 47 tag");
        is_refused_for("<speak version='2'>Ja</speak>", "`version` is 1.0 or 1.1");
    }

    #[test]
    fn unknown_elements_are_refused_with_those_there_are() {
        let known = "inside of `speak` there are: p, s, break, prosody, say-as, sub, emphasis";
        is_refused(
            "Hi\n <voice name='x'>ho</voice>",
            &format!("has the element `voice` at line 2, column 2; {known}"),
        );
        is_refused("<speak>ho</speak>", &format!("has the element `speak` at line 1, column 8; {known}"));
        is_refused_for(
            "<speak xmlns:m='u'><m:express-as>ho</m:express-as></speak>",
            "the element `m:express-as`",
        );
        is_refused_for(
            "<speak><p xmlns='u'>ho</p></speak>",
            "has `p` of another namespace at line 1, column 8",
        );
        is_refused_for("<html>ho</html>", "begins with `html` at line 1, column 1; the root is `speak`");
        is_refused_for("<s:speak xmlns:s='u'>ho</s:speak>", "begins with `s:speak`");
    }

    #[test]
    fn unknown_attributes_are_refused_with_those_there_are() {
        is_refused(
            "<break len='2s'/>",
            "has the attribute `len` of `break` at line 1, column 15; `break` has: time, strength",
        );
        is_refused(
            "<p xml:lang='de'>Ja</p>",
            "has the attribute `xml:lang` of `p` at line 1, column 11; `p` has no attributes",
        );
        is_refused_for("<speak onload='x'>ho</speak>", "`speak` has: version, xml:lang");
    }

    #[test]
    fn values_out_of_range_are_refused_with_what_is_taken() {
        is_refused(
            "<prosody rate=\"500%\">ho</prosody>",
            &format!("has `rate=\"500%\"` at line 1, column 17; `rate` is {}", prosody::RATE),
        );
        for (inner, part) in [
            ("<prosody pitch='+13st'>ho</prosody>", "within 12 semitones"),
            ("<prosody volume='+20dB'>ho</prosody>", "at most +12dB"),
            ("<break time='11s'/>", "at most 10 seconds"),
            ("<break strength='huge'/>", "none, x-weak"),
            ("<say-as interpret-as='currency'>$5</say-as>", "characters, spell-out, digits"),
            ("<say-as>5</say-as>", "has `say-as` without `interpret-as`"),
            ("<say-as interpret-as='cardinal' format='x'>5</say-as>", "`format` is none"),
            (
                "<say-as interpret-as='cardinal'>five</say-as>",
                "has `five` at line 1, column 8; expected is a number",
            ),
            ("<sub alias=' '>x</sub>", "what is said instead"),
            ("<sub>x</sub>", "has `sub` without `alias`"),
            ("<emphasis level='loud'>x</emphasis>", "strong, moderate"),
        ] {
            is_refused_for(&format!("<speak>{inner}</speak>"), part);
        }
    }

    #[test]
    fn elements_stand_only_where_they_mean_something() {
        for (inner, part) in [
            ("<s>a<s>b</s></s>", "has `s` inside of `s`"),
            ("<s><prosody rate='2'><p>b</p></prosody></s>", "has `p` inside of `s`"),
            ("<p><p>b</p></p>", "has `p` inside of `p`"),
            ("<sub alias='x'><p>b</p></sub>", "`sub` holds no elements"),
            ("<break>now</break>", "has text inside of `break`"),
        ] {
            is_refused_for(&format!("<speak>{inner}</speak>"), part);
        }
    }

    #[test]
    fn what_could_grow_is_bounded() {
        let nested = |depth: usize| {
            format!("<speak>{}x{}</speak>", "<emphasis>".repeat(depth), "</emphasis>".repeat(depth))
        };
        assert!(lines(&nested(15), None).is_ok());
        is_refused_for(&nested(16), "there may be 16 elements inside of one another");
        is_refused_for(&nested(100_000), "too many");
        assert!(lines(&format!("<speak>{}</speak>", "<s>x</s>".repeat(1_000)), None).is_ok());
        is_refused_for(&format!("<speak>{}</speak>", "<s>x</s>".repeat(1_001)), "there may be 1000");
        let pauses = "<break time='10s'/>".repeat(7);
        is_refused_for(&format!("<speak>x{pauses}</speak>"), "all together may last 60 seconds");
        let name = "x".repeat(100_000);
        assert!(lines(&format!("<speak><{name}/></speak>"), None).expect_err("unknown").message.len() < 300);
    }

    #[test]
    fn broken_documents_are_refused() {
        for (text, part) in [
            ("<speak>", "close every element"),
            ("<speak><p>x</speak>", "closes `speak` where `p` is open"),
            ("<speak>x</speak><speak/>", "not well-formed"),
            ("<speak>a < b</speak>", "not well-formed"),
            ("<speak>&#0;</speak>", "begins no entity"),
            ("<speak>&bull;</speak>", "unknown entity `&bull;`"),
            ("<speak a=x>", "not well-formed"),
            ("<speak><!-- -- --></speak>", "not well-formed"),
            ("<speak><![CDATA[x</speak>", "not well-formed"),
            ("<!DOCTYPE speak [<!ENTITY a \"b\">]><speak>&a;</speak>", "DOCTYPE"),
        ] {
            is_refused_for(text, part);
        }
    }

    #[test]
    fn something_must_be_said() {
        for inner in ["", " ", "<break/>", "<p><s> </s></p>"] {
            is_refused(inner, "has nothing in it that can be spoken");
        }
        assert_eq!(told("<p>✗</p>"), ["✗"]);
        assert_eq!(told("<prosody rate='2'>Really</prosody>? Yes."), ["Really? @2 0 1", "Yes."]);
    }

    #[test]
    fn any_document_is_spoken_within_bounds_or_refused() {
        let (opening, closing) = ("<prosody rate='50%'>", "</prosody>");
        let pieces = [
            opening,
            opening,
            closing,
            closing,
            "<break/>",
            "<break time='1s'/>",
            "<s>",
            "</s>",
            "<p>",
            "</p>",
            "Dr. ",
            "No. ",
            "“",
            "”",
            "?",
            "! ",
            " word",
            "word ",
            "\n",
            "。",
            "<sub alias='x y'>z</sub>",
            "&amp;",
            "<!-- -->",
            " – ",
            "漢字",
        ];
        let mut dice = Dice(0x5eed);
        let mut spoken = 0;
        for _ in 0..2_000 {
            let count = 1 + dice.roll(12);
            let text = format!("<speak>{}</speak>", dice.text(&pieces, count));
            for line in lines(&text, None).unwrap_or_default() {
                if let Line::Say(Sentence { text: said, .. }) = line {
                    assert!(said.trim() == said && (1..=400).contains(&said.chars().count()), "{text}");
                    spoken += 1;
                }
            }
        }
        assert!(spoken > 300, "{spoken}");
    }
}
