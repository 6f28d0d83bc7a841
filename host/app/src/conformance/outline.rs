//! What a component imports, against what there is and what it asks for.

use wheelhouse_runtime::{Declared, Need, Outline};

use super::report::Recorder;

/// Whether the host can load it at all.
pub(super) fn check(outline: &Outline, recorder: &mut Recorder<'_>) -> bool {
    if !outline.problems.is_empty() {
        recorder.failed("inspect", outline.problems.join("; "));
        return false;
    }
    let short = |name: &String| {
        let name = name.split_once('@').map_or(name.as_str(), |(name, _)| name);
        name.strip_prefix("wheelhouse:plugin/").unwrap_or(name).to_owned()
    };
    let exports: Vec<String> = outline.exports.iter().map(short).collect();
    let contract =
        outline.contract.as_ref().map(|version| format!("contract {version}; ")).unwrap_or_default();
    recorder.ok("inspect", format!("{contract}brings {}", exports.join(", ")));
    true
}

/// Whatever it imports that needs a grant, it has to ask for: else no operator knows to grant it.
pub(super) fn check_asks(outline: &Outline, declared: &Declared, recorder: &mut Recorder<'_>) {
    let unasked: Vec<String> = outline
        .imports
        .iter()
        .filter_map(|import| match import.need {
            Need::Grant(grant) => {
                let capability = grant.split_once(':').map_or(grant, |(capability, _)| capability);
                let is_asked = declared.asks.iter().any(|ask| ask.name == capability);
                (!is_asked).then(|| format!("`{}` without asking for `{capability}`", import.name))
            }
            _ => None,
        })
        .collect();
    if !unasked.is_empty() {
        return recorder.failed(
            "imports",
            format!(
                "it imports {}, so that no operator would grant it; have it ask in its description, or leave the import out",
                unasked.join(" and ")
            ),
        );
    }
    let asks: Vec<String> = declared
        .asks
        .iter()
        .map(|ask| match ask.targets.is_empty() {
            true => ask.name.clone(),
            false => format!("{} ({})", ask.name, ask.targets.join(", ")),
        })
        .collect();
    let asks = if asks.is_empty() { "nothing".to_owned() } else { asks.join(", ") };
    recorder.ok("imports", format!("it asks for {asks}"));
}
