'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair, ids } = require('../../normalise.js');

pair({ kinds: { Timeout: 'task', step: 'step' } }, (log) => {
  log.hook().enable();
  process.once('uncaughtException', (error) => setImmediate(() => log.say(`uncaught: ${error.message}`)));
  setTimeout(() => {
    const step = new AsyncResource('step', { requireManualDestroy: true });
    step.runInAsyncScope(() => {
      log.say(`throws ${ids()}`);
      throw new Error('a step fails');
    });
  }, 1);
});
