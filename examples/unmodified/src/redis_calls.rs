//! What the clients of mini-redis do; some hang up in the middle.

use std::net::SocketAddr;
use std::time::Duration;

use mini_redis::{blocking_client, buffer, client};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Failure;

pub(crate) async fn call(number: usize, server: SocketAddr) -> Result<(), Failure> {
    let key = format!("key-{}", number);
    match number % 6 {
        0 => buffered(key, server).await,
        1 => expiring(key, server).await,
        2 => listening(server).await,
        // Is aborted somewhere in the middle.
        3 => publishing(server).await,
        4 => broken_off(server).await,
        _ => tokio::task::spawn_blocking(move || blocking(key, server)).await?,
    }
}

/// Four tasks share a connection, for which mini-redis spawns one more.
async fn buffered(key: String, server: SocketAddr) -> Result<(), Failure> {
    let shared = buffer(client::connect(server).await?);
    let task = |_| {
        let (mut shared, key) = (shared.clone(), key.clone());
        tokio::spawn(async move {
            shared.set(&key, "value".into()).await?;
            shared.get(&key).await
        })
    };
    for task in (0..4).map(task).collect::<Vec<_>>() {
        task.await??.ok_or("what was set is not there")?;
    }
    Ok(())
}

async fn expiring(key: String, server: SocketAddr) -> Result<(), Failure> {
    let mut client = client::connect(server).await?;
    for millis in 1..4 {
        client.set_expires(&key, "for a moment".into(), Duration::from_millis(millis)).await?;
        client.get(&key).await?;
    }
    Ok(())
}

async fn listening(server: SocketAddr) -> Result<(), Failure> {
    let mut subscriber = client::connect(server).await?.subscribe(vec!["news".into(), "weather".into()]).await?;
    while let Ok(message) = timeout(Duration::from_millis(5), subscriber.next_message()).await {
        message?.ok_or("the server has hung up")?;
    }
    Ok(())
}

async fn publishing(server: SocketAddr) -> Result<(), Failure> {
    let mut client = client::connect(server).await?;
    loop {
        client.publish("news", "something new".into()).await?;
    }
}

/// Half of a frame.
async fn broken_off(server: SocketAddr) -> Result<(), Failure> {
    let mut stream = TcpStream::connect(server).await?;
    Ok(stream.write_all(b"*3\r\n$3\r\nSET\r\n$100\r\nkey").await?)
}

/// This client builds a runtime of its own.
fn blocking(key: String, server: SocketAddr) -> Result<(), Failure> {
    let mut client = blocking_client::connect(server)?;
    client.set(&key, "value".into())?;
    client.get(&key)?.ok_or("what was set is not there")?;
    Ok(())
}
