'use strict';
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { Worker } = require('node:worker_threads');
const { pair, ids } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({ kinds: { request: 'request', task: 'task' }, order: 'by execution' }, (log) => {
  log.hook().enable();
  // One worker, started before any request: what it reports is nobody's until the task's resource takes it over.
  const worker = new Worker(`
    const { parentPort } = require('node:worker_threads');
    parentPort.on('message', (n) => parentPort.postMessage(n * (n + 1) / 2));
  `, { eval: true });
  const tasks = [];
  worker.on('message', (sum) => {
    const { task, callback } = tasks.shift();
    task.runInAsyncScope(callback, null, sum);
    task.emitDestroy();
    if (tasks.length === 0) worker.unref();
  });
  const runTask = (n, callback) => {
    tasks.push({ task: new AsyncResource('task'), callback });
    worker.postMessage(n);
  };

  for (const [name, n] of [['alice', 10], ['bob', 20], ['carol', 30]]) {
    const request = new AsyncResource('request');
    request.runInAsyncScope(() => user.run(name, () => {
      runTask(n, (sum) => log.say(`sum=${sum} user=${user.getStore()} ${ids()}`));
    }));
    request.emitDestroy();
  }
});
