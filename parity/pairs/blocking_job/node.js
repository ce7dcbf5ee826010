'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pbkdf2 } = require('node:crypto');
const { pair, ids } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({ kinds: { PBKDF2REQUEST: 'job' }, order: 'by execution' }, (log) => {
  log.hook().enable();
  const hash = (then) => pbkdf2('secret', 'salt', 1, 8, 'sha256', then);
  user.run('alice', () => hash(() => {
    log.say(`first done user=${user.getStore()} ${ids()}`);
    hash(() => log.say(`second done user=${user.getStore()} ${ids()}`));
  }));
});
