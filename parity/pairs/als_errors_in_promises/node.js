'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, async (log) => {
  const value = (where) => log.value(`${where} user`, user);
  const turn = () => new Promise(setImmediate);
  const fails = async () => {
    await turn();
    value('in the run');
    throw new Error('it fails');
  };
  try {
    await user.run('alice', fails);
  } catch (error) {
    value(`${error.message}: outside`);
  }

  await user.run('bob', async () => {
    try {
      await user.run('carol', fails);
    } catch (error) {
      value(`${error.message}: in the outer run`);
    }
  });
});
