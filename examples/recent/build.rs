//! Writes the gRPC service of `tonic_service`, from Rust.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let method = |name: &str, route: &str| {
        let method = Method::builder().name(name).route_name(route).codec_path("tonic_prost::ProstCodec");
        method.input_type("crate::Order").output_type("crate::Step")
    };
    let place = method("place", "Place").build();
    let watch = method("watch", "Watch").server_streaming().build();
    Builder::new().compile(&[Service::builder().name("Orders").package("shop").method(place).method(watch).build()]);
}
