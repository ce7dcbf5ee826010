'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair, ids } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, (log) => {
  log.hook('', { events: 'init resolve' }).enable();
  const say = (where) => log.say(`${where} user=${user.getStore() ?? 'none'} ${ids()}`);

  const chain = user.run('alice', () => log.own(Promise.resolve().then(() => {
    say('first');
    return log.own(Promise.resolve().then(() => {
      say('second');
      return 1729;
    }));
  })));
  chain.then((result) => log.say(`result=${result}`));
});
