'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { job: 'job' } }, (log) => {
  // The points of a life: before `init`, before `before`, inside, before `destroy`, after it.
  const live = (point, then) => {
    const hook = log.hook(`enabled at ${point}: `, { inPlace: true });
    const at = (here) => here === point && hook.enable();
    at(0);
    const job = new AsyncResource('job');
    at(1);
    job.runInAsyncScope(() => at(2));
    at(3);
    job.emitDestroy();
    log.settled(() => {
      at(4);
      hook.disable();
      then(point + 1);
    });
  };
  const from = (point) => point <= 4 && live(point, from);
  from(0);
});
