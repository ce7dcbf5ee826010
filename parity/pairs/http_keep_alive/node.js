'use strict';
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const http = require('node:http');
const { pair, ids } = require('../../normalise.js');

const user = new AsyncLocalStorage();
const requestId = new AsyncLocalStorage();
const sockets = new Set();
let lastId = 0;

pair({ kinds: { request: 'request' } }, (log) => {
  log.hook('', { events: 'init before after' }).enable();
  const server = http.createServer((request, response) => {
    sockets.add(request.socket);
    log.say(`server: ${request.url} user=${user.getStore() ?? 'none'}`);
    new AsyncResource('request').runInAsyncScope(() => requestId.run(lastId += 1, () => {
      log.say(`server: ${ids()} request id=${requestId.getStore()}`);
      response.end(`answer ${requestId.getStore()}`);
    }));
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  const get = (path) => new Promise((resolve) => {
    http.get({ port: server.address().port, path, agent }, (response) => {
      let body = '';
      response.on('data', (chunk) => { body += chunk; });
      response.on('end', () => {
        log.say(`client: ${path} ${body} user=${user.getStore()} request id=${requestId.getStore() ?? 'none'}`);
        resolve();
      });
    });
  });
  server.listen(0, async () => {
    for (const name of ['alice', 'bob', 'carol']) await user.run(name, () => get(`/${name}`));
    log.value('client: after all user', user);
    log.say(`connections=${sockets.size}`);
    agent.destroy();
    server.close();
  });
});
