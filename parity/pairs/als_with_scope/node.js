// Needs Node 26.
'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { pair } = require('../../normalise.js');

const user = new AsyncLocalStorage();
pair({}, (log) => {
  const value = (where) => log.value(`${where} user`, user);
  {
    using outer = user.withScope('alice');
    value('outer');
    {
      using inner = user.withScope('bob');
      value('inner');
    }
    value('outer');
  }
  value('outside');

  user.run('carol', () => {
    const scope = user.withScope('dave');
    value('entered');
    user.enterWith('erin');
    value('entered within');
    scope.dispose();
    value('disposed');
  });

  const first = user.withScope('frank');
  const second = user.withScope('grace');
  first.dispose();
  value('first disposed');
  second.dispose();
  value('second disposed');
});
