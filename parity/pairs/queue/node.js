'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, (log) => {
  // The first push starts the timer that flushes the whole queue.
  let jobs = [];
  const push = (job) => {
    jobs.push(job);
    if (jobs.length > 1) return;
    setTimeout(() => {
      const batch = jobs;
      jobs = [];
      for (const job of batch) job();
    }, 1);
  };
  for (const name of ['alice', 'bob', 'carol']) {
    user.run(name, () => {
      push(() => log.value(`job of ${name}, unbound: user`, user));
      push(AsyncLocalStorage.bind(() => log.value(`job of ${name}, bound: user`, user)));
    });
  }
});
