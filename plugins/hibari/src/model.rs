//! The acoustic network: from phonemes to the spectrum of speech.
//!
//! It is run in two steps. The first reads a whole sentence and gives its melody: how long each phoneme lasts,
//! the pitch, and a row of features for every frame of 12.5 ms. The second turns frames into spectra. It is
//! made of convolutions only, so it needs no more than some frames on both sides, and can be run over a short
//! window at a time: the first sound comes long before a sentence is finished, and memory stays small.

use std::collections::HashMap;
use std::ops::Range;

use rten::{Model, ModelOptions, NodeId, Value, ValueOrView, op_registry};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use crate::Error;

/// Bytes at an address that is a multiple of 64, as `rten` wants weights that it does not copy.
#[repr(C, align(64))]
pub(crate) struct Aligned<T: ?Sized>(pub(crate) T);

static NETWORK: &Aligned<[u8]> = &Aligned(*include_bytes!("../data/hibari.onnx"));
static VOCABULARY: &str = include_str!("../data/vocab.json");
const PART: &str = "the acoustic network";

/// Between the two steps: features per frame.
const FEATURES: &str = "/Concat_43_output_0";
/// How long each phoneme lasts, in pairs of frames.
const DURATIONS: &str = "/Clip_output_0";
/// The spectrum, one row a frame, before the graph cuts it into its five outputs.
const SPECTRUM: &str = "/head/Add_output_0";

/// Frames on either side that decide a frame. The convolutions reach 27 frames; what the outer eleven of them
/// add is a twentieth of what the weights lose by being 8-bit.
const CONTEXT: usize = 16;

/// The network, loaded.
pub(crate) struct Acoustics {
    network: Model,
    ids: NodeId,
    speed: NodeId,
    pitch: NodeId,
    durations: NodeId,
    features: NodeId,
    spectrum: NodeId,
    vocabulary: HashMap<char, i32>,
}

/// A sentence with its melody.
pub(crate) struct Melody {
    /// `[1, features, frames]`.
    features: NdTensor<f32, 3>,
    /// Hertz in each frame; zero or less where the voice is silent.
    pub(crate) pitch: Vec<f32>,
    /// Frames of silence before the first phoneme.
    pub(crate) lead: usize,
}

impl Melody {
    /// Length in frames of 12.5 ms.
    pub(crate) fn frames(&self) -> usize {
        self.features.size(2)
    }
}

impl Acoustics {
    pub(crate) fn load() -> Result<Acoustics, Error> {
        let network = options().load_static_slice(&NETWORK.0).map_err(|error| Error::load(PART, &error))?;
        let node = |name| network.node_id(name).map_err(|error| Error::load(PART, &error));
        let vocabulary: HashMap<char, i32> =
            serde_json::from_str(VOCABULARY).map_err(|error| Error::load("the list of phonemes", &error))?;
        Ok(Acoustics {
            ids: node("ids")?,
            speed: node("speed")?,
            pitch: node("f0")?,
            durations: node(DURATIONS)?,
            features: node(FEATURES)?,
            spectrum: node(SPECTRUM)?,
            vocabulary,
            network,
        })
    }

    /// Phonemes as numbers for the network; what it does not know is left out.
    pub(crate) fn numbers(&self, phonemes: &str) -> Vec<i32> {
        phonemes.chars().filter_map(|c| self.vocabulary.get(&c).copied()).collect()
    }

    /// First step. `phonemes` is a sentence, or a part of one; 1.0 is the voice's own speed.
    pub(crate) fn melody(&self, phonemes: &[i32], speed: f32) -> Result<Melody, Error> {
        let mut ids = Vec::with_capacity(phonemes.len() + 2);
        ids.push(0);
        ids.extend_from_slice(phonemes);
        ids.push(0);
        let ids = Value::from_shape([1, ids.len()], ids).map_err(|error| Error::run(PART, &error))?;
        let speed = Value::from_shape([1], vec![speed]).map_err(|error| Error::run(PART, &error))?;
        let inputs: Vec<(NodeId, ValueOrView<'_>)> = vec![(self.ids, ids.into()), (self.speed, speed.into())];
        let [features, pitch, durations] = self
            .network
            .run_n(inputs, [self.features, self.pitch, self.durations], None)
            .map_err(|error| Error::run(PART, &error))?;
        let features: NdTensor<f32, 3> = features.try_into().map_err(|error| Error::run(PART, &error))?;
        let pitch: NdTensor<f32, 2> = pitch.try_into().map_err(|error| Error::run(PART, &error))?;
        let durations: NdTensor<f32, 1> = durations.try_into().map_err(|error| Error::run(PART, &error))?;
        let lead = 2 * durations.iter().next().copied().unwrap_or_default() as usize;
        Ok(Melody { features, pitch: pitch.to_vec(), lead })
    }

    /// Second step: the spectra of some frames, one row after the other.
    pub(crate) fn spectra(&self, melody: &Melody, frames: Range<usize>) -> Result<Vec<f32>, Error> {
        let start = frames.start.saturating_sub(CONTEXT);
        let end = (frames.end + CONTEXT).min(melody.frames());
        let window: NdTensorView<'_, f32, 3> = melody.features.slice((.., .., start..end));
        let inputs: Vec<(NodeId, ValueOrView<'_>)> =
            vec![(self.features, Value::from(window.to_tensor()).into())];
        let [spectra] =
            self.network.run_n(inputs, [self.spectrum], None).map_err(|error| Error::run(PART, &error))?;
        let spectra: NdTensor<f32, 3> = spectra.try_into().map_err(|error| Error::run(PART, &error))?;
        Ok(spectra.slice((0, frames.start - start..frames.end - start)).to_vec())
    }
}

/// How the networks of this crate are loaded: with the operators that they use, and without the optimizer,
/// which takes longer than it saves and may remove the values between the two steps.
pub(crate) fn options() -> ModelOptions {
    let mut options = ModelOptions::with_ops(op_registry!(
        Add,
        ArgMax,
        Cast,
        Clip,
        Concat,
        Conv,
        CumSum,
        Div,
        DynamicQuantizeLinear,
        Erf,
        Exp,
        Gather,
        GreaterOrEqual,
        LayerNormalization,
        Log,
        MatMul,
        MatMulInteger,
        Mul,
        Pow,
        Range,
        ReduceSum,
        Relu,
        Reshape,
        Round,
        Shape,
        Slice,
        Softmax,
        Split,
        Sub,
        Tile,
        Transpose,
        Unsqueeze
    ));
    options.enable_optimization(false);
    options
}
