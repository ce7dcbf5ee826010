'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, async (log) => {
  let send;
  const answer = user.run('maker', () => new Promise((resolve) => { send = resolve; }));
  const waits = user.run('waiter', async () => {
    log.value('before the answer user', user);
    log.say(`answer=${await answer}`);
    log.value('after the answer user', user);
  });
  await user.run('sender', async () => {
    await new Promise(setImmediate);
    send(1729);
    log.value('sent by user', user);
  });
  await waits;
});
