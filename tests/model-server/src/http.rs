//! As much of HTTP/1.1 as a server for tests needs, with nothing between it and the socket: a fault is exactly what a
//! script says.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::Request;

/// Largest request.
const MOST: usize = 64 << 20;

/// The next request on a connection, or nothing at its end. `pending` holds what was read and not used.
pub(crate) async fn read(socket: &mut OwnedReadHalf, pending: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let head = loop {
        if let Some(end) = pending.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        // Whoever speaks TLS to a server without it is answered in plain text, as by any server.
        if pending.first().is_some_and(|byte| !byte.is_ascii_alphabetic()) {
            let request = Request {
                method: "TLS".to_owned(),
                path: String::new(),
                headers: Vec::new(),
                body: String::new(),
            };
            pending.clear();
            return Ok(Some(request));
        }
        if pending.len() > MOST || socket.read_buf(pending).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&pending[..head]).into_owned();
    let mut lines = text.lines();
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, path) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while pending.len() < head + length {
        if length > MOST || socket.read_buf(pending).await? == 0 {
            return Ok(None);
        }
    }
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        headers,
        body: String::from_utf8_lossy(&pending[head..head + length]).into_owned(),
    };
    pending.drain(..head + length);
    Ok(Some(request))
}

/// Waits until the client closes the connection. One that sends its next request early does not.
pub(crate) async fn closed(socket: &mut OwnedReadHalf) {
    let mut byte = [0];
    match socket.peek(&mut byte).await {
        Ok(0) | Err(_) => {}
        Ok(_) => std::future::pending().await,
    }
}

/// A whole reply.
pub(crate) async fn reply(
    socket: &mut OwnedWriteHalf,
    status: u16,
    kind: &str,
    headers: &[(&str, String)],
    body: &str,
) -> io::Result<()> {
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let text = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n{}\r\n{body}",
        body.len(),
        headers.collect::<String>(),
    );
    socket.write_all(text.as_bytes()).await
}

/// The head of a reply in chunks.
pub(crate) async fn head(socket: &mut OwnedWriteHalf, kind: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 200 -\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n");
    socket.write_all(head.as_bytes()).await
}

/// A chunk; the empty one ends the reply.
pub(crate) async fn chunk(socket: &mut OwnedWriteHalf, bytes: &[u8]) -> io::Result<()> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    socket.write_all(&chunk).await
}
