#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

fn put_together(chunks: &[Value]) -> Result<Vec<ChatEvent>> {
    let (mut answer, mut events) = (Answer::default(), VecDeque::new());
    for chunk in chunks {
        answer.take(serde_json::from_value(chunk.clone()).unwrap(), false, &mut events)?;
    }
    let count = std::cell::Cell::new(0);
    let new_id = || {
        count.set(count.get() + 1);
        format!("made_{}", count.get())
    };
    answer.finish(true, new_id, &mut events)?;
    Ok(events.into())
}

fn calls(deltas: &[Value]) -> Vec<(String, String, Value)> {
    let chunks: Vec<Value> =
        deltas.iter().map(|delta| json!({"choices": [{"delta": {"tool_calls": [delta]}}]})).collect();
    let events = put_together(&chunks).unwrap();
    let (last, calls) = events.split_last().unwrap();
    assert_eq!(last, &ChatEvent::Finished(FinishReason::ToolCalls));
    let calls = calls.iter().map(|event| match event {
        ChatEvent::ToolCall(call) => {
            (call.id.clone(), call.name.clone(), Value::Object(call.arguments.clone()))
        }
        other => panic!("{other:?}"),
    });
    calls.collect()
}

fn call(id: &str, name: &str, arguments: Value) -> (String, String, Value) {
    (id.to_owned(), name.to_owned(), arguments)
}

#[test]
fn pieces_of_parallel_calls_are_put_together_by_index() {
    let got = calls(&[
        json!({"index": 0, "id": "a", "function": {"name": "add", "arguments": ""}}),
        json!({"index": 1, "id": "b", "function": {"name": "sum", "arguments": "{\"of\":"}}),
        json!({"index": 0, "function": {"arguments": "{\"x\": 1"}}),
        json!({"index": 1, "function": {"arguments": " \"fuel\"}"}}),
        json!({"index": 0, "id": null, "function": {"name": null, "arguments": "}"}}),
    ]);
    assert_eq!(got, [call("a", "add", json!({"x": 1})), call("b", "sum", json!({"of": "fuel"}))]);
}

#[test]
fn pieces_without_index_are_put_together_by_id_and_order() {
    let got = calls(&[
        json!({"id": "a", "function": {"name": "add", "arguments": "{\"x\":"}}),
        json!({"function": {"arguments": "1}"}}),
        json!({"id": "b", "function": {"name": "add"}}),
        json!({"id": "b", "function": {"arguments": "{}"}}),
    ]);
    assert_eq!(got, [call("a", "add", json!({"x": 1})), call("b", "add", json!({}))]);
}

#[test]
fn whole_calls_without_index_and_id_stay_apart_and_get_ids() {
    let got = calls(&[
        json!({"function": {"name": "add", "arguments": "{\"x\":1}"}}),
        json!({"function": {"name": "add", "arguments": "{\"x\":2}"}}),
    ]);
    assert_eq!(got, [call("made_1", "add", json!({"x": 1})), call("made_2", "add", json!({"x": 2}))]);
}

#[test]
fn whole_calls_that_all_have_index_zero_stay_apart() {
    let got = calls(&[
        json!({"index": 0, "id": "a", "function": {"name": "add", "arguments": "{}"}}),
        json!({"index": 0, "id": "b", "function": {"name": "sum", "arguments": "{}"}}),
    ]);
    assert_eq!(got, [call("a", "add", json!({})), call("b", "sum", json!({}))]);
}

#[test]
fn calls_with_one_id_at_different_indexes_get_different_ids() {
    let got = calls(&[
        json!({"index": 0, "id": "x", "function": {"name": "add"}}),
        json!({"index": 1, "id": "x", "function": {"name": "sum"}}),
    ]);
    assert_eq!(got, [call("x", "add", json!({})), call("made_1", "sum", json!({}))]);
}

#[test]
fn name_may_be_repeated_or_come_in_pieces() {
    let got = calls(&[
        json!({"index": 0, "id": "a", "function": {"name": "add", "arguments": ""}}),
        json!({"index": 0, "id": "a", "function": {"name": "add", "arguments": "{"}}),
        json!({"index": 0, "id": "a", "function": {"name": "add", "arguments": "}"}}),
        json!({"index": 1, "id": "b", "function": {"name": "su"}}),
        json!({"index": 1, "function": {"name": "m"}}),
    ]);
    assert_eq!(got, [call("a", "add", json!({})), call("b", "sum", json!({}))]);
}

#[test]
fn arguments_may_be_missing_null_empty_an_object_or_quoted_twice() {
    for (arguments, expected) in [
        (json!(null), json!({})),
        (json!(""), json!({})),
        (json!(" "), json!({})),
        (json!("null"), json!({})),
        (json!({"x": 1}), json!({"x": 1})),
        (json!("\"{\\\"x\\\": 1}\""), json!({"x": 1})),
    ] {
        let got =
            calls(&[json!({"index": 0, "id": "a", "function": {"name": "add", "arguments": arguments}})]);
        assert_eq!(got, [call("a", "add", expected)]);
    }
}

#[test]
fn arguments_that_are_no_object_are_an_error_without_their_text() {
    for arguments in ["{\"x\": 1", "[1]", "secret", "{} {}"] {
        let failure = put_together(&[json!({"choices": [{
            "delta": {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "add", "arguments": arguments}}]},
            "finish_reason": "tool_calls",
        }]})])
        .unwrap_err();
        assert_eq!(failure.code(), "provider_bad_tool_call");
        assert!(!failure.class.is_callers_fault());
        assert!(!format!("{failure:?}").contains(arguments));
    }
}

#[test]
fn calls_of_an_answer_that_was_cut_are_left_out() {
    let events = put_together(&[
        json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "add"}}]}}]}),
        json!({"choices": [{"delta": {}, "finish_reason": "length"}]}),
    ]);
    assert_eq!(events.unwrap(), [ChatEvent::Finished(FinishReason::Length)]);
}

#[test]
fn model_that_calls_without_end_is_stopped() {
    let call = json!({"function": {"name": "add"}});
    let chunk = json!({"choices": [{"delta": {"tool_calls": vec![call; MAX_CALLS + 1]}}]});
    assert_eq!(put_together(&[chunk]).unwrap_err().code(), "provider_bad_tool_call");
}

#[test]
fn finish_reasons_of_all_vendors_are_known_or_mean_stop() {
    for (reason, expected) in [
        (json!("stop"), FinishReason::Stop),
        (json!("eos_token"), FinishReason::Stop),
        // There are none.
        (json!("tool_calls"), FinishReason::Stop),
        (json!("length"), FinishReason::Length),
        (json!("content_filter"), FinishReason::Refused),
    ] {
        let events = put_together(&[json!({"choices": [{"delta": {}, "finish_reason": reason}]})]).unwrap();
        assert_eq!(events, [ChatEvent::Finished(expected)]);
    }
}

#[test]
fn refusal_is_text_and_ends_refused() {
    let events = put_together(&[
        json!({"choices": [{"delta": {"content": null, "refusal": "I will not."}}]}),
        json!({"choices": [{"delta": {}, "finish_reason": "stop"}]}),
    ]);
    let expected = [ChatEvent::Text("I will not.".to_owned()), ChatEvent::Finished(FinishReason::Refused)];
    assert_eq!(events.unwrap(), expected);
}

#[test]
fn only_what_is_meant_for_the_user_is_text() {
    let events = put_together(&[
        json!({"choices": [], "prompt_filter_results": [{}]}),
        json!({"choices": null, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}),
        json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": "", "reasoning_content": "hm"}, "finish_reason": ""}]}),
        json!({"choices": [{"index": 1, "delta": {"content": "another choice"}}]}),
        json!({"choices": [{"index": 0, "delta": {"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Hi"}]}}]}),
        json!({"choices": [{"index": 0, "delta": {}, "message": {"content": "Hi"}, "finish_reason": "stop"}]}),
        json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 99_999_999_999_u64}}),
    ]);
    let usage = Usage { input_tokens: 9, output_tokens: u32::MAX };
    assert_eq!(
        events.unwrap(),
        [ChatEvent::Text("Hi".to_owned()), ChatEvent::Usage(usage), ChatEvent::Finished(FinishReason::Stop)]
    );
}
