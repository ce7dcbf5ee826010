// AsyncLocalStorage: `getStore` and `run`, with so many other storages set.

import { AsyncLocalStorage } from 'node:async_hooks';
import { takeOrders } from './orders.mjs';

const [, , scenario, others] = process.argv;

const storages = Array.from({ length: Number(others) }, () => new AsyncLocalStorage());
storages.forEach((storage, number) => storage.enterWith(number));

const own = new AsyncLocalStorage();
let sum = 0;

const scenarios = {
  getStore(times) {
    own.run(7, () => {
      for (let i = 0; i < times; i++) sum += own.getStore();
    });
  },
  run(times) {
    for (let i = 0; i < times; i++) own.run(i, () => { sum += 1; });
  },
};

await takeOrders(scenarios[scenario]);
