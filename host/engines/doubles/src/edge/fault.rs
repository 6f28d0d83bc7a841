//! What can go wrong.

use serde::{Deserialize, Serialize};

/// One way to go wrong. As JSON: `"no_audio"`, `{"refuse": 403}`, `null` for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Answers the handshake with this status; 429 says that 7 seconds are to be waited. A WebSocket that is
    /// open already breaks when a text comes.
    Refuse(u16),
    /// Opens the WebSocket, takes the text and says nothing.
    AcceptAndStaySilent,
    /// Says nothing more after this many bytes of a text's audio.
    StallAfter(usize),
    /// Breaks the connection after this many bytes of a text's audio.
    CutAt(usize),
    /// Closes the WebSocket in form after this many bytes of a text's audio.
    CloseAt(usize),
    /// Says the words and ends the turn without a byte of audio.
    NoAudio,
    /// Pings before, in and after an answer that is in order otherwise.
    Pings,
    /// Sends a text of no known kind.
    Garbage,
    /// Sends a frame of audio that is too short to have a head.
    ShortFrame,
    /// Ends the turn after half of the words.
    EndEarly,
    /// Says all words, and ends the turn after half of their audio.
    HalfAudio,
    /// Closes the WebSocket after each whole turn.
    CloseAfterTurn,
    /// Has no list of voices, and speaks all the same.
    NoList,
    /// Never answers who asks for the list of voices, and speaks all the same.
    SilentList,
}
