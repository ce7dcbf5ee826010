'use strict';
const { AsyncResource, createHook } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { job: 'job', audit: 'audit' } }, (log) => {
  log.hook('other: ', { events: 'init before after' }).enable();
  createHook({
    init(asyncId, type) {
      // Without this question Node would never end.
      if (type === 'job') new AsyncResource('audit').runInAsyncScope(() => log.say('audit runs'));
    },
  }).enable();

  const job = new AsyncResource('job');
  job.runInAsyncScope(() => log.say('job runs'));
});
