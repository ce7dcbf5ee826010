'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, async (log) => {
  const turns = async (count) => {
    for (; count > 0; count -= 1) await new Promise(setImmediate);
  };
  const request = (number) => user.run(`user ${number}`, async () => {
    const seen = new Set();
    for (let step = 0; step < 5; step += 1) {
      seen.add(user.getStore());
      await turns((number * 7 + step) % 4);
      await (async () => {
        seen.add(user.getStore());
        await turns(step % 2);
        seen.add(user.getStore());
      })();
    }
    return [...seen].join(', ');
  });

  const requests = Array.from({ length: 10 }, (_, number) => request(number));
  log.value('meanwhile user', user);
  for (const [number, seen] of (await Promise.all(requests)).entries()) log.say(`request ${number} saw ${seen}`);
});
