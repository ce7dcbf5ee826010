'use strict';
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({ order: 'by execution', kinds: { Immediate: 'task' } }, (log) => {
  log.hook('', { events: 'init' }).enable();
  const value = (where) => log.value(`${where} user`, user);

  // In a task: for the rest of it, and for what it starts from then on.
  setImmediate(() => {
    setImmediate(() => value('started before'));
    value('task');
    user.enterWith('alice');
    value('task');
    setImmediate(() => {
      value('started after');
      user.enterWith('bob');
      value('started after');
    });
    user.run('carol', () => {});
    value('task');
    // In a scope: until it ends.
    new AsyncResource('scope').runInAsyncScope(() => {
      user.enterWith('dave');
      value('scope');
    });
    value('task');
  });
  setImmediate(() => value('sibling'));
  value('root');
  user.enterWith('erin');
  setImmediate(() => value('started by root'));
  value('root');
});
