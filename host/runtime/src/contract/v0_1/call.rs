use jiff::fmt::temporal::DateTimePrinter;
use tokio::time::Instant;
use wheelhouse_core::CallContext;

use super::imports::types as wit;

/// RFC 3339 in whole seconds.
const WALL_CLOCK: DateTimePrinter = DateTimePrinter::new().precision(Some(0));

/// The call record, made from the context.
pub(crate) type CallRecord = wit::Call;

impl CallRecord {
    /// For a call that ends at `deadline`.
    pub(crate) fn new(ctx: &CallContext, deadline: Instant) -> Self {
        let local = ctx.local_time();
        let left = deadline.saturating_duration_since(Instant::now());
        Self {
            request_id: ctx.request_id.to_string(),
            user: ctx.user().map(|user| wit::User {
                id: user.id.as_str().to_owned(),
                email: user.email.clone(),
                name: user.full_name.clone(),
            }),
            locale: ctx.locale.to_string(),
            time_zone: ctx.time_zone.iana_name().unwrap_or("UTC").to_owned(),
            received: u64::try_from(ctx.received.as_millisecond()).unwrap_or_default(),
            local_time: WALL_CLOCK.timestamp_with_offset_to_string(&ctx.received, local.offset()),
            location: ctx
                .location
                .map(|place| wit::Location { latitude: place.latitude, longitude: place.longitude }),
            conversation: ctx.conversation.map(|id| id.to_string()),
            time_left: u32::try_from(left.as_millis()).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::Duration;

    use jiff::tz::TimeZone;
    use wheelhouse_core::Caller;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn local_time_is_the_users_wall_clock_with_its_offset() {
        let received = "2026-11-23T01:03:00Z".parse().unwrap();
        let mut ctx = CallContext::new("r1", Caller::Anonymous, received, Duration::from_secs(30));
        ctx.time_zone = TimeZone::get("America/Denver").unwrap();
        let call = CallRecord::new(&ctx, ctx.deadline);
        assert_eq!(call.local_time, "2026-11-22T18:03:00-07:00");
        assert_eq!(call.time_zone, "America/Denver");
        assert_eq!(call.received, 1_795_395_780_000);
        assert_eq!(call.time_left, 30_000);
    }

    #[tokio::test(start_paused = true)]
    async fn time_left_is_what_the_earlier_deadline_leaves() {
        let ctx =
            CallContext::new("r1", Caller::Anonymous, jiff::Timestamp::UNIX_EPOCH, Duration::from_secs(30));
        let call = CallRecord::new(&ctx, Instant::now() + Duration::from_secs(2));
        assert_eq!((call.time_left, call.time_zone.as_str()), (2_000, "UTC"));
    }
}
