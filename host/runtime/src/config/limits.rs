use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::PoolConfig;

/// What the HTTP client needs to read any answer.
const SMALLEST_HEADERS: u32 = 8192;

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr,)*) => {
        /// `[runtime.limits]`: what each plugin may use. Over a limit, that call fails with a reason, its instance is dropped, and
        /// everything else goes on.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Limits {
            $($(#[$doc])* pub $name: $type,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        /// `[plugins.<id>.limits]`: one plugin's own; what is left out is as in `[runtime.limits]`.
        #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct LimitOverrides {
            $(
                $(#[$doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $name: Option<$type>,
            )*
        }

        impl LimitOverrides {
            /// These limits, and `base` where there is none.
            pub fn over(&self, base: &Limits) -> Limits {
                Limits { $($name: self.$name.unwrap_or(base.$name),)* }
            }
        }

        impl Limits {
            fn zeros(&self) -> Vec<&'static str> {
                let mut zeros = Vec::new();
                $(if self.$name == 0 { zeros.push(stringify!($name)); })*
                zeros
            }
        }
    };
}

limits! {
    /// All memories of one instance together.
    memory_bytes: u64 = 256 << 20,
    /// All tables of one instance together.
    table_elements: u32 = 100_000,
    /// Time on a processor for one call.
    cpu_ms: u64 = 10_000,
    /// Time on the clock for one call; the caller's deadline, if that is earlier.
    call_ms: u64 = 30_000,
    /// Time on a processor for one stream of speech or chat, from the call to its end.
    stream_cpu_ms: u64 = 300_000,
    /// Time on the clock for one stream; the caller's deadline, if that is earlier.
    stream_ms: u64 = 600_000,
    /// How long a stream may be silent while somebody waits for it.
    stream_idle_ms: u64 = 30_000,
    /// The longest that one stream can become.
    stream_bytes: u64 = 256 << 20,
    /// What one call between plugin and host may carry from the plugin: an answer, a body, a piece of a stream.
    hostcall_bytes: u64 = 8 << 20,
    /// Handles to resources, streams and futures at once in one instance.
    handles: u32 = 10_000,
    /// Calls at once. The next ones wait until their deadline.
    concurrent_calls: u32 = 16,
    /// For plugins that keep instances warm: how many, and with that how many calls at once.
    warm_instances: u32 = 1,
    /// After this long without a call a warm instance is dropped, and its memory given back.
    warm_idle_seconds: u64 = 60,
    /// After this many calls a warm instance is dropped.
    warm_calls: u32 = 1_000,
    /// The longest body of a document, as JSON. Values by key are kept in documents.
    document_bytes: u64 = 256 << 10,
    /// Requests to other servers at once. Connections that wait to be used again are at most as many more.
    http_requests: u32 = 8,
    /// The longest body of a request to another server.
    http_request_bytes: u64 = 1 << 20,
    /// The longest body of its answer.
    http_response_bytes: u64 = 4 << 20,
    /// All headers of a request to another server, all of its answer, and all of a route's answer, together: names and values. At least
    /// 8192.
    http_header_bytes: u32 = 64 << 10,
}

impl Limits {
    pub(super) fn problems(&self, section: &str, pool: &PoolConfig) -> Vec<String> {
        let mut problems: Vec<String> =
            self.zeros().into_iter().map(|name| format!("{section}.{name}: at least 1")).collect();
        if self.memory_bytes > pool.memory_bytes {
            problems.push(format!(
                "{section}.memory_bytes: at most {}, as runtime.pool.memory_bytes says",
                pool.memory_bytes
            ));
        }
        if (1..SMALLEST_HEADERS).contains(&self.http_header_bytes) {
            problems.push(format!("{section}.http_header_bytes: at least {SMALLEST_HEADERS}"));
        }
        problems
    }

    /// The envelope of a single call.
    pub(crate) fn call(&self) -> Envelope {
        Envelope { wall: Duration::from_millis(self.call_ms), cpu: Duration::from_millis(self.cpu_ms) }
    }

    /// The envelope of a stream.
    pub(crate) fn stream(&self) -> Envelope {
        Envelope {
            wall: Duration::from_millis(self.stream_ms),
            cpu: Duration::from_millis(self.stream_cpu_ms),
        }
    }
}

/// How long one call may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_leave_the_rest_as_it_is() {
        let overrides = LimitOverrides { cpu_ms: Some(5), ..LimitOverrides::default() };
        let limits = overrides.over(&Limits::default());
        assert_eq!(limits, Limits { cpu_ms: 5, ..Limits::default() });
    }

    #[test]
    fn zero_is_a_problem_that_names_the_key() {
        let limits = Limits { handles: 0, ..Limits::default() };
        let problems = limits.problems("runtime.limits", &PoolConfig::default());
        assert_eq!(problems, ["runtime.limits.handles: at least 1"]);
    }
}
