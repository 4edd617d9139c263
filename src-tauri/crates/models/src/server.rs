//! Which server is asked, and as whom: the provider, the checked address, the key.

use std::fmt;

use reqwest::Url;
use reqwest::header::HeaderValue;
use serde::{Deserialize, Serialize};

use crate::error::Fault;

/// The version of the Azure `OpenAI` API that is asked for when none is set
/// (<https://learn.microsoft.com/azure/ai-services/openai/api-version-deprecation>).
pub const AZURE_API_VERSION: &str = "2024-10-21";

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// Ollama's own API (<https://github.com/ollama/ollama/blob/main/docs/api.md>).
    Ollama,
    /// Chat completions as `OpenAI` defines them (<https://platform.openai.com/docs/api-reference/chat>): `OpenAI`,
    /// LM Studio, the server of llama.cpp, vLLM and many others.
    OpenAi,
    /// Azure `OpenAI`, where the model is a deployment
    /// (<https://learn.microsoft.com/azure/ai-services/openai/reference>).
    Azure,
}

/// A server and how it is entered.
#[derive(Debug, Clone)]
pub struct Server {
    /// How it is spoken to.
    pub provider: Provider,
    /// Its address as a person writes it, `http` or `https`. White space around it and slashes at its end do not count, and
    /// an address that was copied with its endpoint loses that.
    ///
    /// - Ollama: `http://localhost:11434`; an `/api` or `/v1` at its end is dropped.
    /// - `OpenAI`: `https://api.openai.com/v1`; without a path it gets `/v1`, with one it is taken as it stands.
    /// - Azure: `https://NAME.openai.azure.com`; an `/openai…` at its end is dropped.
    pub base_url: String,
    /// Azure only; [`AZURE_API_VERSION`] when it is not set.
    pub api_version: Option<String>,
    /// The key, where the server asks for one.
    pub key: Option<Key>,
}

/// A secret that lets into a server. Nothing prints or stores it, and what a server says is shown without it.
#[derive(Clone)]
pub struct Key(String);

/// A text that cannot be a key: it is empty, or holds characters that a header may not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The key is empty or holds characters that no key has. Copy it again.")]
pub struct BadKey;

impl Key {
    /// Takes a key as it was pasted: white space around it does not count.
    pub fn new(text: impl AsRef<str>) -> Result<Self, BadKey> {
        let text = text.as_ref().trim();
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || !visible {
            return Err(BadKey);
        }
        Ok(Self(text.to_owned()))
    }

    /// The key itself: for the keychain that keeps it, and for nothing else.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the key, and without words that begin like it: servers quote a wrong key with its middle left out.
    pub fn redact(&self, text: &str) -> String {
        const SHOWN: &str = "***";
        let text = text.replace(&self.0, SHOWN);
        let Some(start) = self.0.get(..4).filter(|_| self.0.len() >= 12) else {
            return text;
        };
        let mut redacted = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(start) {
            let (before, word) = rest.split_at(at);
            let end = word.find(|c: char| !c.is_ascii_graphic() || "\"',;)".contains(c));
            redacted.push_str(before);
            redacted.push_str(SHOWN);
            rest = &word[end.unwrap_or(word.len())..];
        }
        redacted + rest
    }

    /// As the value of the header in which `provider` expects it.
    pub(crate) fn header(&self, provider: Provider) -> Option<(&'static str, HeaderValue)> {
        let (name, text) = match provider {
            Provider::Azure => ("api-key", self.0.clone()),
            Provider::Ollama | Provider::OpenAi => ("authorization", format!("Bearer {}", self.0)),
        };
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

/// A checked address: where the paths of the API begin.
#[derive(Debug, Clone)]
pub(crate) struct Address(Url);

impl Address {
    pub(crate) fn new(server: &Server) -> Result<Self, Fault> {
        let bad = |problem: &str| Fault::BadUrl {
            problem: problem.to_owned(),
        };
        let text = server.base_url.trim();
        let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if !matches!(scheme.as_deref(), Some("http" | "https")) {
            return Err(bad("it has to begin with http:// or https://"));
        }
        let mut url = Url::parse(text).map_err(|error| bad(&error.to_string()))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(bad("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it holds a user name or a password; use the key instead"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad("it has a part after ? or #, which does not belong to it"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        let base = match server.provider {
            Provider::Ollama => before(&path, &["/api", "/v1"], false),
            Provider::OpenAi => match before(&path, &["/chat/completions", "/completions", "/models"], false) {
                "" => "/v1",
                base => base,
            },
            Provider::Azure => before(&path, &["/openai/", "/openai"], true),
        };
        url.set_path(base);
        Ok(Self(url))
    }

    /// The address of a path of the API, which is given in its segments.
    pub(crate) fn join(&self, segments: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// Whether the server runs on this machine, where no proxy can find it.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let named = host == "localhost" || host.ends_with(".localhost");
        named || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// Host and port, the latter also when it is the usual one.
    pub(crate) fn host_and_port(&self) -> String {
        let (host, port) = (self.0.host_str(), self.0.port_or_known_default());
        format!("{}:{}", host.unwrap_or_default(), port.unwrap_or_default())
    }

    /// Whether it is spoken to over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether `url` is on the same server, so that it may see key and prompt too.
    pub(crate) fn is_home_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }
}

/// What stands before one of `ends`: where `path` ends with it, or anywhere.
fn before<'a>(path: &'a str, ends: &[&str], anywhere: bool) -> &'a str {
    let cut = |end: &&str| {
        if anywhere {
            path.find(*end)
        } else {
            path.ends_with(*end).then(|| path.len() - end.len())
        }
    };
    ends.iter().find_map(cut).map_or(path, |at| &path[..at])
}

/// The address as messages show it: scheme, host, port and path, and nothing that could be secret.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail for addresses that cannot have a user, which then have none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(provider: Provider, base_url: &str) -> Result<String, Fault> {
        let server = Server {
            provider,
            base_url: base_url.to_owned(),
            api_version: None,
            key: None,
        };
        Address::new(&server).map(|address| address.join(&["x"]).to_string())
    }

    #[test]
    fn an_address_is_taken_however_it_was_copied() {
        for (provider, given, used) in [
            (Provider::Ollama, "http://localhost:11434", "http://localhost:11434/x"),
            (
                Provider::Ollama,
                " http://localhost:11434/api/ ",
                "http://localhost:11434/x",
            ),
            (Provider::Ollama, "http://nas/ollama/", "http://nas/ollama/x"),
            (Provider::OpenAi, "http://localhost:1234", "http://localhost:1234/v1/x"),
            (
                Provider::OpenAi,
                "http://localhost:1234/v1/",
                "http://localhost:1234/v1/x",
            ),
            (Provider::OpenAi, "https://h/v1/chat/completions", "https://h/v1/x"),
            (
                Provider::OpenAi,
                "https://h/gateway/openai",
                "https://h/gateway/openai/x",
            ),
            (
                Provider::Azure,
                "https://n.openai.azure.com/",
                "https://n.openai.azure.com/x",
            ),
            (
                Provider::Azure,
                "https://n.openai.azure.com/openai/deployments/d",
                "https://n.openai.azure.com/x",
            ),
        ] {
            assert_eq!(address(provider, given).as_deref(), Ok(used), "{given}");
        }
    }

    /// E10: a wrong address is told before anything is sent.
    #[test]
    fn an_address_that_cannot_work_is_refused_with_the_reason() {
        for given in [
            "",
            "localhost:11434",
            "ftp://host",
            "file:///etc/passwd",
            "http://",
            "http://me:secret@host",
            "http://host/v1?key=secret",
        ] {
            let error = address(Provider::OpenAi, given);
            assert!(matches!(error, Err(Fault::BadUrl { .. })), "{given}: {error:?}");
        }
    }

    #[test]
    fn loopback_is_known_by_name_and_by_number() {
        for (host, loopback) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("[::1]", true),
            ("192.168.1.5", false),
            ("localhost.example.org", false),
        ] {
            let server = Server {
                provider: Provider::Ollama,
                base_url: format!("http://{host}:11434"),
                api_version: None,
                key: None,
            };
            assert_eq!(Address::new(&server).unwrap().is_loopback(), loopback, "{host}");
        }
    }

    /// D8: the key reaches nothing that is printed.
    #[test]
    fn a_key_is_never_shown() {
        let key = Key::new(" sk-proj-0123456789abcdef\n").unwrap();
        assert_eq!(format!("{key:?}"), "Key(***)");
        let said = "Incorrect API key provided: sk-proj-0123456789abcdef. Or sk-proj-********cdef, see the site.";
        let redacted = key.redact(said);
        assert_eq!(redacted, "Incorrect API key provided: ***. Or ***, see the site.");
        let (_, header) = key.header(Provider::OpenAi).unwrap();
        assert_eq!(format!("{header:?}"), "Sensitive");
    }

    #[test]
    fn a_text_that_no_header_can_carry_is_no_key() {
        for text in ["", "  ", "a b", "a\nb", "鍵"] {
            assert_eq!(Key::new(text).unwrap_err(), BadKey, "{text:?}");
        }
    }
}
