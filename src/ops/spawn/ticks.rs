//! A clock that only goes forward, for whoever reads it: how long the machine has run, asleep or not.

/// Returns milliseconds since the machine was started. Where the system does not tell, the time of its clock.
pub(super) fn ticks() -> i64 {
    let uptime = std::fs::read_to_string("/proc/uptime").ok();
    let seconds = uptime.as_deref().and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    #[expect(clippy::cast_possible_truncation, reason = "no machine runs so long")]
    seconds.map_or_else(|| crate::log::clock().millis(), |seconds| (seconds * 1000.0) as i64)
}
