'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const role = new AsyncLocalStorage();
pair({ order: 'by execution', kinds: { Immediate: 'task' } }, (log) => {
  log.hook('', { events: 'init' }).enable();
  const both = (where) => log.say(`${where} user=${user.getStore() ?? 'none'} role=${role.getStore() ?? 'none'}`);
  user.run('alice', () => {
    both('user');
    role.run('admin', () => {
      both('both');
      setImmediate(() => both('task of both'));
      user.run('bob', () => setImmediate(() => both('task of another user')));
      role.exit(() => setImmediate(() => both('task without role')));
    });
    setImmediate(() => both('task of user'));
    both('user');
  });
  setImmediate(() => both('task of nobody'));
});
