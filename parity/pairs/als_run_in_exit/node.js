// Needs Node 26.
'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, (log) => {
  const value = (where) => log.value(`${where} user`, user);
  user.run('alice', () => {
    user.exit(() => {
      value('in exit');
      user.run('bob', () => value('in the run'));
      value('in exit again');
    });
    value('after exit');
  });
});
