'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({ order: 'by execution', kinds: { Immediate: 'task' } }, (log) => {
  log.hook('', { events: 'init' }).enable();
  const value = () => log.value('user', user);
  const nest = (point) => user.run('alice', () => {
    if (point === 0) throw new Error('before the inner run');
    user.run('bob', () => {
      if (point !== 1) return;
      setImmediate(value);
      throw new Error('in the inner run');
    });
    user.exit(() => {
      if (point === 2) throw new Error('in exit');
    });
    if (point === 3) throw new Error('after exit');
    return 'nothing';
  });
  for (const point of [0, 1, 2, 3, 4]) {
    try {
      log.say(`thrown: ${nest(point)}`);
    } catch (error) {
      log.say(`thrown: ${error.message}`);
    }
    value();
  }
  user.run('carol', () => {
    try {
      nest(1);
    } catch (error) {
      value();
    }
  });
});
