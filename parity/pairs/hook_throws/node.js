'use strict';
const { spawnSync } = require('node:child_process');
const { pair } = require('../../normalise.js');

const program = (event) => `
  const { AsyncResource, createHook } = require('node:async_hooks');
  const { writeSync } = require('node:fs');
  const hears = (event) => () => writeSync(1, event + ',');
  createHook({ ${event}: () => { throw new Error('a hook throws'); } }).enable();
  const other = createHook({ init: hears('init'), before: hears('before'), after: hears('after'), destroy: hears('destroy') });
  other.enable();
  const job = new AsyncResource('job');
  job.runInAsyncScope(() => {});
  job.emitDestroy();
  setImmediate(() => {
    other.disable();
    writeSync(1, 'end');
  });`;

pair({}, (log) => {
  for (const event of ['init', 'before', 'after', 'destroy']) {
    const { stdout } = spawnSync(process.execPath, ['-e', program(event)], { encoding: 'utf8' });
    log.say(`${event}: other hook heard of it=${stdout.includes(event)}`);
    log.say(`${event}: program goes on=${stdout.endsWith('end')}`);
  }
});
