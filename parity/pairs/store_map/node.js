'use strict';
const { AsyncResource, createHook, executionAsyncId } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

pair({}, (log) => {
  const stores = new Map();
  const ours = new Set(['request', 'query', 'late', 'other']);
  createHook({
    init(asyncId, type, trigger) {
      if (ours.has(type) && stores.has(trigger)) stores.set(asyncId, stores.get(trigger));
    },
    destroy: (asyncId) => stores.delete(asyncId),
  }).enable();
  const set = (store) => stores.set(executionAsyncId(), store);
  const say = (where) => log.say(`${where} store=${stores.get(executionAsyncId()) ?? 'none'} of ${stores.size}`);

  say('root');
  const request = new AsyncResource('request');
  const [query, early] = request.runInAsyncScope(() => {
    const early = new AsyncResource('query');
    set('alice');
    say('request');
    return [new AsyncResource('query'), early];
  });
  query.runInAsyncScope(() => say('query'));
  early.runInAsyncScope(() => say('query made before the store'));
  query.runInAsyncScope(() => {
    set('bob');
    say('query with a store of its own');
  });
  request.runInAsyncScope(() => say('request'));
  // Inherited from the trigger, not from the creator.
  const late = new AsyncResource('late', { triggerAsyncId: query.asyncId() });
  late.runInAsyncScope(() => say('caused by the query'));
  new AsyncResource('other').runInAsyncScope(() => say('other'));

  for (const resource of [request, query, early, late]) resource.emitDestroy();
  log.settled(() => log.say(`at the end ${stores.size}`));
});
