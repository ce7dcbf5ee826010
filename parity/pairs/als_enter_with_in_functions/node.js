'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const role = new AsyncLocalStorage();
pair({}, async (log) => {
  const both = (where) => log.say(`${where} user=${user.getStore() ?? 'none'} role=${role.getStore() ?? 'none'}`);
  const turn = () => new Promise(setImmediate);
  const child = async () => {
    user.enterWith('alice');
    await turn();
    role.enterWith('admin');
    await turn();
    both('child');
  };
  await turn();
  await child();
  both('parent');
});
