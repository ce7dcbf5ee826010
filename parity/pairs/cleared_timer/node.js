'use strict';
const { pair } = require('../../normalise.js');

pair({ kinds: { Timeout: 'timer' }, order: 'by execution' }, (log) => {
  log.hook().enable();
  const never = setTimeout(() => log.say('never fires'), 60_000);
  setTimeout(() => {
    log.say('fires');
    clearTimeout(never);
  }, 1);
});
