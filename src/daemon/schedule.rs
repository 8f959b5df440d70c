//! When which job is to run. Pure: the time comes in as a value.

use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::job::Job;

/// The first change after a quiet time waits this long: a list file is emptied and then written.
const LEAD: Duration = Duration::from_millis(50);
/// Where nobody tells of changes, somebody has to look.
const POLL: Duration = Duration::from_secs(10);
/// However much is new, the remote is left alone for this long.
pub(super) const PUSH_GAP: Duration = Duration::from_secs(30);

/// How often it is looked whether an agent is due.
const SPAWN_GAP: Duration = Duration::from_secs(60);

/// The intervals.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// The least time between two local runs.
    pub debounce: Duration,
    /// The longest time between two local runs.
    pub reconcile: Duration,
    /// The longest time between two talks with the remote; nothing when there is no remote.
    pub push: Option<Duration>,
    /// The time between two runs of the user's command; nothing when there is none.
    pub mirror: Option<Duration>,
    /// The longest time between two looks whether a mirror is due; nothing where there is none.
    pub mirrors: Option<Duration>,
    /// Whether agents are started.
    pub spawn: bool,
}

/// What is known of one job.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    running: bool,
    started: Option<Instant>,
    /// Not before this, because it ran just now.
    free_at: Option<Instant>,
    failures: u32,
    /// Not before this, because it failed.
    retry_at: Option<Instant>,
}

/// When which job is to run.
#[derive(Debug)]
pub(super) struct Schedule {
    timing: Timing,
    local: Slot,
    network: Slot,
    mirror: Slot,
    mirrors: Slot,
    spawn: Slot,
    /// When the first change was seen that no run has begun after.
    changed: Option<Instant>,
    /// Whether there is something that the remote has not been told.
    news: bool,
    /// Whether changes go unseen.
    blind: bool,
    /// When the user's command is due.
    mirror_at: Instant,
    /// When the first mirror is due, as far as is known.
    mirrors_at: Option<Instant>,
}

impl Schedule {
    /// Returns a schedule that begins with a look at everything. The user's command last ran `mirrored` ago.
    pub(super) fn new(timing: Timing, mirrored: Option<Duration>, now: Instant) -> Self {
        let waits = timing.mirror.unwrap_or_default().saturating_sub(mirrored.unwrap_or(Duration::MAX));
        Schedule {
            timing,
            local: Slot::default(),
            network: Slot::default(),
            mirror: Slot::default(),
            mirrors: Slot::default(),
            spawn: Slot::default(),
            changed: Some(now),
            news: false,
            blind: false,
            mirror_at: now + waits,
            mirrors_at: None,
        }
    }

    /// Takes other intervals from now on.
    pub(super) fn set_timing(&mut self, timing: Timing) {
        self.timing = timing;
    }

    /// Something changed, or may have.
    pub(super) fn changed(&mut self, now: Instant) {
        self.changed.get_or_insert(now);
    }

    /// There is something to tell the remote.
    pub(super) fn news(&mut self) {
        self.news = true;
    }

    /// The first mirror is due then.
    pub(super) fn set_mirrors(&mut self, at: Option<Instant>) {
        self.mirrors_at = at;
    }

    /// Changes are seen, or go unseen.
    pub(super) fn set_blind(&mut self, blind: bool) {
        self.blind = blind;
    }

    /// The machine slept for so long: everything may have changed, and the network is another one.
    pub(super) fn woke(&mut self, slept: Duration, now: Instant) {
        self.changed(now);
        self.local.retry_at = None;
        self.network.retry_at = None;
        self.network.started = None;
        self.mirror_at = self.mirror_at.checked_sub(slept).unwrap_or(now);
    }

    /// A job was started.
    pub(super) fn started(&mut self, job: Job, now: Instant) {
        let slot = self.slot(job);
        slot.running = true;
        slot.started = Some(now);
        match job {
            Job::Local => self.changed = None,
            Job::Network => self.news = false,
            Job::Mirror => self.mirror_at = now + self.timing.mirror.unwrap_or_default(),
            Job::Mirrors | Job::Spawn => {}
        }
    }

    /// A job ended. `chance`, from 0 to 1, spreads what is tried again.
    pub(super) fn ended(&mut self, job: Job, is_ok: bool, chance: f64, now: Instant) {
        let debounce = self.timing.debounce;
        let slot = self.slot(job);
        slot.running = false;
        let started = slot.started.unwrap_or(now);
        // A run that takes long is not followed at once: two thirds of the time belong to others.
        slot.free_at = Some((started + debounce).max(now + (now - started) * 2));
        if is_ok {
            slot.failures = 0;
            slot.retry_at = None;
            return;
        }
        slot.failures += 1;
        let backoff = match job {
            Job::Local => Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(300) },
            _ => Backoff { first: PUSH_GAP, longest: Duration::from_secs(1800) },
        };
        slot.retry_at = Some(now + backoff.after(slot.failures, chance));
        match job {
            Job::Local => self.changed(now),
            Job::Network => self.news = true,
            Job::Mirror | Job::Mirrors | Job::Spawn => {}
        }
    }

    /// Returns when a job is to run next; nothing while it runs, or when it is not wanted.
    pub(super) fn due(&self, job: Job) -> Option<Instant> {
        match job {
            Job::Local if !self.local.running => {
                let lead = LEAD.min(self.timing.debounce);
                let wanted = self.changed.map(|at| self.local.free_at.map_or(at + lead, |free| free.max(at + lead)));
                let every = if self.blind { POLL.min(self.timing.reconcile) } else { self.timing.reconcile };
                let regular = self.local.started.map(|at| at + every);
                earlier(wanted, regular).map(|at| self.local.retry_at.map_or(at, |retry| retry.max(at)))
            }
            Job::Network if !self.network.running => {
                let interval = self.timing.push?;
                let first = self.local.free_at?;
                let wait = if self.news { PUSH_GAP.min(interval) } else { interval };
                let wanted = self.network.started.map_or(first, |at| at + wait);
                Some(self.network.retry_at.unwrap_or(wanted))
            }
            Job::Mirror if !self.mirror.running => {
                self.timing.mirror?;
                self.local.free_at.map(|_| self.mirror_at)
            }
            Job::Mirrors if !self.mirrors.running => {
                let (every, first) = (self.timing.mirrors?, self.local.free_at?);
                let Some(started) = self.mirrors.started else { return Some(first) };
                // What was due before the last look and still is cannot be helped by another one at once. Each mirror
                // has a wait of its own after a failure, which none of the others has to share.
                earlier(self.mirrors_at.filter(|at| *at > started), Some(started + every))
            }
            Job::Spawn if self.timing.spawn && !self.spawn.running => {
                let first = self.local.free_at?;
                let wanted = self.spawn.started.map_or(first, |at| at + SPAWN_GAP);
                Some(self.spawn.retry_at.map_or(wanted, |retry| retry.max(wanted)))
            }
            _ => None,
        }
    }

    /// Returns when the next job is due.
    pub(super) fn next(&self) -> Option<Instant> {
        Job::ALL.into_iter().filter_map(|job| self.due(job)).min()
    }

    /// Returns how often in a row a job failed.
    pub(super) fn failures(&mut self, job: Job) -> u32 {
        self.slot(job).failures
    }

    fn slot(&mut self, job: Job) -> &mut Slot {
        match job {
            Job::Local => &mut self.local,
            Job::Network => &mut self.network,
            Job::Mirror => &mut self.mirror,
            Job::Mirrors => &mut self.mirrors,
            Job::Spawn => &mut self.spawn,
        }
    }
}

fn earlier(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    a.into_iter().chain(b).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn timing() -> Timing {
        let (mirror, mirrors) = (None, None);
        Timing { debounce: ms(300), reconcile: 30 * MINUTE, push: Some(5 * MINUTE), mirror, mirrors, spawn: false }
    }

    /// A schedule whose first local run took 60 ms, and when that ended.
    fn settled(timing: Timing) -> (Schedule, Instant) {
        let start = Instant::now();
        let mut schedule = Schedule::new(timing, None, start);
        assert_eq!(schedule.due(Job::Local), Some(start + ms(50)));
        assert_eq!((schedule.due(Job::Network), schedule.due(Job::Mirror)), (None, None), "the first look comes first");
        schedule.started(Job::Local, start + ms(50));
        assert_eq!(schedule.due(Job::Local), None, "one at a time");
        schedule.ended(Job::Local, true, 0.5, start + ms(110));
        (schedule, start + ms(110))
    }

    #[test]
    fn the_first_change_is_taken_soon_and_those_behind_it_together() {
        let (mut schedule, mut now) = settled(timing());
        now += MINUTE;
        schedule.changed(now);
        schedule.changed(now + ms(40));
        assert_eq!(schedule.due(Job::Local), Some(now + ms(50)));
        schedule.started(Job::Local, now + ms(50));
        schedule.changed(now + ms(60));
        schedule.changed(now + ms(100));
        schedule.ended(Job::Local, true, 0.5, now + ms(110));
        assert_eq!(schedule.due(Job::Local), Some(now + ms(350)), "not before 300 ms after the last run began");
    }

    #[test]
    fn changes_without_end_do_not_put_it_off() {
        let (mut schedule, start) = settled(timing());
        let (mut now, mut runs) = (start, 0);
        while now < start + 10 * Duration::from_secs(1) {
            schedule.changed(now);
            if schedule.due(Job::Local).is_some_and(|at| at <= now) {
                schedule.started(Job::Local, now);
                schedule.ended(Job::Local, true, 0.5, now + ms(60));
                runs += 1;
            }
            now += ms(10);
        }
        assert!((28..=34).contains(&runs), "{runs} runs in ten seconds");
    }

    #[test]
    fn a_slow_run_leaves_time_for_others() {
        let (mut schedule, now) = settled(timing());
        schedule.started(Job::Local, now);
        schedule.changed(now + ms(10));
        schedule.ended(Job::Local, true, 0.5, now + ms(2_000));
        assert_eq!(schedule.due(Job::Local), Some(now + ms(6_000)));
    }

    #[test]
    fn looks_at_everything_now_and_then_and_often_when_blind() {
        let (mut schedule, now) = settled(timing());
        assert_eq!(schedule.due(Job::Local), Some(now - ms(60) + 30 * MINUTE));
        schedule.set_blind(true);
        assert_eq!(schedule.due(Job::Local), Some(now - ms(60) + POLL));
    }

    #[test]
    fn a_failed_run_is_tried_again_later_and_later() {
        let (mut schedule, mut now) = settled(timing());
        for wait in [1, 2, 4, 8] {
            schedule.started(Job::Local, now);
            schedule.ended(Job::Local, false, 0.5, now);
            schedule.changed(now);
            assert_eq!(schedule.due(Job::Local), Some(now + Duration::from_secs(wait)));
            now += Duration::from_secs(wait);
        }
        assert_eq!(schedule.failures(Job::Local), 4);
        schedule.started(Job::Local, now);
        schedule.ended(Job::Local, true, 0.5, now);
        assert_eq!((schedule.failures(Job::Local), schedule.due(Job::Local)), (0, Some(now + 30 * MINUTE)));
    }

    #[test]
    fn the_remote_hears_of_news_and_is_left_alone_between() {
        let (mut schedule, now) = settled(timing());
        let first = schedule.due(Job::Network).expect("a first talk");
        assert!(first <= now + ms(300));
        schedule.started(Job::Network, now);
        schedule.ended(Job::Network, true, 0.5, now);
        assert_eq!(schedule.due(Job::Network), Some(now + 5 * MINUTE));
        schedule.news();
        assert_eq!(schedule.due(Job::Network), Some(now + PUSH_GAP));
        schedule.started(Job::Network, now + PUSH_GAP);
        schedule.ended(Job::Network, false, 0.5, now + MINUTE);
        schedule.news();
        assert_eq!(schedule.due(Job::Network), Some(now + MINUTE + PUSH_GAP), "a failure waits, whatever is new");
        schedule.started(Job::Network, now + 2 * MINUTE);
        schedule.ended(Job::Network, false, 0.5, now + 2 * MINUTE);
        assert_eq!(schedule.due(Job::Network), Some(now + 3 * MINUTE));
        schedule.woke(60 * MINUTE, now + 2 * MINUTE + ms(1));
        assert!(schedule.due(Job::Network).expect("a talk") <= now + 2 * MINUTE, "after sleep, at once");
        assert_eq!(Schedule::new(Timing { push: None, ..timing() }, None, now).due(Job::Network), None);
    }

    #[test]
    fn the_users_command_keeps_its_pace_over_a_restart() {
        let timing = Timing { mirror: Some(120 * MINUTE), ..timing() };
        for (before, due) in [(None, 0), (Some(30), 90), (Some(500), 0)] {
            let start = Instant::now();
            let mut schedule = Schedule::new(timing, before.map(|minutes| minutes * MINUTE), start);
            schedule.started(Job::Local, start);
            schedule.ended(Job::Local, true, 0.5, start);
            assert_eq!(schedule.due(Job::Mirror), Some(start + due * MINUTE));
            schedule.started(Job::Mirror, start);
            schedule.ended(Job::Mirror, false, 0.5, start);
            assert_eq!(schedule.due(Job::Mirror), Some(start + 120 * MINUTE), "a failure waits for the next time");
        }
    }

    #[test]
    fn mirrors_are_looked_at_when_the_first_is_due_and_as_often_as_the_most_eager_wants() {
        let (mut schedule, now) = settled(Timing { mirrors: Some(120 * MINUTE), ..timing() });
        let first = schedule.due(Job::Mirrors).expect("after the first look");
        assert!(first < now + MINUTE);
        schedule.started(Job::Mirrors, first);
        schedule.set_mirrors(Some(first + ms(1)));
        assert_eq!(schedule.due(Job::Mirrors), None, "one at a time");
        schedule.ended(Job::Mirrors, true, 0.5, first + ms(5));
        schedule.set_mirrors(None);
        assert_eq!(schedule.due(Job::Mirrors), Some(first + 120 * MINUTE));
        // One of them failed, and has written down when it is tried again.
        let mut at = first;
        for wait in [30, 60, 120, 900, 900] {
            schedule.started(Job::Mirrors, at);
            schedule.ended(Job::Mirrors, false, 0.5, at + ms(5));
            schedule.set_mirrors(Some(at + Duration::from_secs(wait)));
            assert_eq!(schedule.due(Job::Mirrors), Some(at + Duration::from_secs(wait)));
            at += Duration::from_secs(wait);
        }
        // Somebody else is at it, or nothing can be started: that is not tried without end.
        schedule.started(Job::Mirrors, at);
        schedule.ended(Job::Mirrors, false, 0.5, at + ms(5));
        schedule.set_mirrors(Some(at - ms(1)));
        assert_eq!(schedule.due(Job::Mirrors), Some(at + 120 * MINUTE));
        // The branch moved, and what waited may go.
        schedule.set_mirrors(Some(at + ms(10)));
        assert_eq!(schedule.due(Job::Mirrors), Some(at + ms(10)));
    }

    #[test]
    fn an_agent_is_looked_for_once_a_minute_and_never_beside_another() {
        let start = Instant::now();
        let mut schedule = Schedule::new(Timing { spawn: true, ..timing() }, None, start);
        assert_eq!(schedule.due(Job::Spawn), None, "the first look comes first");
        schedule.started(Job::Local, start);
        schedule.ended(Job::Local, true, 0.5, start + ms(10));
        let first = schedule.due(Job::Spawn).expect("due");
        schedule.started(Job::Spawn, first);
        assert_eq!(schedule.due(Job::Spawn), None);
        schedule.ended(Job::Spawn, true, 0.5, first + 30 * MINUTE);
        assert_eq!(schedule.due(Job::Spawn), Some(first + MINUTE), "at once, after a long one");
        schedule.started(Job::Spawn, first + 31 * MINUTE);
        schedule.ended(Job::Spawn, false, 0.5, first + 31 * MINUTE);
        assert!(schedule.due(Job::Spawn) >= Some(first + 32 * MINUTE));
        schedule.set_timing(timing());
        assert_eq!(schedule.due(Job::Spawn), None, "nobody wants any");
    }
}
