'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair, ids } = require('../../normalise.js');

pair({ kinds: { outer: 'outer', inner: 'inner' } }, (log) => {
  log.hook('', { events: 'init before after' }).enable();
  const outer = new AsyncResource('outer');
  const inner = new AsyncResource('inner');

  // The points: before the inner scope, in it, after it, nowhere.
  const nest = (point) => outer.runInAsyncScope(() => {
    if (point === 0) throw new Error('before the inner scope');
    inner.runInAsyncScope(() => {
      if (point === 1) throw new Error('in the inner scope');
    });
    if (point === 2) throw new Error('after the inner scope');
    return 'nothing';
  });

  for (const point of [0, 1, 2, 3]) {
    try {
      log.say(`thrown: ${nest(point)}`);
    } catch (error) {
      log.say(`thrown: ${error.message}`);
    }
    log.say(ids());
  }

  // Caught half-way: the outer scope goes on as itself.
  outer.runInAsyncScope(() => {
    try {
      inner.runInAsyncScope(() => { throw new Error('caught by outer'); });
    } catch (error) {
      log.say(`${error.message} ${ids()}`);
    }
  });
});
