//! Scopes that are explored as a whole.

use chittysync::todo::Status::{Completed, Pending};

use crate::devices::{Play, Statement, Words, World};
use crate::explore::{Menu, explore};
use crate::law::Rules;

fn states() -> usize {
    std::env::var("CHITTYSYNC_STATES").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000)
}

#[test]
fn tiny() {
    let statements = [
        Statement { device: 0, session: 0, key: 0, words: Words::Is(Pending), clock: 10 },
        Statement { device: 1, session: 1, key: 0, words: Words::Is(Completed), clock: 5 },
        Statement { device: 0, session: 0, key: 1, words: Words::Drop, clock: 10 },
    ];
    let all = Menu { archive: true, retire: true, hand: true, restore: true, attack: true };
    let mut play = Play::new(Rules::LAW, 0, &statements);
    let begin = std::time::Instant::now();
    let explored = explore(&mut play, &World::new(3, 2), all, states());
    println!("{explored:#?} {:?}", begin.elapsed());
    assert!(explored.found.is_none());
}
