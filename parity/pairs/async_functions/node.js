'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, (log) => {
  log.hook('', { events: 'init resolve' }).enable();
  const turn = () => new Promise(setImmediate);

  const second = async () => {
    await turn();
    log.value('second user', user);
    return 'second';
  };
  const first = async () => {
    await turn();
    log.value('first user', user);
    const result = await log.own(second());
    log.value('first user', user);
    return `first, ${result}`;
  };
  const done = user.run('alice', () => log.own(first()));
  done.then((result) => log.say(`result=${result}`));
});
