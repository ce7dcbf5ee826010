// Needs Node 26.
'use strict';
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const role = new AsyncLocalStorage();
pair({}, (log) => {
  const both = (where) => log.say(`${where} user=${user.getStore() ?? 'none'} role=${role.getStore() ?? 'none'}`);

  // A run puts back its own local, and only that.
  new AsyncResource('scope').runInAsyncScope(() => {
    user.run('alice', () => {
      user.enterWith('bob');
      role.enterWith('admin');
      both('in the run');
    });
    both('after the run');
  });
  both('after the scope');

  // A scope is entered again as it was captured.
  const job = user.run('carol', () => new AsyncResource('job'));
  job.runInAsyncScope(() => {
    user.enterWith('dave');
    both('first time');
  });
  job.runInAsyncScope(() => both('second time'));
});
