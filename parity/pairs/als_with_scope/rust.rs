//! Values that end with a block, nested, overwritten, and ended out of order.

use async_hooks::AsyncLocal;

use crate::log::Log;
use crate::normalise::Order;

static USER: AsyncLocal<&str> = AsyncLocal::new();

pub(crate) async fn run() -> anyhow::Result<Log> {
    let log = Log::start(&[], Order::AsItHappens);
    let value = |name| log.value(name, &USER);
    {
        let _outer = USER.enter("alice");
        value("outer user");
        {
            let _inner = USER.enter("bob");
            value("inner user");
        }
        value("outer user");
    }
    value("outside user");

    USER.run("carol", || {
        let scope = USER.enter("dave");
        value("entered user");
        USER.enter_with("erin");
        value("entered within user");
        drop(scope);
        value("disposed user");
    });

    let first = USER.enter("frank");
    let second = USER.enter("grace");
    drop(first);
    value("first disposed user");
    drop(second);
    value("second disposed user");
    Ok(log)
}
