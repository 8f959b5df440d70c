//! Real servers on loopback: a web server with `git http-backend` behind it, and an sshd. Each has its own
//! configuration, keys and port, and ends with the test.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::common::{World, executable, free_port};
use crate::devices::Devices;

/// The user and the password that the web server takes.
pub const USER: &str = "me";
pub const PASSWORD: &str = "well-guarded";

/// A program that listens on loopback until dropped.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Returns a program that listens already.
    #[cfg(feature = "hub")]
    pub fn new(child: Child, port: u16) -> Self {
        Server { child, port }
    }

    /// Returns the number of its process.
    #[cfg(feature = "hub")]
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns where a program is; says so when a test is left out without it.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    let found = places.find_map(|place| Some(place.join(program)).filter(|path| path.is_file()));
    if found.is_none() {
        eprintln!("SKIPPED: {program} is not installed");
    }
    found
}

/// Starts a program that is given a port. A port that looks free can be taken by the time it is used.
fn listen(world: &World, start: impl Fn(u16) -> Child) -> Server {
    for _ in 0..5 {
        let port = free_port();
        let mut server = Server { child: start(port), port };
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if TcpStream::connect(("127.0.0.1", server.port)).is_ok() {
                return server;
            }
            if server.child.try_wait().expect("a child").is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    panic!("no server came up: {}", std::fs::read_to_string(world.path("server.log")).unwrap_or_default());
}

fn spawn(world: &World, program: &std::path::Path, arguments: &[&str]) -> Child {
    let log = || std::fs::File::options().create(true).append(true).open(world.path("server.log")).expect("a log");
    let mut command = world.command(program.to_str().expect("UTF-8"));
    command.args(arguments).stdout(log()).stderr(Stdio::from(log()));
    command.spawn().expect("the server starts")
}

/// Serves the hub at [`url`] behind a password. `backend` is the shell script that answers a request;
/// `$BACKEND` in it is `git http-backend`.
pub fn web(devices: &Devices, backend: &str) -> Option<Server> {
    let lighttpd = find("lighttpd")?;
    let world = &devices.world;
    let directory = PathBuf::from(world.git(&world.path(""), &["--exec-path"]));
    if !directory.join("git-http-backend").exists() {
        eprintln!("SKIPPED: git http-backend is not installed");
        return None;
    }
    let root = world.path("");
    let script = format!(
        "#!/bin/sh\nBACKEND='{}/git-http-backend'\nexport GIT_PROJECT_ROOT='{}' GIT_HTTP_EXPORT_ALL=1 HOME='{}'\n{backend}\n",
        directory.display(),
        root.display(),
        world.path("server-home").display(),
    );
    std::fs::create_dir_all(world.path("www")).expect("a directory");
    world.write("backend.sh", script.as_bytes());
    executable(&world.path("backend.sh"));
    world.write("passwords", format!("{USER}:{PASSWORD}\n").as_bytes());
    Some(listen(world, |port| {
        let config = format!(
            r#"server.document-root = "{root}/www"
server.bind = "127.0.0.1"
server.port = {port}
server.modules = ("mod_access", "mod_auth", "mod_authn_file", "mod_alias", "mod_cgi")
server.upload-dirs = ("{root}")
server.errorlog = "{root}/lighttpd.log"
server.pid-file = "{root}/server.pid"
alias.url = ("/git" => "{root}/backend.sh")
auth.backend = "plain"
auth.backend.plain.userfile = "{root}/passwords"
auth.require = ("/git" => ("method" => "basic", "realm" => "todos", "require" => "valid-user"))
$HTTP["url"] =~ "^/git" {{ cgi.assign = ("" => "") }}
"#,
            root = root.display(),
        );
        let config = world.write("lighttpd.conf", config.as_bytes());
        spawn(world, &lighttpd, &["-D", "-f", config.to_str().expect("UTF-8")])
    }))
}

/// Answers every request as git does.
pub const PLAIN: &str = r#"exec "$BACKEND""#;

/// Returns where a web server serves the hub.
pub fn url(server: &Server) -> String {
    format!("http://127.0.0.1:{}/git/hub.git", server.port)
}

/// Has the user's git answer with these credentials.
pub fn credentials(devices: &Devices, user: &str, password: &str) {
    let helper = format!("!f() {{ test \"$1\" = get && echo username={user} && echo password={password}; }}; f");
    devices.world.git(&devices.world.path(""), &["config", "--global", "credential.helper", &helper]);
}

/// Serves this world over ssh to whoever has the key `key`, and gives the user an ssh configuration with it.
/// The user's git is told of it, as people do who have a key for todos only.
pub fn ssh(devices: &Devices) -> Option<Server> {
    let (sshd, keygen, _) = (find("sshd")?, find("ssh-keygen")?, find("ssh")?);
    let world = &devices.world;
    let root = world.path("").display().to_string();
    for name in ["host", "key", "stranger"] {
        let path = world.path(name);
        let mut command = world.command(keygen.to_str().expect("UTF-8"));
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"]).arg(path);
        assert!(command.status().expect("ssh-keygen").success());
    }
    std::fs::copy(world.path("key.pub"), world.path("authorized")).expect("a file");
    let server_home = world.path("server-home");
    std::fs::create_dir_all(&server_home).expect("a home");
    // A privileged sshd wants this directory, which Debian makes when the service starts.
    let _ = std::fs::create_dir_all("/run/sshd");
    let path = std::env::var("PATH").expect("a PATH");
    let server = listen(world, |port| {
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {root}/host\nAuthorizedKeysFile {root}/authorized\n\
             PidFile {root}/server.pid\nPubkeyAuthentication yes\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nPermitRootLogin yes\nPrintMotd no\n\
             SetEnv HOME={} PATH={path}\n",
            server_home.display()
        );
        let config = world.write("sshd.conf", config.as_bytes());
        spawn(world, &sshd, &["-D", "-e", "-f", config.to_str().expect("UTF-8")])
    });
    let host = std::fs::read_to_string(world.path("host.pub")).expect("a key");
    world.write("known", format!("[127.0.0.1]:{} {host}", server.port).as_bytes());
    configure_ssh(devices, "key", "known");
    Some(server)
}

/// Has the user's git log in with this key, and know these hosts.
pub fn configure_ssh(devices: &Devices, key: &str, known: &str) {
    let (key, known) = (devices.world.path(key), devices.world.path(known));
    let command = format!(
        "ssh -F none -i {} -o IdentitiesOnly=yes -o UserKnownHostsFile={} -o GlobalKnownHostsFile=none",
        key.display(),
        known.display()
    );
    devices.world.git(&devices.world.path(""), &["config", "--global", "core.sshCommand", &command]);
}

/// Returns where an sshd serves the hub.
pub fn ssh_url(devices: &Devices, server: &Server) -> String {
    let user = devices.world.command("id").arg("-un").output().expect("a name").stdout;
    let user = String::from_utf8_lossy(&user).trim().to_owned();
    format!("ssh://{user}@127.0.0.1:{}{}", server.port, devices.hub().display())
}

/// Returns devices that sync with nobody yet, and an empty hub for them.
pub fn devices(names: &[&str]) -> Devices {
    let devices = Devices::without_hub(names);
    devices.world.git(&devices.world.path(""), &["init", "-q", "--bare", "hub.git"]);
    devices
}

/// Has devices sync with this URL.
pub fn join(devices: &Devices, names: &[&str], url: &str) {
    for name in names {
        devices.ok(name, &["init", "--remote", url]);
    }
}
