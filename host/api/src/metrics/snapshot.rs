//! A snapshot of plugins and chains as figures.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, NoLabelSet},
    metrics::MetricType,
};
use wheelhouse_core::plugin::PluginState;
use wheelhouse_services::{
    BreakerState, MemberState, MemberStatus, MetricsSnapshot, SpeechFigures, metrics::PluginFigures,
};

/// What is written down at a scrape, beside what was counted before it.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) of: MetricsSnapshot,
    pub(super) open_sockets: usize,
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let encoder = &mut encoder;
        let uptime = self.of.liveness.uptime_seconds;
        single(encoder, "uptime_seconds", "Seconds since the host began to serve.", uptime)?;
        single(encoder, "websockets_open", "Open sockets of PAM.", self.open_sockets as u64)?;
        speech(encoder, self.of.speech)?;
        plugins(encoder, &self.of.plugins)?;
        chains(encoder, &[("speech", &self.of.engines), ("chat", &self.of.providers)])
    }
}

fn speech(encoder: &mut DescriptorEncoder<'_>, of: SpeechFigures) -> fmt::Result {
    let SpeechFigures { counts, working, waiting, kept } = of;
    single(encoder, "speech_sentences_working", "Sentences that engines work on.", working as u64)?;
    single(
        encoder,
        "speeches_waiting",
        "Speeches that wait until an engine may work on them.",
        waiting as u64,
    )?;
    let tiers = [("memory", kept.memory), ("disk", kept.disk)];
    let tiers = tiers.into_iter().map(|(tier, bytes)| ([("tier", tier)], bytes));
    gauges(encoder, "speech_kept_bytes", "Speech that this process keeps.", tiers)?;
    let of = [("made", counts.made), ("found", counts.found), ("joined", counts.joined)];
    let help = "Speeches that were made, found among those that were kept, or joined while they were made for others.";
    counters(encoder, "speeches", help, of.into_iter().map(|(source, count)| ([("source", source)], count)))?;
    let help = "Sentences that an engine broke off, so that the next one had to go on.";
    counters(encoder, "speech_breaks", help, std::iter::once(([("chain", "speech")], counts.broke_off)))
}

fn plugins(encoder: &mut DescriptorEncoder<'_>, plugins: &[PluginFigures]) -> fmt::Result {
    let states = plugins.iter().flat_map(|it| {
        let states = PluginState::NAMES.into_iter();
        states.map(|state| ([("plugin", it.plugin.as_str()), ("state", state)], it.state.as_str() == state))
    });
    gauges(encoder, "plugin_state", "1 for the state that the plugin is in.", one_hot(states))?;
    let calls = plugins.iter().map(|it| ([("plugin", it.plugin.as_str())], it.vitals.calls));
    counters(encoder, "plugin_calls", "Calls since the plugin's present version was loaded.", calls)?;
    let failures = plugins.iter().map(|it| ([("plugin", it.plugin.as_str())], it.vitals.failures));
    counters(encoder, "plugin_failures", "Calls that ended in a trap, at a limit or out of time.", failures)?;
    let resting = plugins.iter().map(|it| {
        // Whole seconds, and never none while it rests.
        let seconds = it.vitals.resting.map_or(0, |rest| rest.as_millis().div_ceil(1_000) as u64);
        ([("plugin", it.plugin.as_str())], seconds)
    });
    gauges(encoder, "plugin_resting_seconds", "How long the plugin is left alone from now on.", resting)?;
    let usage = || {
        plugins.iter().flat_map(|it| {
            let labels = |name| [("plugin", it.plugin.as_str()), ("limit", name)];
            it.vitals.usage.iter().map(move |usage| (labels(usage.name), usage))
        })
    };
    let used = usage().filter_map(|(labels, usage)| Some((labels, usage.used?)));
    gauges(
        encoder,
        "plugin_used",
        "What the plugin uses of a limit, or the most that one call has used.",
        used,
    )?;
    let limits = usage().map(|(labels, usage)| (labels, usage.limit));
    gauges(encoder, "plugin_limit", "What the plugin may use, in the limit's own unit.", limits)
}

fn chains(encoder: &mut DescriptorEncoder<'_>, chains: &[(&str, &[MemberStatus])]) -> fmt::Result {
    let members =
        || chains.iter().flat_map(|(chain, members)| members.iter().map(move |member| (*chain, member)));
    let labels = |chain, member, state| [("chain", chain), ("member", member), ("state", state)];
    let states = members().flat_map(|(chain, member)| {
        let states = MemberState::ALL.into_iter();
        states.map(move |state| (labels(chain, member.id.as_str(), state.as_str()), member.state == state))
    });
    gauges(encoder, "chain_member_state", "1 for the state that the member is in.", one_hot(states))?;
    let breakers = members().flat_map(|(chain, member)| {
        let states = BreakerState::ALL.into_iter();
        states.map(move |state| (labels(chain, member.id.as_str(), state.as_str()), member.breaker == state))
    });
    gauges(
        encoder,
        "chain_breaker_state",
        "1 for the state that the member's breaker is in.",
        one_hot(breakers),
    )
}

fn one_hot<L>(states: impl Iterator<Item = (L, bool)>) -> impl Iterator<Item = (L, u64)> {
    states.map(|(labels, is_it)| (labels, u64::from(is_it)))
}

fn single(encoder: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
}

fn gauges<L: EncodeLabelSet>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    samples: impl Iterator<Item = (L, u64)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in samples {
        metric.encode_family(&labels)?.encode_gauge(&value)?;
    }
    Ok(())
}

fn counters<L: EncodeLabelSet>(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    samples: impl Iterator<Item = (L, u64)>,
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, value) in samples {
        metric.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&value, None)?;
    }
    Ok(())
}
