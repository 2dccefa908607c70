//! A failure as the page reads it, and the engine's state as the page hears it from the shell.

use serde::Serialize;

/// A code to switch on and one sentence with the way out: `Problem` of `messages.py`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// One of `darkroom.errors.Code`.
    pub code: &'static str,
    /// The sentence.
    pub message: String,
}

impl Problem {
    /// There is no engine to answer.
    pub fn lost(sentence: impl Into<String>) -> Self {
        Self {
            code: "engine-lost",
            message: sentence.into(),
        }
    }

    /// The home that was asked is not this window's any more.
    #[must_use]
    pub fn left() -> Self {
        Self::lost("Darkroom goes on in another home; look at its pictures before asking again.")
    }

    /// What was asked for cannot be done as asked.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self {
            code: "bad-request",
            message: sentence.into(),
        }
    }

    /// What was asked for is not there.
    pub fn missing(sentence: impl Into<String>) -> Self {
        Self {
            code: "not-found",
            message: sentence.into(),
        }
    }

    /// `Refused` of `messages.py`.
    #[must_use]
    pub fn answer(&self) -> String {
        serde_json::json!({ "problem": self, "type": "refused" }).to_string()
    }

    /// `EngineChanged` of `messages.py`: the engine starts again (`starting`) or has stopped (`stopping`).
    #[must_use]
    pub fn event(&self, state: &str) -> String {
        serde_json::json!({ "state": state, "problem": self, "type": "engineChanged" }).to_string()
    }
}
