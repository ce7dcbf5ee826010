'use strict';
const net = require('node:net');
const { pair, ids } = require('../../normalise.js');

const kinds = { TCPSERVERWRAP: 'listener', TCPWRAP: 'connection' };
pair({ kinds, order: 'by execution' }, (log) => {
  log.hook('', { events: 'init destroy' }).enable();
  const server = net.createServer((socket) => {
    log.say(`accepted ${ids()}`);
    socket.end();
  });
  server.listen(0);
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('close', () => server.close());
  client.resume();
});
