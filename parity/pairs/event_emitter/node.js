'use strict';
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { EventEmitter, EventEmitterAsyncResource } = require('node:events');
const { pair, ids } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({ kinds: { emitter: 'emitter', 'bound-anonymous-fn': 'listener', caller: 'caller' } }, (log) => {
  log.hook('', { events: 'init before after' }).enable();
  const heard = (listener) => log.say(`${listener} user=${user.getStore() ?? 'none'} ${ids()}`);

  const plain = new EventEmitter();
  user.run('alice', () => {
    plain.on('data', () => heard('plain listener'));
    plain.on('data', AsyncResource.bind(() => heard('bound listener')));
  });
  const tracked = user.run('bob', () => new EventEmitterAsyncResource({ name: 'emitter' }));
  tracked.on('data', () => heard('listener of a tracked emitter'));

  const caller = new AsyncResource('caller');
  caller.runInAsyncScope(() => user.run('carol', () => {
    plain.emit('data');
    tracked.emit('data');
  }));
});
