'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, async (log) => {
  await user.run('alice', async () => {
    log.value('before the await user', user);
    await new Promise(setImmediate);
    log.value('after the await user', user);
  });
});
