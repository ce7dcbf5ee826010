'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { dropped: 'dropped', ended: 'ended', 'bound-anonymous-fn': 'bound' } }, (log) => {
  log.hook('', { events: 'init destroy' }).enable();
  // What nothing refers to any more is collected, and then destroyed.
  (() => {
    new AsyncResource('dropped').runInAsyncScope(() => {});
    AsyncResource.bind(() => {})();
    new AsyncResource('ended').emitDestroy();
  })();
});
