//! Writes the gRPC service of `orders.rs`, from Rust.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let watch = Method::builder()
        .name("watch")
        .route_name("Watch")
        .input_type("crate::orders::Order")
        .output_type("crate::orders::Step")
        .codec_path("tonic_prost::ProstCodec")
        .server_streaming()
        .build();
    let orders = Service::builder().name("Orders").package("field").method(watch).build();
    Builder::new().compile(&[orders]);
}
