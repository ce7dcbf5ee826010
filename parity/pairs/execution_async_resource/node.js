'use strict';
const { AsyncResource, createHook, executionAsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { outer: 'outer', inner: 'inner' } }, (log) => {
  const known = new Map();
  const kinds = new Map();
  const own = (asyncId) => kinds.get(asyncId);
  const check = (event, asyncId) => log.say(`${event} ${own(asyncId)} is current=${executionAsyncResource() === known.get(asyncId)}`);
  createHook({
    init(asyncId, type, trigger, resource) {
      if (type !== 'outer' && type !== 'inner') return;
      known.set(asyncId, resource);
      kinds.set(asyncId, type);
    },
    before: (asyncId) => own(asyncId) && check('before', asyncId),
    after: (asyncId) => own(asyncId) && check('after', asyncId),
  }).enable();

  const outer = new AsyncResource('outer');
  const inner = new AsyncResource('inner');
  outer.runInAsyncScope(() => {
    check('inside', outer.asyncId());
    inner.runInAsyncScope(() => check('inside', inner.asyncId()));
    check('inside', outer.asyncId());
  });
  log.say(`at top level outer is current=${executionAsyncResource() === outer}`);
});
