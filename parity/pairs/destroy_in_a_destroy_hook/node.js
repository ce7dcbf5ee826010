'use strict';
const { AsyncResource, createHook } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { first: 'first', second: 'second' } }, (log) => {
  log.hook('', { events: 'init destroy' }).enable();
  const first = new AsyncResource('first');
  const second = new AsyncResource('second');
  createHook({ destroy: (asyncId) => asyncId === first.asyncId() && second.emitDestroy() }).enable();
  first.emitDestroy();
});
