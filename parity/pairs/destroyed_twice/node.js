'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { job: 'job' } }, (log) => {
  log.hook().enable();
  const job = new AsyncResource('job');
  job.emitDestroy();
  job.emitDestroy();
});
