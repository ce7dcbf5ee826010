'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const role = new AsyncLocalStorage();
pair({}, (log) => {
  const both = (where) => log.say(`${where} user=${user.getStore() ?? 'none'} role=${role.getStore() ?? 'none'}`);
  const empty = AsyncLocalStorage.snapshot();
  const [taken, bound] = user.run('alice', () => role.run('admin', () => [
    AsyncLocalStorage.snapshot(),
    AsyncLocalStorage.bind((word) => {
      both(word);
      return word.length;
    }),
  ]));

  both('outside');
  taken(() => both('in the snapshot'));
  user.run('bob', () => {
    taken(() => {
      both('in the snapshot');
      user.run('carol', () => both('in a run in it'));
      empty(() => both('in the empty one in it'));
      both('in the snapshot');
    });
    empty(() => both('in the empty one'));
    log.say(`result=${bound('bound')}`);
    both('in the run');
  });
  log.say(`result=${taken(() => 1729)}`);
  both('outside');
});
