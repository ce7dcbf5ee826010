'use strict';
const { pair, ids } = require('../../normalise.js');

pair({ kinds: { Timeout: 'interval' }, order: 'by execution' }, (log) => {
  log.hook().enable();
  const ticks = (name, count, last) => {
    const interval = setInterval(() => {
      log.say(`${name} ticks ${ids()}`);
      count -= 1;
      if (count > 0) return;
      clearInterval(interval);
      last();
    }, 1);
  };
  ticks('first', 3, () => ticks('second', 2, () => {}));
});
