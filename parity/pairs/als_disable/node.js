// Needs Node 26.
'use strict';
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const role = new AsyncLocalStorage();
pair({}, (log) => {
  const both = (where) => log.say(`${where} user=${user.getStore() ?? 'none'} role=${role.getStore() ?? 'none'}`);
  role.run('admin', () => user.run('alice', () => {
    const before = new AsyncResource('before');
    both('set');
    user.disable();
    both('disabled');
    before.runInAsyncScope(() => both('disabled, captured before'));
    user.exit(() => both('disabled, in exit'));
    both('disabled, after exit');
    user.run('bob', () => {
      both('set again');
      before.runInAsyncScope(() => both('set again, captured before'));
    });
    both('after the run');
  }));
  both('outside');
});
