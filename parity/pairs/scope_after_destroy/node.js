'use strict';
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { pair, ids } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({ kinds: { job: 'job' } }, (log) => {
  log.hook().enable();
  const job = user.run('alice', () => new AsyncResource('job'));
  job.emitDestroy();
  job.runInAsyncScope(() => log.say(`user=${user.getStore() ?? 'none'} ${ids()}`));
});
