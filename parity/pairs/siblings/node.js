'use strict';
const { pair, ids } = require('../../normalise.js');

pair({ order: 'by execution' }, (log) => {
  log.hook('', { events: 'init' }).enable();
  const future = (callback) => log.own(Promise.resolve().then(callback));
  const parent = () => future(() => {
    log.say(ids());
    future(() => log.say(ids()));
    future(() => log.say(ids()));
  });
  parent();
  parent();
});
