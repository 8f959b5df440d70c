//! Agents are started by whoever is always there.

use crate::common::World;
use crate::guard::{Daemon, run, until};

#[test]
fn an_agent_is_started_for_todos_that_wait() {
    let world = World::new();
    let (checkout, started) = (world.path("api"), world.path("started"));
    world.git(&world.path(""), &["init", "-q", "api"]);
    let config = format!(
        "[user]\n\tname = d\n\temail = d@example.invalid\n[chittysync]\n\tspawnAt = 2\n\tspawnIn = {}\n\tspawnCommand = cat > '{}'\n\ttopic = router=router\n",
        checkout.display(),
        started.display()
    );
    world.write("home/.gitconfig", config.as_bytes());
    for words in ["Fix the router", "Test the router"] {
        assert_eq!(run(&world, &["add", words, "--project", "api"]).code, Some(0));
    }
    let daemon = Daemon::start(&world);
    until("an agent is started", || {
        std::fs::read_to_string(&started).is_ok_and(|text| text.contains("Fix the router"))
    });
    until("it is known", || daemon.status()["jobs"]["spawn"]["failures"] == 0);
}
