'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const role = new AsyncLocalStorage();
pair({ order: 'by execution', kinds: { Timeout: 'timer' } }, (log) => {
  log.hook('', { events: 'init' }).enable();
  const both = () => log.say(`user=${user.getStore() ?? 'none'} role=${role.getStore() ?? 'none'}`);
  user.run('alice', () => role.run('admin', () => {
    const result = user.exit(() => {
      both();
      setTimeout(both, 1);
      return 1729;
    });
    log.say(`result=${result}`);
    both();
    setTimeout(both, 1);
  }));
  both();
});
