//! A model that is played on a local port: it makes the calls that it is told to, one a turn, and then is done. It speaks
//! the four ways in which agents ask.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// Requests for the model, as they came.
pub type Requests = Arc<Mutex<Vec<Value>>>;

/// A call of a tool: its namespace, where it has one, its name, and what it is given.
pub struct Call(pub Option<&'static str>, pub &'static str, pub Value);

/// Serves what a model says that makes these calls, one a turn, and then is done.
pub fn play(calls: Vec<Call>) -> (String, Requests) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (requests, calls) = (Requests::default(), Arc::new(calls));
    let seen = Arc::clone(&requests);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (seen, calls) = (Arc::clone(&seen), Arc::clone(&calls));
            std::thread::spawn(move || drop(serve(stream, &seen, &calls)));
        }
    });
    (address, requests)
}

fn serve(mut connection: TcpStream, requests: &Requests, calls: &[Call]) -> std::io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 && !head.ends_with("\r\n\r\n") {}
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let streams = request["stream"] == true;
    let (kind, text) = match path {
        _ if path.ends_with("/responses") => ("text/event-stream", responses(&request, calls)),
        _ if path.ends_with("/chat/completions") && streams => ("text/event-stream", chat(&request, calls)),
        _ if path.ends_with("/chat/completions") => {
            let message = json!({"role": "assistant", "content": "Done."});
            ("application/json", json!({"id": "c", "object": "chat.completion", "created": 1, "model": "played", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).to_string())
        }
        _ if path.contains(":streamGenerateContent") => ("text/event-stream", gemini(&request, calls)),
        _ if path.contains(":generateContent") => ("application/json", gemini_aside().to_string()),
        _ => (
            "application/json",
            json!({"object": "list", "data": [{"id": "played", "object": "model"}], "models": []}).to_string(),
        ),
    };
    requests.lock().expect("not poisoned").push(request);
    let length = text.len();
    write!(connection, "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n")?;
    write!(connection, "connection: close\r\n\r\n{text}")
}

/// Returns the next call, unless the request is for something where tools are not offered, such as a title.
fn next<'a>(made: usize, request: &Value, calls: &'a [Call]) -> Option<&'a Call> {
    calls.get(made).filter(|call| request["tools"].to_string().contains(&format!("\"{}\"", call.1)))
}

/// Returns an answer in the form that Codex asks for.
fn responses(request: &Value, calls: &[Call]) -> String {
    let input = request["input"].as_array().map(Vec::as_slice).unwrap_or_default();
    let made = input.iter().filter(|item| item["type"] == "function_call").count();
    let item = match next(made, request, calls) {
        Some(Call(namespace, name, arguments)) => {
            let mut item = json!({"type": "function_call", "id": format!("fc_{made}"), "call_id": format!("call_{made}"), "name": name, "arguments": arguments.to_string()});
            if let Some(namespace) = namespace {
                item["namespace"] = json!(namespace);
            }
            item
        }
        None => {
            json!({"type": "message", "id": "msg", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "Done.", "annotations": []}]})
        }
    };
    let usage = json!({"input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2});
    let whole = |status: &str, output: &[&Value]| json!({"id": "resp", "object": "response", "status": status, "output": output, "usage": usage});
    let mut text = String::new();
    for (kind, mut event) in [
        ("response.created", json!({"response": whole("in_progress", &[])})),
        ("response.output_item.added", json!({"output_index": 0, "item": item})),
        ("response.output_item.done", json!({"output_index": 0, "item": item})),
        ("response.completed", json!({"response": whole("completed", &[&item])})),
    ] {
        event["type"] = json!(kind);
        text.push_str(&format!("event: {kind}\ndata: {event}\n\n"));
    }
    text
}

/// Returns an answer in the form that most others ask for.
fn chat(request: &Value, calls: &[Call]) -> String {
    let messages = request["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let made = messages.iter().filter(|message| message["tool_calls"].is_array()).count();
    let (delta, reason) = match next(made, request, calls) {
        Some(Call(_, name, arguments)) => {
            let call = json!({"index": 0, "id": format!("call_{made}"), "type": "function", "function": {"name": name, "arguments": arguments.to_string()}});
            (json!({"role": "assistant", "content": null, "tool_calls": [call]}), "tool_calls")
        }
        None => (json!({"role": "assistant", "content": "Done."}), "stop"),
    };
    let chunk = |delta: Value, reason: Value| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": reason});
        json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "played", "choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})
    };
    format!("data: {}\n\ndata: {}\n\ndata: [DONE]\n\n", chunk(delta, Value::Null), chunk(json!({}), json!(reason)))
}

/// Returns an answer in the form that Gemini CLI asks for.
fn gemini(request: &Value, calls: &[Call]) -> String {
    let turns = request["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_call = |turn: &&Value| turn["parts"].to_string().contains("\"functionCall\"");
    let part = match next(turns.iter().filter(is_call).count(), request, calls) {
        Some(Call(_, name, arguments)) => json!({"functionCall": {"name": name, "args": arguments}}),
        None => json!({"text": "Done."}),
    };
    format!("data: {}\n\n", gemini_answer(&part))
}

/// Returns what it is answered when it asks which of its models to use.
fn gemini_aside() -> Value {
    let choice = json!({"reasoning": "It is simple.", "model_choice": "flash", "complexity_reasoning": "It is simple.", "complexity_score": 1, "next_speaker": "user"});
    gemini_answer(&json!({"text": choice.to_string()}))
}

fn gemini_answer(part: &Value) -> Value {
    let content = json!({"role": "model", "parts": [part]});
    json!({"candidates": [{"content": content, "finishReason": "STOP", "index": 0}], "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}, "modelVersion": "played"})
}
