'use strict';
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { pair, id, ids } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const kinds = { 'bound-anonymous-fn': 'bound', job: 'job', caller: 'caller' };
pair({ kinds }, (log) => {
  log.hook('', { events: 'init before after' }).enable();
  const say = (word) => {
    log.say(`${word} user=${user.getStore() ?? 'none'} ${ids()}`);
    return word.length;
  };

  const unbound = (word) => say(word);
  const bound = user.run('alice', () => AsyncResource.bind((word) => say(word)));
  const job = user.run('bob', () => new AsyncResource('job'));
  const ofJob = job.bind((word) => say(word));

  const caller = new AsyncResource('caller');
  caller.runInAsyncScope(() => user.run('carol', () => {
    log.say(`result=${unbound('unbound')}`);
    log.say(`result=${bound('bound')}`);
    log.say(`result=${ofJob('of job')}`);
    bound('bound again');
    say('caller');
  }));
  log.say(`job ${id(job.asyncId())}`);
});
