//! Connections over TLS. Whoever agrees on that slowly holds up nobody, and who speaks plain HTTP is told.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What every connection over TLS begins with.
const HANDSHAKE: u8 = 22;
/// What git, curl and browsers show of it.
const PLAIN: &str = "this is a port for TLS: the address begins with https://\n";

type Ready = (TlsStream<TcpStream>, SocketAddr);

/// Where connections come in.
pub(super) struct TlsListener {
    at: SocketAddr,
    ready: mpsc::Receiver<Ready>,
}

impl TlsListener {
    /// Begins to take connections. Each has this long to agree on how to talk, and so many do at once; others wait in the
    /// system's queue.
    pub(super) fn new(tcp: TcpListener, acceptor: TlsAcceptor, hello: Duration, at_once: usize) -> io::Result<Self> {
        let at = tcp.local_addr()?;
        let (done, ready) = mpsc::channel(at_once);
        tokio::spawn(take(tcp, acceptor, hello, Arc::new(Semaphore::new(at_once)), done));
        Ok(TlsListener { at, ready })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Ready {
        match self.ready.recv().await {
            Some(ready) => ready,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.at)
    }
}

/// Has the system send what is written at once. Else the second part of an answer waits until the first one is
/// acknowledged, for which the other side takes its time: 40 ms a request on Linux.
pub(super) fn send_at_once(stream: &TcpStream) {
    // It works without, and later.
    let _ = stream.set_nodelay(true);
}

/// Takes connections until nobody wants them any more.
async fn take(
    mut tcp: TcpListener,
    acceptor: TlsAcceptor,
    hello: Duration,
    places: Arc<Semaphore>,
    done: mpsc::Sender<Ready>,
) {
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, from) = tokio::select! {
            came = Listener::accept(&mut tcp) => came,
            () = done.closed() => return,
        };
        send_at_once(&stream);
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            let agreed = tokio::time::timeout(hello, agree(stream, acceptor)).await;
            drop(place);
            if let Ok(Some(stream)) = agreed {
                let _ = done.send((stream, from)).await;
            }
        });
    }
}

/// Agrees with somebody on how to talk; nothing when that fails.
async fn agree(mut stream: TcpStream, acceptor: TlsAcceptor) -> Option<TlsStream<TcpStream>> {
    let mut first = [0];
    if stream.peek(&mut first).await.ok()? == 0 {
        return None;
    }
    if first[0] != HANDSHAKE {
        say_no(&mut stream).await;
        return None;
    }
    acceptor.accept(stream).await.ok()
}

/// Answers who speaks plain HTTP; and reads what it sends, or it would not read the answer.
async fn say_no(stream: &mut TcpStream) {
    let length = PLAIN.len();
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{PLAIN}"
    );
    if stream.write_all(answer.as_bytes()).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let mut some = [0; 4096];
    while matches!(stream.read(&mut some).await, Ok(count) if count > 0) {}
}
