'use strict';
const { AsyncResource, executionAsyncId, triggerAsyncId } = require('node:async_hooks');
const { pair, id, ids } = require('../../normalise.js');

pair({ kinds: { job: 'job' } }, (log) => {
  log.say(`number of root=${executionAsyncId()}`);
  log.say(`trigger of root=${triggerAsyncId() || 'none'}`);

  const job = new AsyncResource('job');
  log.say(`job ${id(job.asyncId())} trigger=${id(job.triggerAsyncId())}`);
  log.say(`above root=${job.asyncId() > executionAsyncId()}`);
  log.say(`result=${job.runInAsyncScope(() => 1729)}`);
  job.runInAsyncScope(() => log.say(ids()));
  log.say(ids());
  log.say(`unique=${new AsyncResource('job').asyncId() !== job.asyncId()}`);
});
