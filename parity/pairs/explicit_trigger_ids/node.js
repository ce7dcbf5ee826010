'use strict';
const { AsyncResource } = require('node:async_hooks');
const { pair, id, ids } = require('../../normalise.js');

pair({ kinds: { connection: 'connection', request: 'request', orphan: 'orphan' } }, (log) => {
  log.hook().enable();
  const connection = new AsyncResource('connection');
  const request = new AsyncResource('request', { triggerAsyncId: connection.asyncId() });
  request.runInAsyncScope(() => log.say(ids()));
  log.say(`trigger=${id(request.triggerAsyncId())}`);

  // In the scope of one, caused by another.
  const second = request.runInAsyncScope(() => new AsyncResource('request', { triggerAsyncId: connection.asyncId() }));
  second.runInAsyncScope(() => log.say(ids()));

  // Nobody has this id; it is taken as given.
  const orphan = new AsyncResource('orphan', { triggerAsyncId: 1_000_000 });
  orphan.runInAsyncScope(() => log.say(ids()));
  for (const resource of [connection, request, second, orphan]) resource.emitDestroy();
});
