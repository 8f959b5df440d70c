//! Serving: which requests there are, where they come in, and how it ends.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use axum::routing::{any, get, post};
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::follow::Follower;
use super::limits::Limits;
use super::state::Hub;
use super::{bridge, dispatch, guard, open, page, page_act, page_sign_in, receive};
use crate::cli::{Failure, HubArgs, Ui};
use crate::log::{self, Level};
use crate::store::Store;
use crate::wire::GitPath;

/// The names that loopback always has.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

pub(super) fn serve(args: &HubArgs, store: &Store, ui: &mut Ui) -> Result<(), Failure> {
    let address = address(args)?;
    let hosts = LOOPBACK.iter().map(|name| (*name).to_owned());
    let hosts: Vec<String> = hosts.chain(args.host.iter().map(|name| name.to_ascii_lowercase())).collect();
    let (limits, common_dir) = (Limits::new(store.settings.max_fetch), store.repo.common_dir().to_owned());
    let hooks = receive::put_hook(&common_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|err| Failure::fatal(format!("cannot start the hub: {err}")))?;
    let follower = Arc::new(Follower::new(limits.waiting));
    let following = follower.start(store.clone(), limits.replay, limits.tidy, limits.again);
    let following = following.map_err(|err| Failure::fatal(format!("cannot start the hub: {err}")))?;
    let (stop, stopping) = watch::channel(false);
    let mut hub = Hub::new(store, hooks, limits, hosts, Arc::clone(&follower), stopping);
    hub.pages.is_secure = args.behind_proxy;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(address).await.map_err(|err| {
            Failure::fatal(format!("cannot listen on {address}: {err}")).hint("--listen names another address and port")
        })?;
        let at = listener.local_addr().map_err(|err| Failure::fatal(format!("cannot listen: {err}")))?;
        ui.print_always(&format!("http://{at}{}\n", GitPath::STORE));
        ui.note("hint: `git chittysync hub token add --device <label>` gives a device its token, `hub open` shows its pages; Ctrl-C stops the hub");
        log::append(&common_dir, Level::Info, "hub", &format!("listens on {at}"));
        // Where `hub open` finds it. What else it does goes on without.
        let _ = open::remember(&common_dir, at);
        run(listener, Arc::new(hub), stop, limits).await
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

/// Returns where to listen. Without a proxy that does TLS, tokens would go over the network for everybody to read.
fn address(args: &HubArgs) -> Result<SocketAddr, Failure> {
    let wrong = |reason: String| Failure::usage(reason).hint("such as --listen 127.0.0.1:8377");
    let mut found = args.listen.to_socket_addrs().map_err(|err| wrong(format!("'{}': {err}", args.listen)))?;
    let address = found.next().ok_or_else(|| wrong(format!("'{}' is no address", args.listen)))?;
    if !address.ip().is_loopback() && !args.behind_proxy {
        return Err(Failure::usage(format!("others could reach {address}, and read tokens on the way"))
            .hint("have a proxy do TLS and give --behind-proxy, or reach loopback through `ssh -L`"));
    }
    Ok(address)
}

async fn run(listener: TcpListener, hub: Arc<Hub>, stop: watch::Sender<bool>, limits: Limits) -> Result<(), Failure> {
    let failed = |err: std::io::Error| Failure::fatal(format!("the hub failed: {err}"));
    let mut term = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut told = hub.stopping.clone();
    let serving = axum::serve(listener, router(hub)).with_graceful_shutdown(async move {
        let _ = told.wait_for(|stopping| *stopping).await;
    });
    let serving = tokio::spawn(serving.into_future());
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    // Nothing new is taken; what is under way is ended, streams at once.
    let _ = stop.send(true);
    match tokio::time::timeout(limits.stop, serving).await {
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
        .route("/ui/todo/{id}", get(page::todo))
        .route("/ui/projects", get(page::projects))
        .route("/ui/sessions", get(page::sessions))
        .route("/ui/conflicts", get(page::conflicts))
        .route("/ui/topics", get(page::topics))
        .route("/ui/history", get(page::history))
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
