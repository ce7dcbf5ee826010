'use strict';
const { pair } = require('../../normalise.js');

pair({}, (log) => {
  log.hook('', { events: 'init resolve destroy' }).enable();
  (() => {
    log.own(new Promise(() => {}));
  })();
  log.say('nobody waits for it');
});
