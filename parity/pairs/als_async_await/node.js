'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, async (log) => {
  const value = (where) => log.value(`${where} user`, user);
  const turn = () => new Promise(setImmediate);
  const steps = async (where) => {
    value(where);
    await turn();
    value(where);
    await turn();
    value(where);
  };
  const work = async () => {
    await steps('in the run');
    await user.exit(() => steps('in exit'));
    await user.run('bob', () => steps('in the inner run'));
    value('in the run');
    return 1729;
  };

  const pending = user.run('alice', work);
  value('while it waits: outside');
  log.say(`result=${await pending}`);
  value('outside');
});
