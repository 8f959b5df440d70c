//! A PostgreSQL of our own for a test: its data in a directory, its certificate of an authority made for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chittysync::settings::MirrorKind;

use crate::common::free_port;
use crate::scene::Scene;

pub const WORD: &str = "opensesame";

/// A server with its data below a directory of its own.
pub struct Server {
    directory: tempfile::TempDir,
    programs: PathBuf,
    pub port: u16,
    pub pooler: Option<std::process::Child>,
    as_root: bool,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut pooler) = self.pooler.take() {
            // What runuser started is not ended with it.
            let line = format!("kill $(cat {})", text(&self.path("pool.pid")));
            let _ = self.as_user().args(["sh", "-c", &line]).status();
            let _ = pooler.kill();
            let _ = pooler.wait();
        }
        self.control(&["-m", "immediate", "stop"]);
    }
}

impl Server {
    pub fn new() -> Option<Self> {
        let named = std::env::var_os("CHITTYSYNC_POSTGRES").filter(|path| !path.is_empty());
        let Some(programs) = named.map(PathBuf::from) else {
            println!("left out: CHITTYSYNC_POSTGRES names no PostgreSQL");
            return None;
        };
        // PostgreSQL does not run as root.
        let as_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let directory = tempfile::tempdir().expect("a directory");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(directory.path(), mode).expect("permissions");
        let server = Server { directory, programs, port: free_port(), pooler: None, as_root };
        server.write("pw", WORD);
        server.certificates();
        let data = server.path("data");
        let pw = server.path("pw");
        server.run(
            "initdb",
            &[
                "-D",
                &text(&data),
                "-A",
                "scram-sha-256",
                "-U",
                "ana",
                "--pwfile",
                &text(&pw),
                "--no-sync",
                "--locale=C.UTF-8",
                "-E",
                "UTF8",
            ],
        );
        let settings = format!(
            "listen_addresses='127.0.0.1'\nport={}\nunix_socket_directories='{}'\nsynchronous_commit=off\nssl=on\nssl_cert_file='{}'\nssl_key_file='{}'\n",
            server.port,
            text(server.directory.path()),
            text(&server.path("server.crt")),
            text(&server.path("server.key"))
        );
        server.shell(&format!("cat >> {}/postgresql.conf", text(&data)), settings.as_bytes());
        server.start();
        Some(server)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file that the server's user can read. Whoever writes to a store makes new files private for as long as
    /// that takes, also those of other tests of this process.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(self.path(name), mode).expect("permissions");
    }

    pub fn as_user(&self) -> Command {
        let mut command = match self.as_root {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]);
                command
            }
            false => Command::new("env"),
        };
        command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
        command
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let ended = self.as_user().arg(self.programs.join(program)).args(arguments).status().expect(program);
        assert!(ended.success(), "{program} {arguments:?}");
    }

    fn shell(&self, line: &str, input: &[u8]) {
        use std::io::Write;
        let mut child = self.as_user().args(["sh", "-c", line]).stdin(Stdio::piped()).spawn().expect("sh");
        child.stdin.take().expect("a pipe").write_all(input).expect("written");
        assert!(child.wait().expect("it ends").success(), "{line}");
    }

    /// An authority of our own, and a certificate for the name localhost.
    fn certificates(&self) {
        let d = text(self.directory.path());
        self.shell(
            &format!(
                "cd {d} && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.crt \
                 && openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key -out server.csr \
                 && printf 'subjectAltName=DNS:localhost' > san && openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile san -out server.crt \
                 && chmod 600 server.key"
            ),
            b"",
        );
    }

    fn control(&self, arguments: &[&str]) -> bool {
        let data = text(&self.path("data"));
        let log = text(&self.path("log"));
        let mut command = self.as_user();
        command.arg(self.programs.join("pg_ctl")).args(["-D", &data, "-w", "-l", &log]).args(arguments);
        command.status().is_ok_and(|ended| ended.success())
    }

    pub fn start(&self) {
        assert!(self.control(&["start"]), "PostgreSQL starts");
    }

    pub fn crash(&self) {
        assert!(self.control(&["-m", "immediate", "stop"]), "it runs");
    }

    /// Returns a scene in which git knows the password.
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::new(MirrorKind::Postgres);
        let helper = format!(
            "[credential \"postgres://localhost:{}\"]\n\thelper = \"!f() {{ echo password={WORD}; }}; f\"\n",
            self.port
        );
        let text = format!("[init]\n\tdefaultBranch = main\n[chittysync]\n\tfsync = false\n{helper}");
        scene.world.write("home/.gitconfig", text.as_bytes());
        scene.mirror.url = self.url();
        scene
    }

    pub fn url(&self) -> String {
        format!("postgres://ana@localhost:{}/postgres?sslmode=disable", self.port)
    }

    pub fn sql(&self, query: &str) -> String {
        let mut command = Command::new(self.programs.join("psql"));
        command.env("PGPASSWORD", WORD).args([
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            "127.0.0.1",
            "-U",
            "ana",
            "-p",
            &self.port.to_string(),
        ]);
        let output = command.args(["postgres", "-c", query]).output().expect("psql");
        assert!(output.status.success(), "{query}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
