// An async function is awaited, again and again: with nobody watching, with all four hooks, with the documentation's map from
// ids to stores, inside `als.run`.

import { AsyncLocalStorage, createHook, executionAsyncId } from 'node:async_hooks';
import { takeOrders } from './orders.mjs';

async function leaf() {}

async function chain(times) {
  for (let i = 0; i < times; i++) {
    await leaf();
  }
}

let events = 0;

function count() {
  events += 1;
}

const scenarios = {
  bare: () => chain,
  hooks: () => {
    createHook({ init: count, before: count, after: count, destroy: count }).enable();
    return chain;
  },
  map: () => {
    const stores = new Map([[executionAsyncId(), 7]]);
    createHook({
      init(id, type, trigger) {
        const store = stores.get(trigger);
        if (store !== undefined) stores.set(id, store);
      },
      destroy(id) {
        stores.delete(id);
      },
    }).enable();
    return chain;
  },
  als: () => {
    const storage = new AsyncLocalStorage();
    return (times) => storage.run(7, () => chain(times));
  },
};

await takeOrders(scenarios[process.argv[2]]());
