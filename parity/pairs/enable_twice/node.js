'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({ kinds: { job: 'job' } }, (log) => {
  const first = log.hook('first: ', { events: 'init before after' }).enable();
  const second = log.hook('second: ', { events: 'init before after' }).enable();
  const use = () => new AsyncResource('job').runInAsyncScope(() => log.say('inside'));

  log.say(`same handle=${first.enable() === first && first.enable() === first}`);
  use();
  log.say('first again, behind second');
  first.disable();
  first.enable();
  use();
  log.say('second disabled, three times');
  second.disable().disable().disable();
  use();
  first.disable();
  use();
});
