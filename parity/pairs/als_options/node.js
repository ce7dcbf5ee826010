// Needs Node 26.
'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage({ name: 'user', defaultValue: 'nobody' });
pair({}, (log) => {
  log.say(`name=${user.name}`);
  log.say(`name when none is given=${new AsyncLocalStorage().name || 'empty'}`);
  const value = (where) => log.value(`${where} user`, user);
  value('outside');
  user.run('alice', () => {
    value('in the run');
    user.exit(() => value('in exit'));
    value('in the run');
  });
  value('outside');
  user.enterWith('bob');
  value('entered');
  user.disable();
  value('disabled');
});
