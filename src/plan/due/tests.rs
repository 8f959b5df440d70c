//! Every reason for which nothing is started, and that nothing else is one.

use super::super::lease::{Exit, Lease, Who};
use super::*;

const MINUTE: i64 = 60_000;

fn session(name: &str) -> Session {
    Session::new(name).expect("a name")
}

fn usd(dollars: f64) -> Usd {
    Usd::new(dollars).expect("an amount")
}

fn now() -> Time {
    Time::from_millis(1_700_000_000_000)
}

fn after(minutes: i64) -> Time {
    Time::from_millis(now().millis() + minutes * MINUTE)
}

fn rules() -> Rules {
    let (at, most, per_day, every) = (3, 2, 4, 10 * MINUTE);
    Rules { at, most, per_day, every, budget: None, guess: None, failures: 3, todos: 2 }
}

fn ready(topic: &str, count: usize) -> Vec<Ready> {
    let todo = |number| Ready {
        topic: Some(topic.to_owned()),
        project: Project::general(),
        id: TodoId::of(&Project::general(), &format!("{topic} {number}")),
        epoch: 0,
        assignee: None,
        is_spawned: false,
    };
    (0..count).map(todo).collect()
}

fn verdicts(lease: &Lease, ready: &[Ready], rules: &Rules, now: Time) -> Vec<Verdict> {
    consider(lease, ready, rules, |_| true, now).into_iter().map(|considered| considered.verdict).collect()
}

/// Takes the first one that is due, at this time.
fn take(lease: &Lease, ready: &[Ready], rules: &Rules, name: &str, now: Time) -> Lease {
    let considered = consider(lease, ready, rules, |_| true, now);
    let due = considered.iter().find(|considered| considered.verdict == Verdict::Due).expect("one is due");
    let guess = rules.guess.unwrap_or_default();
    let who = Who { device: "mbp", session: &session(name), ttl: 15 * MINUTE, guess, now };
    lease.take(&due.offer, &who, name)
}

#[test]
fn enough_have_to_wait_in_one_project() {
    let lease = Lease::default();
    assert_eq!(verdicts(&lease, &ready("a", 2), &rules(), now()), [Verdict::Few]);
    assert_eq!(verdicts(&lease, &ready("a", 3), &rules(), now()), [Verdict::Due]);
    let mut apart = ready("a", 3);
    apart[0].project = Project::new("acme/api").expect("a name");
    assert_eq!(verdicts(&lease, &apart, &rules(), now()), [Verdict::Few, Verdict::Few]);
    let considered = consider(&lease, &ready("a", 3), &rules(), |_| true, now());
    assert_eq!((considered[0].waiting, considered[0].offer.todos.len()), (3, 2), "an agent is given so many");
    let nowhere = consider(&lease, &ready("a", 3), &rules(), |_| false, now());
    assert_eq!(nowhere[0].verdict, Verdict::NoCheckout);
}

#[test]
fn what_is_given_handed_out_or_made_by_an_agent_does_not_wait() {
    let lease = Lease::default();
    let changed = |change: &dyn Fn(&mut Ready)| {
        let mut ready = ready("a", 3);
        change(&mut ready[1]);
        verdicts(&lease, &ready, &rules(), now())
    };
    assert_eq!(changed(&|todo| todo.assignee = Some(session("someone"))), [Verdict::Few]);
    assert_eq!(changed(&|todo| todo.is_spawned = true), [Verdict::Few]);
    assert_eq!(changed(&|todo| todo.topic = None), [Verdict::Few]);
    // What was handed out, until it is reopened.
    let mut ready = ready("a", 3);
    let all = Rules { todos: 9, ..rules() };
    let lease = take(&lease, &ready, &all, "one", now()).give_back(&session("one"), Exit::Code(0), usd(0.0), 1, "x");
    let lease = lease.expect("it ran");
    assert_eq!(verdicts(&lease, &ready, &all, after(60)), []);
    for todo in &mut ready {
        // It was given to an agent that has ended.
        (todo.epoch, todo.assignee) = (1, Some(session("one")));
    }
    assert_eq!(verdicts(&lease, &ready, &all, after(60)), [Verdict::Due]);
    // Also where its topic has another name by now.
    ready.iter_mut().for_each(|todo| (todo.epoch, todo.topic) = (0, Some("b".to_owned())));
    assert_eq!(verdicts(&lease, &ready, &all, after(60)), []);
}

#[test]
fn limits_hold() {
    let ready: Vec<Ready> = ["a", "b", "c"].into_iter().flat_map(|topic| ready(topic, 3)).collect();
    let all = Rules { todos: 9, ..rules() };
    let verdicts = |lease: &Lease, rules: &Rules, at| verdicts(lease, &ready, rules, at);
    let one = take(&Lease::default(), &ready, &all, "one", now());
    let (soon, later) = (after(10), after(9));
    assert_eq!(verdicts(&one, &all, later), [Verdict::NotBefore(soon), Verdict::NotBefore(soon)]);
    // A clock that is behind brings nothing nearer.
    assert_eq!(verdicts(&one, &all, after(-9999)), [Verdict::NotBefore(soon), Verdict::NotBefore(soon)]);
    assert_eq!(verdicts(&one, &all, soon), [Verdict::Due, Verdict::Due]);
    let two = take(&one, &ready, &all, "two", soon);
    assert_eq!(verdicts(&two, &all, after(99)), [Verdict::Full(2)]);
    assert_eq!(verdicts(&two.pause(true, now(), "x"), &all, after(99)), [Verdict::Paused]);
    let few = Rules { per_day: 2, most: 9, ..all.clone() };
    assert_eq!(verdicts(&two, &few, after(99)), [Verdict::Day(2)]);
    assert_eq!(verdicts(&two, &few, after(24 * 60)), [Verdict::Due], "the next day");
    // One runs for the topic already.
    let mut more = ready.clone();
    more.extend(super::tests::ready("a", 6).split_off(3));
    assert_eq!(consider(&two, &more, &all, |_| true, after(99))[0].verdict, Verdict::Runs("mbp".to_owned()));
}

#[test]
fn money_that_is_not_known_to_be_there_is_not_spent() {
    let ready: Vec<Ready> = ["a", "b"].into_iter().flat_map(|topic| ready(topic, 3)).collect();
    let budget = |dollars, guess| Rules { todos: 9, most: 9, budget: Some(usd(dollars)), guess, ..rules() };
    let first = |lease: &Lease, rules: &Rules| verdicts(lease, &ready, rules, after(60))[0].clone();
    let none = Lease::default();
    assert_eq!(first(&none, &budget(9.0, None)), Verdict::UnknownCost);
    assert_eq!(first(&none, &budget(0.9, Some(usd(1.0)))), Verdict::Budget);
    let two = budget(2.0, Some(usd(1.0)));
    let one = take(&none, &ready, &two, "one", now());
    assert_eq!(first(&one, &two), Verdict::Due);
    assert_eq!(first(&one, &budget(1.9, Some(usd(1.0)))), Verdict::Budget, "what runs is counted");
    let back = |cost| one.give_back(&session("one"), Exit::Code(0), usd(cost), 1, "x").expect("it ran");
    assert_eq!(first(&back(0.9), &budget(1.9, Some(usd(1.0)))), Verdict::Due);
    assert_eq!(first(&back(1.1), &two), Verdict::Budget);
}

#[test]
fn three_failures_in_a_row_break_a_topic() {
    let all = Rules { at: 1, todos: 1, every: 0, per_day: 99, ..rules() };
    let ready = ready("a", 6);
    let mut lease = Lease::default();
    let run = |lease: &Lease, name: &str, exit| {
        let taken = take(lease, &ready, &all, name, now());
        taken.give_back(&session(name), exit, usd(0.0), 1, name).expect("it ran")
    };
    for (name, exit) in
        [("one", Exit::Code(1)), ("two", Exit::Code(-1)), ("three", Exit::Code(0)), ("four", Exit::Code(2))]
    {
        lease = run(&lease, name, exit);
    }
    // Nothing that was not started has failed.
    lease = run(&lease, "five", Exit::NotStarted);
    assert_eq!(lease.failures.get("a"), Some(&1));
    lease = run(&lease, "six", Exit::Lapsed);
    assert_eq!(verdicts(&lease, &ready, &all, now()), [Verdict::Due]);
    lease = run(&lease, "seven", Exit::Code(1));
    assert_eq!(verdicts(&lease, &ready, &all, now()), [Verdict::Broken(3)]);
    let reset = lease.reset("a", "x").expect("it failed");
    assert_eq!(verdicts(&reset, &ready, &all, now()), [Verdict::Due]);
    assert_eq!(reset.reset("a", "x"), None);
}

/// A clock that was a year ahead used up a day that is not yet. `--resume` puts that right.
#[test]
fn a_day_never_goes_back_unless_somebody_says_so() {
    let all = Rules { todos: 9, per_day: 1, ..rules() };
    let ready: Vec<Ready> = ["a", "b"].into_iter().flat_map(|topic| ready(topic, 3)).collect();
    let ahead = take(&Lease::default(), &ready, &all, "one", after(365 * 24 * 60));
    let ahead = ahead.give_back(&session("one"), Exit::Code(0), usd(0.0), 1, "x").expect("it ran");
    assert_eq!(verdicts(&ahead, &ready, &all, now()), [Verdict::Day(1)]);
    let resumed = ahead.pause(false, now(), "y");
    assert_eq!(resumed.day.spawns, 1, "what was started was");
    assert_eq!(verdicts(&resumed, &ready, &all, after(24 * 60)), [Verdict::Due]);
}
