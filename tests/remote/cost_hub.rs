//! What the hub takes for a sync, beside `git http-backend` behind a web server. A measurement, not a test:
//! `cargo test --release --features postgres,web --test remote cost_hub -- --ignored --nocapture`. The variables of
//! `cost.rs` count here, too.

#![cfg(all(target_os = "linux", feature = "hub"))]

use std::time::{Duration, Instant};

use crate::cost::{Cost, cost, filled, number, program, sync};
use crate::devices::Devices;
use crate::hub_server::serve_by;
use crate::servers::{self, PASSWORD, PLAIN, Server, USER};

/// Returns the processor time of a server and of all processes that it waited for, once it does nothing any more.
fn time(server: &Server) -> Duration {
    let read = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", server.id())).expect("a process");
        let rest = stat.rsplit_once(") ").expect("a name").1;
        // The 14th to 17th are the times, and what is read begins with the third. A tick is 10 ms.
        let ticks: u64 = rest.split(' ').skip(11).take(4).map(|ticks| ticks.parse::<u64>().expect("ticks")).sum();
        Duration::from_millis(10 * ticks)
    };
    let (mut last, started) = (read(), Instant::now());
    loop {
        std::thread::sleep(Duration::from_millis(700));
        let now = read();
        if now == last || started.elapsed() > Duration::from_secs(60) {
            return now;
        }
        last = now;
    }
}

/// A device, the server that it syncs with, and what both took.
struct Side {
    name: &'static str,
    server: Server,
    costs: Vec<Cost>,
    served: Duration,
}

/// Has the devices sync in turn, so often, and prints how the second one's server and its own time compare.
fn compare(devices: &Devices, what: &str, sides: &mut [Side; 2], rounds: usize, before: impl Fn(&str, usize)) {
    for side in sides.iter_mut() {
        side.served = time(&side.server);
        side.costs.clear();
    }
    for round in 0..rounds {
        for side in sides.iter_mut() {
            before(side.name, round);
            side.costs.push(cost(&sync(devices, side.name)));
        }
    }
    let each = |time: f64| 1e3 * time / rounds as f64;
    let of = |side: &Side| {
        let served = each((time(&side.server) - side.served).as_secs_f64());
        let sum = |of: fn(&Cost) -> f64| each(side.costs.iter().map(of).sum());
        [served, sum(|cost| cost.0), sum(|cost| cost.1)]
    };
    let (plain, ours) = (of(&sides[0]), of(&sides[1]));
    println!("{what}, each of {rounds}:");
    for (at, what) in ["CPU of the server", "CPU of the device", "clock of the device"].into_iter().enumerate() {
        println!("  {what:<20} git {:6.1} ms, hub {:6.1} ms  {:5.2}", plain[at], ours[at], ours[at] / plain[at]);
    }
}

#[test]
#[ignore = "a measurement of minutes"]
fn the_hub_beside_a_web_server() {
    let (sessions, rounds) = (number("CHITTYSYNC_SESSIONS", 264), number("CHITTYSYNC_ROUNDS", 20));
    let devices = filled(sessions);
    devices.world.git(&devices.world.path(""), &["clone", "-q", "--mirror", "hub.git", "plain.git"]);
    let Some(web) = servers::web(&devices, PLAIN) else { return };
    // Until now it was a plain repository.
    devices.world.ok(&["--store", devices.hub().to_str().expect("UTF-8"), "init", "--default"]);
    let (hub, url) = serve_by(&devices.world, &program());
    let plain = format!("http://127.0.0.1:{}", web.port);
    let helper = format!("!f() {{ test \"$1\" = get && echo username={USER} && echo password={PASSWORD}; }}; f");
    let home = devices.world.path("");
    devices.world.git(&home, &["config", "--global", &format!("credential.{plain}.helper"), &helper]);
    devices.ok("b", &["init", "--remote", &url]);
    devices.world.git(&devices.store("a"), &["config", "remote.origin.url", &format!("{plain}/git/plain.git")]);
    for name in ["a", "b", "a", "b"] {
        devices.sync(name);
    }
    println!("{sessions} sessions");
    let side = |name, server| Side { name, server, costs: Vec::new(), served: Duration::ZERO };
    let mut sides = [side("a", web), side("b", hub)];
    compare(&devices, "nothing new", &mut sides, rounds, |_, _| ());
    compare(&devices, "one todo more", &mut sides, rounds, |name, round| {
        devices.ok(name, &["add", &format!("Measure {round}")]);
    });
}
