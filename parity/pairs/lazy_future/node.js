'use strict';
const { pair } = require('../../normalise.js');

pair({}, (log) => {
  log.hook('', { events: 'init resolve' }).enable();
  const work = async () => log.say('begins');
  const future = log.own(work());
  log.say('made');
  future.then(() => log.say('done'));
});
