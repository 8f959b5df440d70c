//! Serving: which requests there are, where they come in, and how it ends.

use std::net::{SocketAddr, ToSocketAddrs};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::{any, get, post};
use axum::serve::ListenerExt;
use axum::{Router, middleware};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::follow::Follower;
use super::limits::Limits;
use super::outside::Outside;
use super::state::Hub;
use super::tls::Certificate;
use super::tls_listener::{TlsListener, send_at_once};
use super::{bridge, dispatch, guard, open, page, page_act, page_mirrors, page_sign_in, page_then, receive};
use crate::cli::{Failure, HubArgs, Ui};
use crate::log::{self, Level};
use crate::ops::OpsError;
use crate::store::Store;
use crate::wire::GitPath;

/// The names that loopback always has.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

pub(super) fn serve(args: &HubArgs, store: &Store, ui: &mut Ui) -> Result<(), Failure> {
    let address = address(args)?;
    let hosts = LOOPBACK.iter().map(|name| (*name).to_owned());
    let hosts: Vec<String> = hosts.chain(args.host.iter().map(|name| name.to_ascii_lowercase())).collect();
    let issuers = store.issuers().map_err(OpsError::from)?;
    let (limits, common_dir) = (Limits::new(store.settings.max_fetch), store.repo.common_dir().to_owned());
    let issuers = Outside::new(issuers, &common_dir, limits.keys).map_err(|reason| {
        Failure::usage(reason)
            .hint("install it with `--features web`, or unset what `git config --get-regexp ^chittysync.hub` lists")
    })?;
    let certificate = certificate(args, &common_dir, limits.look, ui)?;
    let hooks = receive::put_hook(&common_dir)?;
    allow_files();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).max_blocking_threads(limits.blocking).enable_all().build();
    let runtime = runtime.map_err(|err| Failure::fatal(format!("cannot start the hub: {err}")))?;
    let follower = Arc::new(Follower::new(limits.waiting));
    let following = follower.start(store.clone(), limits);
    let following = following.map_err(|err| Failure::fatal(format!("cannot start the hub: {err}")))?;
    let (stop, stopping) = watch::channel(false);
    let mut hub = Hub::new(store, hooks, limits, hosts, Arc::clone(&follower), stopping);
    hub.outside = issuers;
    hub.pages.is_secure = args.behind_proxy || certificate.is_some();
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|err| {
            Failure::fatal(format!("cannot listen on {address}: {err}")).hint("--listen names another address and port")
        })?;
        let at = listener.local_addr().map_err(|err| Failure::fatal(format!("cannot listen: {err}")))?;
        let scheme = if certificate.is_some() { "https" } else { "http" };
        // A certificate names a host, and seldom an address.
        let name = args.host.first().filter(|_| certificate.is_some());
        let base = name.map_or_else(|| format!("{scheme}://{at}"), |name| format!("{scheme}://{name}:{}", at.port()));
        // Where `hub open` finds it, from the moment on that anybody is told of it. What else it does goes on without.
        let _ = open::remember(&common_dir, at, &base);
        ui.print_always(&format!("{base}{}\n", GitPath::STORE));
        ui.note("hint: `git chittysync hub token add --device <label>` gives a device its token, `hub open` shows its pages; Ctrl-C stops the hub");
        log::append(&common_dir, Level::Info, "hub", &format!("listens on {at}"));
        let hub = Arc::new(hub);
        let mut told = hub.stopping.clone();
        let stopped = async move { drop(told.wait_for(|stopping| *stopping).await) };
        let router = router(Arc::clone(&hub));
        let failed = |reason: String| Failure::fatal(format!("cannot speak TLS: {reason}"));
        let serving = match certificate {
            None => {
                let listener = listener.tap_io(|stream| send_at_once(stream));
                tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(stopped).into_future())
            }
            Some(certificate) => {
                let acceptor = TlsAcceptor::from(Arc::new(certificate.config().map_err(failed)?));
                let listener = TlsListener::new(listener, acceptor, limits.hello, limits.agreeing);
                let listener = listener.map_err(|err| failed(err.to_string()))?;
                tokio::spawn(axum::serve(listener, router).with_graceful_shutdown(stopped).into_future())
            }
        };
        run(serving, &hub, stop).await
    });
    open::forget(&common_dir);
    // What is still running has had its time.
    runtime.shutdown_background();
    follower.stop();
    // It may be merging: that is brought to its end.
    let _ = following.join();
    log::append(&common_dir, Level::Info, "hub", "stopped");
    served
}

/// Reads the certificate, where there is one.
fn certificate(
    args: &HubArgs,
    common_dir: &Path,
    every: Duration,
    ui: &mut Ui,
) -> Result<Option<Arc<Certificate>>, Failure> {
    let (Some(file), Some(key)) = (&args.tls_cert, &args.tls_key) else { return Ok(None) };
    let read = Certificate::read([file, key], common_dir, every).map_err(|reason| {
        Failure::usage(format!("cannot use this certificate: {reason}"))
            .hint("--tls-cert is a file with the certificate and those that lead to its authority, --tls-key its key, both as PEM")
    })?;
    let mode = std::fs::metadata(key).map_or(0, |found| found.permissions().mode());
    if mode & 0o007 != 0 {
        let hint = format!("chmod o= {}", key.display());
        ui.warn(&format!("everybody on this machine can read the key {}", key.display()), Some(&hint));
    }
    Ok(Some(Arc::new(read)))
}

/// Returns where to listen. Without TLS, tokens would go over the network for everybody to read.
fn address(args: &HubArgs) -> Result<SocketAddr, Failure> {
    let wrong = |reason: String| Failure::usage(reason).hint("such as --listen 127.0.0.1:8377");
    let mut found = args.listen.to_socket_addrs().map_err(|err| wrong(format!("'{}': {err}", args.listen)))?;
    let address = found.next().ok_or_else(|| wrong(format!("'{}' is no address", args.listen)))?;
    if !address.ip().is_loopback() && !args.behind_proxy && args.tls_cert.is_none() {
        return Err(Failure::usage(format!("others could reach {address}, and read tokens on the way")).hint(
            "give --tls-cert and --tls-key, have a proxy do TLS and give --behind-proxy, or reach loopback through `ssh -L`",
        ));
    }
    Ok(address)
}

/// A listener is an open file to the system, which gives a program 1,024 of them unless it asks for more.
fn allow_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Without more, so many listen as may.
    let _ = setrlimit(Resource::Nofile, limit);
}

/// Serves until it is told to stop, and then until what is under way is answered.
async fn run(serving: JoinHandle<std::io::Result<()>>, hub: &Hub, stop: watch::Sender<bool>) -> Result<(), Failure> {
    let failed = |err: std::io::Error| Failure::fatal(format!("the hub failed: {err}"));
    let mut term = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    // Nothing new is taken; what is under way is ended, streams at once.
    let _ = stop.send(true);
    let ending = async {
        let served = serving.await;
        // Nobody waits for connections that became WebSockets.
        while hub.follower.listeners() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        served
    };
    match tokio::time::timeout(hub.limits.stop, ending).await {
        Ok(Ok(Err(err))) => Err(failed(err)),
        _ => Ok(()),
    }
}

/// Everything but git's protocol and pages is in the table of the API.
fn router(hub: Arc<Hub>) -> Router {
    let git = format!("{}/{{*rest}}", GitPath::STORE);
    Router::new()
        .route("/", get(page::first))
        .route("/ui", get(page::now))
        .route("/ui/todos", get(page::todos))
        .route("/ui/board", get(page::board))
        .route("/ui/session/{*name}", get(page::session))
        .route("/ui/todo/{id}", get(page::todo))
        .route("/ui/projects", get(page::projects))
        .route("/ui/sessions", get(page::sessions))
        .route("/ui/conflicts", get(page::conflicts))
        .route("/ui/topics", get(page::topics))
        .route("/ui/history", get(page_then::history))
        .route("/ui/keys", get(page::keys))
        .route("/ui/mirrors", get(page_mirrors::mirrors))
        .route("/ui/rollback/{to}", get(page_then::ask))
        .route("/ui/rollback/{to}/{from}", get(page_then::preview))
        .route("/ui/look.css", get(page::style))
        .route("/ui/live.js", get(page::script))
        .route("/ui/events", get(page::events))
        .route("/ui/act", post(page_act::act))
        .route("/ui/login", get(page_sign_in::page).post(page_sign_in::sign_in))
        .route("/ui/logout", post(page_sign_in::sign_out))
        .route(&git, any(bridge::answer))
        .fallback(dispatch::answer)
        .layer(middleware::from_fn_with_state(Arc::clone(&hub), guard::look))
        .with_state(hub)
}
