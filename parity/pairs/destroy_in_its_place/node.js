'use strict';
const { AsyncResource, createHook, executionAsyncId } = require('node:async_hooks');
const { pair, id } = require('../../normalise.js');

pair({ kinds: { job: 'job', owner: 'owner' } }, (log) => {
  log.hook('', { inPlace: true }).enable();
  let job;
  createHook({
    destroy: (asyncId) => asyncId === job && log.say(`destroyed by ${id(executionAsyncId())}`),
  }).enable();

  new AsyncResource('owner', { requireManualDestroy: true }).runInAsyncScope(() => {
    const resource = new AsyncResource('job');
    job = resource.asyncId();
    resource.emitDestroy();
    log.say('job is gone');
  });
});
