'use strict';
const { pair } = require('../../normalise.js');

pair({}, (log) => {
  log.hook('', { events: 'init before after resolve' }).enable();
  const turn = () => new Promise(setImmediate);
  const work = async () => {
    log.say('begins');
    await turn();
    log.say('goes on');
  };
  log.own(work());
  log.say('root goes on');
});
