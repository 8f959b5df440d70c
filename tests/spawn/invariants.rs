//! What holds whatever happens, found out without the lease's own counters.

use std::collections::{BTreeMap, BTreeSet};

use chittysync::plan::{Exit, Lease, Run};
use chittysync::todo::{Session, TodoId};

use crate::fleet::{Agent, HOUR, MINUTE, TTL, rules};

/// Looks on, and notes what must not be.
#[derive(Default)]
pub struct Judge {
    pub violations: Vec<String>,
    /// When the arbiter last took a word of a run's device.
    heard: BTreeMap<Session, i64>,
    /// Runs that lapsed.
    lapsed: BTreeSet<Session>,
    /// When each place was taken, and on which day that was counted.
    taken: BTreeMap<Session, (i64, String)>,
    /// What was started, by todo and epoch.
    starts: BTreeMap<(TodoId, u64), Vec<Session>>,
    started: BTreeSet<Session>,
    days: BTreeMap<String, usize>,
    spent: BTreeMap<String, u32>,
    pub begun: Vec<i64>,
    /// How often an agent was started beside one whose device was cut off.
    pub residue: usize,
}

impl Judge {
    /// The arbiter takes a lease in the place of another one.
    pub fn sent(&mut self, before: &Lease, after: &Lease, now: i64) {
        for run in &after.running {
            match before.run(&run.session) {
                None => {
                    self.heard.insert(run.session.clone(), now);
                    self.taken.insert(run.session.clone(), (now, after.day.date.clone()));
                }
                Some(known) if known.beat != run.beat => drop(self.heard.insert(run.session.clone(), now)),
                Some(_) => {}
            }
        }
        let gone = before.running.iter().filter(|run| has_lapsed(after, &run.session));
        self.lapsed.extend(gone.map(|run| run.session.clone()));
        if before.generation + 1 != after.generation {
            self.violations.push(format!("generation {} after {}", after.generation, before.generation));
        }
        if after.day.date < before.day.date {
            self.violations.push(format!("the day went back from {} to {}", before.day.date, after.day.date));
        }
    }

    /// A device starts an agent.
    pub fn started(&mut self, run: &Run, agents: &[Agent], chain: &[Lease], now: i64) {
        let Some((_, day)) = self.taken.get(&run.session).cloned() else {
            self.violations.push(format!("{} was started, and nobody took its place", run.session));
            return;
        };
        if !self.started.insert(run.session.clone()) {
            self.violations.push(format!("{} was started twice", run.session));
        }
        // Others that run: only those whose devices said nothing for as long as a place holds.
        let is_held = |agent: &&Agent| self.heard.get(&agent.run.session).is_some_and(|at| now - at < TTL);
        let held = agents.iter().filter(is_held);
        if held.clone().any(|agent| agent.run.topic == run.topic) {
            self.violations.push(format!("two run for {}", run.topic));
        }
        if held.count() >= rules().most {
            self.violations.push(format!("more than {} run", rules().most));
        }
        self.residue += usize::from(agents.iter().any(|agent| agent.run.topic == run.topic));
        for todo in &run.todos {
            let before = self.starts.entry(*todo).or_default();
            if before.iter().any(|session| !self.lapsed.contains(session)) {
                self.violations.push(format!("{todo:?} was handed out twice"));
            }
            before.push(run.session.clone());
        }
        let count = self.days.entry(day.clone()).or_default();
        *count += 1;
        if *count > rules().per_day {
            self.violations.push(format!("{count} were started on {day}"));
        }
        if chain.iter().all(|lease| lease.run(&run.session).is_none()) {
            self.violations.push("it is in no lease".to_owned());
        }
        self.begun.push(now);
    }

    /// An agent cost so much: less than it was taken to, so that nobody spends more than there is for a day.
    pub fn cost(&mut self, session: &Session, cents: u32) {
        let day = self.taken.get(session).map(|(_, day)| day.clone()).unwrap_or_default();
        let spent = self.spent.entry(day.clone()).or_default();
        *spent += cents;
        if *spent > 500 {
            self.violations.push(format!("{spent} cents were spent on {day}"));
        }
    }

    /// What holds for the whole story if no clock was wrong.
    pub fn at_the_end(&mut self, clocks_were_right: bool) {
        if !clocks_were_right {
            return;
        }
        let mut taken: Vec<i64> = self.taken.values().map(|(at, _)| *at).collect();
        taken.sort_unstable();
        // The clocks of the fleet are coarse, so that what is 10 minutes for them can be less.
        let close = taken.windows(2).filter(|pair| pair[1] - pair[0] < rules().every - 10 * MINUTE).count();
        if close > 0 {
            self.violations.push(format!("{close} times two were taken too soon after each other"));
        }
        let mut days: BTreeMap<i64, usize> = BTreeMap::new();
        self.begun.iter().for_each(|at| *days.entry(at / (24 * HOUR)).or_default() += 1);
        // One that was taken before midnight can be started after it.
        if days.values().any(|count| *count > rules().per_day + 1) {
            self.violations.push(format!("too many on a day: {days:?}"));
        }
    }
}

/// Returns whether a run is remembered as one that lapsed.
fn has_lapsed(lease: &Lease, session: &Session) -> bool {
    lease.log.iter().any(|ended| ended.session == *session && ended.exit == Exit::Lapsed)
}
