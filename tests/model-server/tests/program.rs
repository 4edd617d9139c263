//! The program, as tests that are not in Rust use it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(script: &str) -> (Running, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_genglossary-model-server"))
        .arg(script)
        .stdout(Stdio::piped())
        .spawn();
    let mut program = Running(program.expect("the program starts"));
    let mut url = String::new();
    let out = program.0.stdout.take().expect("its output is a pipe");
    BufReader::new(out).read_line(&mut url).expect("it prints a line");
    let address = url.trim().strip_prefix("http://").expect("it prints its address");
    (program, address.to_owned())
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nconnection: close\r\n\r\n")
}

fn ask(address: &str, request: &str) -> String {
    let mut socket = TcpStream::connect(address).expect("it listens");
    socket.write_all(request.as_bytes()).expect("it reads");
    let mut reply = String::new();
    socket.read_to_string(&mut reply).expect("it answers in text");
    reply
}

#[test]
fn it_follows_a_script_and_tells_what_it_was_asked() {
    let (_program, address) = run(r#"{ "models": ["m"], "refuses": ["seed"] }"#);
    let listed = ask(&address, &get("/v1/models"));
    assert!(listed.contains("\"id\":\"m\""), "{listed}");
    let body = r#"{"model":"m","seed":1,"messages":[]}"#;
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let refused = ask(&address, &request);
    assert!(
        refused.starts_with("HTTP/1.1 400") && refused.contains("'seed'"),
        "{refused}"
    );
    let requests = ask(&address, &get("/_requests"));
    assert!(requests.contains("/v1/chat/completions"), "{requests}");
    let counts = ask(&address, &get("/_counts"));
    assert!(counts.contains("\"calls\":0"), "{counts}");
}
