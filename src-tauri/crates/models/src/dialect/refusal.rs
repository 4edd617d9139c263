//! What the errors of servers mean: their status, and the sentence in their body.

use serde_json::Value;

use super::Problem;
use crate::error::Fault;

/// What a reply with an error status means.
pub(crate) fn refusal(status: u16, body: &str, model: &str, context: u32) -> Problem {
    let json: Option<Value> = serde_json::from_str(body).ok();
    // Google puts the error into a list.
    let json = json.map(|json| json.get(0).cloned().unwrap_or(json));
    let said = match &json {
        Some(json) => sentence(json),
        None => plain(body),
    };
    let code = json.as_ref().map(code).unwrap_or_default();
    let text = format!("{code} {}", said.as_deref().unwrap_or_default()).to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let fault = match status {
        401 => Fault::Unauthorised,
        403 => Fault::Forbidden,
        402 => Fault::NoCredit,
        429 if has(&["insufficient_quota", "billing"]) => Fault::NoCredit,
        429 | 503 | 529 => Fault::Overloaded,
        400 | 404 | 422 if has(&["context_length", "context length", "context size", "maximum context"]) => {
            Fault::ContextTooLong { needed: None, context }
        }
        400 | 404 if has(&["model_not_found", "deploymentnotfound"]) => Fault::UnknownModel {
            model: model.to_owned(),
        },
        404 if !model.is_empty() && has(&["model", "deployment"]) => Fault::UnknownModel {
            model: model.to_owned(),
        },
        300..400 | 404 | 405 => Fault::WrongPath,
        // Request time-out, too early: the server wants it again.
        408 | 425 | 500.. => Fault::ServerFault,
        _ => Fault::Refused,
    };
    Problem { fault, said }
}

/// The sentence for people in the JSON of an error, in the shapes that servers use: `error.message` (`OpenAI`, Azure,
/// llama.cpp), `error` (Ollama, LM Studio), `message` (vLLM), `detail` (`FastAPI`, which names the field too).
pub(crate) fn sentence(json: &Value) -> Option<String> {
    let error = &json["error"];
    let texts = [&error["message"], error, &json["message"], &json["detail"]];
    if let Some(text) = texts.into_iter().find_map(Value::as_str) {
        let param = error["param"].as_str().filter(|param| !text.contains(param));
        return Some(match param {
            Some(param) => format!("{text} ({param})"),
            None => text.to_owned(),
        });
    }
    let details = json["detail"].as_array()?;
    let details = details.iter().filter_map(|detail| {
        let path = detail["loc"].as_array()?.iter().filter_map(Value::as_str);
        Some(format!(
            "{}: {}",
            path.collect::<Vec<_>>().join("."),
            detail["msg"].as_str()?
        ))
    });
    Some(details.collect::<Vec<_>>().join("; ")).filter(|text| !text.is_empty())
}

/// The code or type of an error, for programs.
fn code(json: &Value) -> String {
    let error = &json["error"];
    let names = [&error["code"], &error["type"], &json["code"], &json["type"]];
    let names = names.into_iter().filter_map(Value::as_str);
    names.collect::<Vec<_>>().join(" ")
}

/// The text of an error that is not JSON. A page for browsers says nothing in a sentence.
fn plain(body: &str) -> Option<String> {
    let text = body.trim();
    (!text.is_empty() && !text.starts_with('<')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(status: u16, body: &str) -> Fault {
        refusal(status, body, "m", 4096).fault
    }

    /// E10: the message says what to do, so the fault has to be the right one.
    #[test]
    fn each_error_of_each_server_means_what_its_makers_meant() {
        let unknown = Fault::UnknownModel { model: "m".to_owned() };
        let long = Fault::ContextTooLong {
            needed: None,
            context: 4096,
        };
        for (status, body, expected) in [
            (401, "", Fault::Unauthorised),
            (403, "", Fault::Forbidden),
            (404, r#"{"error":"model 'm' not found"}"#, unknown.clone()),
            (
                404,
                r#"{"error":{"code":"DeploymentNotFound","message":"x"}}"#,
                unknown.clone(),
            ),
            (400, r#"{"error":{"code":"model_not_found","message":"x"}}"#, unknown),
            (404, "404 page not found", Fault::WrongPath),
            (404, "<html>not found, try another model</html>", Fault::WrongPath),
            (307, "", Fault::WrongPath),
            (429, r#"{"error":{"code":"rate_limit_exceeded"}}"#, Fault::Overloaded),
            (429, r#"{"error":{"code":"insufficient_quota"}}"#, Fault::NoCredit),
            (400, r#"{"error":{"code":"context_length_exceeded"}}"#, long.clone()),
            (
                400,
                r#"{"message":"This model's maximum context length is 4096 tokens"}"#,
                long,
            ),
            (
                400,
                r#"[{"error":{"message":"Unknown name","status":"INVALID_ARGUMENT"}}]"#,
                Fault::Refused,
            ),
            (503, "loading", Fault::Overloaded),
            (500, "", Fault::ServerFault),
            (422, r#"{"detail":"no"}"#, Fault::Refused),
        ] {
            assert_eq!(fault(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_sentence_of_a_server_is_found_in_every_shape() {
        for (body, expected) in [
            (r#"{"error":{"message":"No.","param":"seed"}}"#, "No. (seed)"),
            (r#"{"error":"No."}"#, "No."),
            (r#"{"object":"error","message":"No."}"#, "No."),
            (r#"{"detail":[{"loc":["body","seed"],"msg":"No."}]}"#, "body.seed: No."),
        ] {
            let json = serde_json::from_str(body).unwrap();
            assert_eq!(sentence(&json).as_deref(), Some(expected), "{body}");
        }
        assert_eq!(refusal(502, "<html>Bad gateway</html>", "m", 1).said, None);
    }
}
