'use strict';
const { AsyncResource, createHook } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { job: 'job' } }, (log) => {
  const late = log.hook('late: ', { events: 'init before after' });
  const early = log.hook('early: ', { events: 'init before after' }).enable();
  let inits = 0;
  let befores = 0;
  createHook({
    init(asyncId, type) {
      if (type !== 'job') return;
      inits += 1;
      if (inits === 1) late.enable(); // not for this event: its hooks are fixed
      if (inits === 3) early.disable();
    },
    before() {
      befores += 1;
      if (befores === 2) late.disable();
    },
  }).enable();

  for (const round of [1, 2, 3, 4]) {
    log.say(`round ${round}`);
    new AsyncResource('job').runInAsyncScope(() => log.say('inside'));
  }
});
