//! A client of each route; it checks what comes back.

use std::error::Error;
use std::net::SocketAddr;

use futures::{SinkExt as _, StreamExt as _};
use reqwest::StatusCode;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

pub(crate) async fn ask(server: SocketAddr) -> Result<(), Box<dyn Error>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let get = |path: &str, user: &str| {
        let request = client.get(format!("http://{server}{path}")).header("x-request-id", format!("{user}{path}"));
        request.bearer_auth(format!("t-{user}"))
    };

    // At once, so that the lines of both users mix.
    let (alice, bob) = tokio::try_join!(get("/orders", "alice").send(), get("/report", "bob").send())?;
    assert_eq!(alice.headers()["x-request-id"], "alice/orders");
    assert_eq!(alice.json::<Vec<u32>>().await?, [7, 21, 42]);
    assert_eq!(bob.text().await?, "row 1 for bob\nrow 2 for bob\nrow 3 for bob\n");

    let stranger = client.get(format!("http://{server}/orders")).send().await?;
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);

    let mut upgrade = format!("ws://{server}/chat").into_client_request()?;
    upgrade.headers_mut().insert("authorization", "Bearer t-carol".parse()?);
    let (mut chat, _) = connect_async(upgrade).await?;
    chat.send("hello".into()).await?;
    let answer = chat.next().await.ok_or("the server has hung up")??;
    assert_eq!(answer.to_text()?, "carol said hello");
    chat.close(None).await?;
    Ok(())
}
