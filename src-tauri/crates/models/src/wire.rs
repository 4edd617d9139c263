//! Requests and replies as bytes: the connection, the time-outs, the largest size, and errors without secrets.
//!
//! Time is that of [`Instant`], which on Linux and macOS stands still while the machine sleeps
//! (<https://doc.rust-lang.org/std/time/struct.Instant.html#underlying-system-calls>): a call does not time out because the
//! lid was closed in the middle of it. Where the clock goes on, and where the connection did not outlive the sleep, the
//! attempt fails as one that timed out or broke off, and such a one is made again.

use std::error::Error as _;
use std::ops::Deref;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER};
use reqwest::{Response, Url, redirect};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::dialect::Problem;
use crate::error::{Fault, ModelError, Wait};
use crate::limits::Limits;
use crate::patience::retry_after;
use crate::server::{Address, Key, Server, shown};

/// Largest body of an error that is read.
const ERROR_BYTES: usize = 64 << 10;

/// Sends requests to one server.
#[derive(Debug)]
pub(crate) struct Wire {
    http: reqwest::Client,
    key: Option<Key>,
    limits: Limits,
}

/// A reply whose body is still to come.
#[derive(Debug)]
pub(crate) struct Incoming {
    response: Response,
    pub status: u16,
    /// What `Retry-After` asks for.
    pub retry_after: Option<Duration>,
    shown: String,
    limits: Limits,
    /// When the silence is too long.
    silent_until: Instant,
    end: Option<Instant>,
    seen: usize,
    most: usize,
}

impl Wire {
    pub(crate) fn new(server: &Server, address: &Address, limits: Limits) -> Result<Self, ModelError> {
        let home = address.clone();
        // Prompt and key are for this server alone, so that a redirect to any other one is an answer, not a way.
        let stay = redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > 3 || !home.is_home_of(attempt.url()) {
                attempt.stop()
            } else {
                attempt.follow()
            }
        });
        // Another part of the program may have chosen the cryptography before; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("GenGlossary/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .redirect(stay)
            .referer(false);
        if address.is_loopback() {
            http = http.no_proxy();
        }
        if !address.is_secure() {
            // Without TLS no certificate is needed, so that a machine that has none can use its own servers.
            http = http.tls_certs_only([]);
        }
        if let Some((name, value)) = server.key.as_ref().and_then(|key| key.header(server.provider)) {
            http = http.default_headers(HeaderMap::from_iter([(HeaderName::from_static(name), value)]));
        }
        let http = http.build().map_err(|error| {
            let mut failure = ModelError::new(Fault::Tls, shown(&address.join(&[])));
            failure.said = Some(cause(&error).to_string().into());
            failure
        })?;
        Ok(Self {
            http,
            key: server.key.clone(),
            limits,
        })
    }

    /// Asks with `GET`, or with `POST` if there is a body. The reply has to end within the limits.
    pub(crate) async fn send(&self, url: &Url, body: Option<&Value>) -> Result<Incoming, ModelError> {
        self.open(url, body, self.limits, true).await
    }

    /// Like [`Wire::send`], for a reply that takes as long and grows as large as it does, and is never silent for longer than
    /// `silence`.
    pub(crate) async fn send_for_long(
        &self,
        url: &Url,
        body: &Value,
        silence: Duration,
    ) -> Result<Incoming, ModelError> {
        let limits = Limits {
            first_byte: silence,
            ..self.limits
        };
        self.open(url, Some(body), limits, false).await
    }

    async fn open(
        &self,
        url: &Url,
        body: Option<&Value>,
        limits: Limits,
        bounded: bool,
    ) -> Result<Incoming, ModelError> {
        let request = match body {
            Some(body) => self.http.post(url.clone()).json(body),
            None => self.http.get(url.clone()),
        };
        let start = Instant::now();
        let end = bounded.then(|| start + limits.total);
        let silent_until = start + limits.first_byte;
        let (until, wait, limit) = sooner(silent_until, Wait::FirstByte, end, &limits);
        let response = match timeout_at(until, request.send()).await {
            Err(_) => return Err(ModelError::new(Fault::TimedOut { wait, limit }, shown(url))),
            Ok(Err(error)) => return Err(self.failure(&error, url)),
            Ok(Ok(response)) => response,
        };
        let retry_after = response.headers().get(RETRY_AFTER);
        Ok(Incoming {
            status: response.status().as_u16(),
            retry_after: retry_after
                .and_then(|value| value.to_str().ok())
                .and_then(retry_after_now),
            shown: shown(url),
            limits,
            silent_until,
            end,
            seen: 0,
            most: if bounded { limits.reply_bytes } else { usize::MAX },
            response,
        })
    }

    /// What a server or the system says, fit to be shown: without the key, in one line, not too long.
    pub(crate) fn fit(&self, said: &str) -> Box<str> {
        let said = match &self.key {
            Some(key) => key.redact(said),
            None => said.to_owned(),
        };
        let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
        shorten(&line, ModelError::LONGEST_SENTENCE).into()
    }

    /// The error that `problem` is, for the reply that `blank` is an error of.
    pub(crate) fn explain(&self, blank: &ModelError, problem: Problem) -> ModelError {
        let fault = match problem.fault {
            Fault::Unauthorised if self.key.is_none() => Fault::NoKey,
            fault => fault,
        };
        ModelError {
            fault,
            said: problem.said.map(|said| self.fit(&said)),
            ..blank.clone()
        }
    }

    fn failure(&self, error: &reqwest::Error, url: &Url) -> ModelError {
        let cause = cause(error);
        let fault = if error.is_connect() && error.is_timeout() {
            Fault::TimedOut {
                wait: Wait::Connect,
                limit: self.limits.connect,
            }
        } else if error.is_connect() && is_tls(cause) {
            Fault::Tls
        } else if error.is_connect() && is_lookup(error) {
            Fault::UnknownHost
        } else if error.is_connect() {
            Fault::Unreachable
        } else {
            Fault::Broken {
                problem: "the connection broke off".to_owned(),
            }
        };
        let mut failure = ModelError::new(fault, shown(url));
        failure.said = Some(self.fit(&cause.to_string()));
        failure
    }
}

impl Incoming {
    /// The next piece of the body, or nothing at its end.
    pub(crate) async fn piece(&mut self) -> Result<Option<impl Deref<Target = [u8]> + use<>>, ModelError> {
        let wait = if self.seen == 0 { Wait::FirstByte } else { Wait::Silence };
        let (until, wait, limit) = sooner(self.silent_until, wait, self.end, &self.limits);
        let piece = match timeout_at(until, self.response.chunk()).await {
            Err(_) => return Err(self.error(Fault::TimedOut { wait, limit })),
            Ok(Err(_)) => return Err(self.broken("the connection broke off")),
            Ok(Ok(piece)) => piece,
        };
        self.silent_until = Instant::now() + self.limits.first_byte;
        self.seen += piece.as_ref().map_or(0, |piece| piece.as_ref().len());
        if self.seen > self.most {
            return Err(self.error(Fault::TooLarge { limit: self.most }));
        }
        Ok(piece)
    }

    /// The whole body.
    pub(crate) async fn text(&mut self) -> Result<String, ModelError> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece().await? {
            bytes.extend_from_slice(&piece);
        }
        String::from_utf8(bytes).map_err(|_| self.broken("it is not UTF-8"))
    }

    /// Whether the body is a page for browsers.
    pub(crate) fn is_page(&self) -> bool {
        let kind = self.response.headers().get(CONTENT_TYPE);
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
    }

    /// As much of the body as there is: an error is worth telling also when its reason is lost.
    pub(crate) async fn reason(&mut self) -> String {
        if let Some(place) = self.response.headers().get(LOCATION) {
            let place = place.to_str().ok().and_then(|place| Url::parse(place).ok());
            return place.map_or_else(String::new, |url| format!("Moved to {}", shown(&url)));
        }
        let mut bytes = Vec::new();
        while let Ok(Some(piece)) = self.piece().await {
            bytes.extend_from_slice(&piece);
            if bytes.len() > ERROR_BYTES {
                break;
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Hands the body to `take` line by line.
    pub(crate) async fn lines(
        &mut self,
        mut take: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let mut pending: Vec<u8> = Vec::new();
        while let Some(piece) = self.piece().await? {
            let searched = pending.len();
            pending.extend_from_slice(&piece);
            let mut start = 0;
            while let Some(end) = pending[start.max(searched)..].iter().position(|byte| *byte == b'\n') {
                let end = start.max(searched) + end;
                take(self.utf8(&pending[start..end])?)?;
                start = end + 1;
            }
            pending.drain(..start);
        }
        if !pending.is_empty() {
            take(self.utf8(&pending)?)?;
        }
        Ok(())
    }

    /// An error of this reply of which only address and status are known.
    pub(crate) fn blank_error(&self) -> ModelError {
        self.error(Fault::Refused)
    }

    pub(crate) fn error(&self, fault: Fault) -> ModelError {
        let mut error = ModelError::new(fault, self.shown.clone());
        error.status = Some(self.status);
        error
    }

    pub(crate) fn broken(&self, problem: &str) -> ModelError {
        self.error(Fault::Broken {
            problem: problem.to_owned(),
        })
    }

    fn utf8<'a>(&self, line: &'a [u8]) -> Result<&'a str, ModelError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        std::str::from_utf8(line).map_err(|_| self.broken("it is not UTF-8"))
    }
}

/// The first `most` characters of `text`, with an ellipsis if there are more.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn retry_after_now(value: &str) -> Option<Duration> {
    retry_after(value, Timestamp::now())
}

/// The limit that is reached first: on the silence, or on all.
fn sooner(silence: Instant, wait: Wait, end: Option<Instant>, limits: &Limits) -> (Instant, Wait, Duration) {
    match end.filter(|end| *end < silence) {
        Some(end) => (end, Wait::Total, limits.total),
        None => (silence, wait, limits.first_byte),
    }
}

/// The innermost error, which is the one that says why.
fn cause(error: &reqwest::Error) -> &(dyn std::error::Error + 'static) {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause
}

/// Whether the name of the host could not be looked up. The words are those of hyper-util, which reqwest does not show in
/// its types (<https://docs.rs/hyper-util/latest/hyper_util/client/legacy/connect/struct.HttpConnector.html>).
fn is_lookup(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.to_string().starts_with("dns error") {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// Whether the connection stood and the handshake failed. The words are those of rustls, which reqwest does not show in
/// its types (<https://docs.rs/rustls/latest/rustls/enum.Error.html>).
fn is_tls(cause: &(dyn std::error::Error + 'static)) -> bool {
    const WORDS: [&str; 6] = [
        "certificate",
        "tls ",
        "peer ",
        "fatal alert",
        "corrupt message",
        "unexpected message",
    ];
    let text = cause.to_string().to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}
