'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair, ids } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const kinds = { TickObject: 'callback', Microtask: 'callback', Immediate: 'callback' };
pair({ kinds, order: 'by execution' }, (log) => {
  log.hook().enable();
  const say = (word) => log.say(`${word} user=${user.getStore() ?? 'none'} ${ids()}`);

  user.run('alice', () => setImmediate(() => {
    say('first');
    user.run('bob', () => queueMicrotask(() => say('second')));
    process.nextTick(() => say('third'));
  }));
  say('root');
});
