//! Who is calling, and when.

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::{Call, Date, Failure, User};

impl Call {
    /// The user that the call is made for.
    ///
    /// # Errors
    /// `Denied` for a call that no user made.
    pub fn user(&self) -> Result<&User, Failure> {
        self.user.as_ref().ok_or_else(|| Failure::denied("Please sign in first."))
    }

    /// The user's wall clock at the time of the call.
    pub fn now(&self) -> civil::DateTime {
        // Date and time without the offset behind it.
        self.local_time.get(..19).and_then(|text| text.parse().ok()).unwrap_or_else(|| {
            let received = i64::try_from(self.received).unwrap_or(i64::MAX);
            let instant = Timestamp::from_millisecond(received).unwrap_or(Timestamp::UNIX_EPOCH);
            instant.to_zoned(TimeZone::UTC).datetime()
        })
    }

    /// The day that it is where the user is.
    pub fn today(&self) -> Date {
        Date(self.now().date())
    }

    /// An id for a document that this call makes. It is the same when a call is repeated with the same request id, purpose and
    /// content, so that inserting under it happens once; it differs for everything else.
    pub fn once(&self, purpose: &str, content: &impl serde::Serialize) -> String {
        // Two FNV-1a sums with different starts. Only one user's own calls meet in a collection, so no more is needed.
        let content = serde_json::to_string(content).unwrap_or_default();
        let mut sums: [u64; 2] = [0xcbf2_9ce4_8422_2325, 0x6c62_272e_07bb_0142];
        for part in [self.request_id.as_str(), purpose, &content] {
            for byte in part.bytes().chain([0xff]) {
                for sum in &mut sums {
                    *sum = (*sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(5);
                }
            }
        }
        format!("{:016x}{:016x}", sums[0], sums[1])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing;

    #[test]
    fn today_is_the_users_own() {
        let mut call = testing::call();
        call.local_time = "2026-11-22T18:03:00-07:00".into();
        assert_eq!(call.today().to_string(), "2026-11-22");
        assert_eq!(call.now().to_string(), "2026-11-22T18:03:00");
    }

    #[test]
    fn without_a_wall_clock_the_day_is_that_of_utc() {
        let mut call = testing::call();
        call.local_time = String::new();
        call.received = 1_000 * 86_400;
        assert_eq!(call.today().to_string(), "1970-01-02");
    }

    #[test]
    fn ids_of_a_call_depend_on_request_purpose_and_content() {
        let mut call = testing::call();
        let first = call.once("expense", &"5 coffee");
        assert_eq!(first, call.once("expense", &"5 coffee"));
        assert_ne!(first, call.once("expense", &"5 tea"));
        assert_ne!(first, call.once("budget", &"5 coffee"));
        call.request_id.push('2');
        assert_ne!(first, call.once("expense", &"5 coffee"));
    }
}
