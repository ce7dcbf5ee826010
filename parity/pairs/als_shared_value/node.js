'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const visits = new AsyncLocalStorage();
pair({}, async (log) => {
  const visit = (who) => {
    visits.getStore().count += 1;
    log.say(`${who} visits=${visits.getStore().count}`);
  };
  const turn = () => new Promise(setImmediate);
  const child = async (name) => {
    await turn();
    visit(name);
  };
  const store = { count: 0 };
  await visits.run(store, async () => {
    visit('parent');
    await child('first child');
    await child('second child');
    visit('parent');
    log.say(`the same store=${visits.getStore() === store}`);
  });
  log.say(`outside visits=${store.count}`);
});
