'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { kept: 'kept', ended: 'ended', used: 'used' } }, (log) => {
  log.hook().enable();
  (() => {
    new AsyncResource('kept', { requireManualDestroy: true });
    new AsyncResource('ended', { requireManualDestroy: true }).emitDestroy();
    const used = new AsyncResource('used', { requireManualDestroy: true });
    used.runInAsyncScope(() => log.say('inside'));
    used.emitDestroy();
  })();
});
