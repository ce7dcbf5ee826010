'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair, ids } = require('../../normalise.js');

pair({ kinds: { outer: 'outer', inner: 'inner', job: 'job' } }, (log) => {
  const hook = log.hook().enable();
  const outer = new AsyncResource('outer');
  const inner = new AsyncResource('inner', { triggerAsyncId: outer.asyncId() });
  const say = () => log.say(ids());

  say();
  outer.runInAsyncScope(() => {
    say();
    inner.runInAsyncScope(() => {
      say();
      outer.runInAsyncScope(() => {
        say();
        new AsyncResource('job').emitDestroy();
      });
      say();
    });
    say();
  });
  say();
  inner.emitDestroy();
  outer.emitDestroy();
});
