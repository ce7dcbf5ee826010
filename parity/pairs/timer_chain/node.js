'use strict';
const { pair, ids } = require('../../normalise.js');

pair({ kinds: { Timeout: 'timer' }, order: 'by execution' }, (log) => {
  log.hook().enable();
  setTimeout(() => {
    log.say(`first fires ${ids()}`);
    setTimeout(() => {
      log.say(`second fires ${ids()}`);
      setTimeout(() => log.say(`third fires ${ids()}`), 1);
    }, 1);
  }, 1);
});
