'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, (log) => {
  const value = () => log.value('user', user);
  value();
  const result = user.run('alice', () => {
    value();
    const inner = user.run('bob', () => {
      value();
      return 2;
    });
    value();
    return inner + 1;
  });
  value();
  log.say(`result=${result}`);

  const nested = (depth) => (depth === 0 ? user.getStore() : user.run(`level ${depth}`, () => nested(depth - 1)));
  log.say(`deepest=${nested(1000)}`);
  value();
});
