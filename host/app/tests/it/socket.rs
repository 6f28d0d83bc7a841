//! A chat over the real WebSocket, by the component that answers without a model.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::app::{TestApp, on_shared_app};

/// Long enough for a busy machine; nothing waits for it when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn open(app: &TestApp, user: &str, token: &str) -> Self {
        let url = format!("{}/api/v1/pam/ws/{user}?token={token}", app.url.replacen("http", "ws", 1));
        Self(connect_async(url).await.unwrap().0)
    }

    async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn message(&mut self) -> Message {
        timeout(PATIENCE, self.0.next()).await.expect("the host says nothing").unwrap().unwrap()
    }

    /// The next frame of JSON.
    async fn frame(&mut self) -> Value {
        loop {
            match self.message().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("the host sent {other:?}"),
            }
        }
    }
}

#[test]
fn chat_over_the_socket_acts_and_is_answered_in_one_conversation() {
    on_shared_app(|app| async move {
        let ada = app.newcomer().await;
        let mut client = Client::open(app, &ada.id, &ada.token).await;
        let greeting = client.frame().await;
        assert_eq!((&greeting["type"], &greeting["status"]), (&json!("connection"), &json!("connected")));
        client.say(&json!({"type": "ping"})).await;
        assert_eq!(client.frame().await["type"], "pong");

        let said = json!({"type": "chat", "message": "I spent $60 on diesel", "session_id": "phone", "request_id": "r-1"});
        client.say(&said).await;
        let noted = client.frame().await;
        assert_eq!(noted["type"], "chat_response", "{noted}");
        assert_eq!((&noted["request_id"], &noted["source"]), (&json!("r-1"), &json!("assist")), "{noted}");
        assert!(noted["message"].as_str().unwrap().contains("$60"), "{noted}");
        assert_eq!(noted["message"], noted["content"]);
        assert_eq!(noted["ui_actions"][0]["type"], "reload_expenses", "{noted}");

        // As clients do that have waited for too long.
        client.say(&said).await;
        assert_eq!(client.frame().await["message_id"], noted["message_id"]);
        let expenses = ada.get("/api/v1/expenses").await;
        assert_eq!(expenses["data"].as_array().unwrap().len(), 1, "{expenses}");

        let asked = json!({"type": "chat", "message": "how much did I spend on fuel", "session_id": "phone", "request_id": "r-2"});
        client.say(&asked).await;
        let summed = client.frame().await;
        assert!(summed["message"].as_str().unwrap().contains("$60"), "{summed}");
        assert_eq!(summed["conversation_id"], noted["conversation_id"]);
    });
}

#[test]
fn socket_of_another_user_is_closed_with_4001() {
    on_shared_app(|app| async move {
        let (ada, bob) = (app.newcomer().await, app.newcomer().await);
        let mut client = Client::open(app, &bob.id, &ada.token).await;
        let Message::Close(Some(close)) = client.message().await else { panic!("it was let in") };
        assert_eq!(u16::from(close.code), 4001);
    });
}
