// A service and a client with plain OpenTelemetry: nothing here knows async-hooks.
//
// `node shop.cjs serve NEXT` answers /orders/N with what NEXT answers, until its input ends. `node shop.cjs ask URL COUNT` asks.
// Both print what they have recorded: one line of JSON, with the headers that each span has received or sent.
'use strict';

const { NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');

const recorded = [];
const remembering = {
  onStart() {},
  onEnd(span) { recorded.push(span); },
  forceFlush: async () => {},
  shutdown: async () => {},
};

// What has arrived is in `headers`, what is sent was set.
const noteHeaders = (span, request) => {
  for (const name of ['traceparent', 'tracestate']) {
    const value = request.headers?.[name] ?? request.getHeader?.(name);
    if (value !== undefined) span.setAttribute(`header.${name}`, value);
  }
};

const provider = new NodeTracerProvider({ spanProcessors: [remembering, new SimpleSpanProcessor(new OTLPTraceExporter())] });
provider.register();
registerInstrumentations({ instrumentations: [new HttpInstrumentation({ requestHook: noteHeaders })] });
const http = require('node:http');

const get = (url) => new Promise((resolve, reject) => {
  http.get(url, (answer) => {
    let text = '';
    answer.on('data', (part) => { text += part; });
    answer.on('end', () => resolve({ status: answer.statusCode, text }));
  }).on('error', reject);
});

const asRecorded = (span) => ({
  name: span.name,
  kind: span.kind,
  trace_id: span.spanContext().traceId,
  span_id: span.spanContext().spanId,
  parent_id: span.parentSpanContext?.spanId ?? '',
  is_remote: span.parentSpanContext?.isRemote ?? false,
  flags: span.spanContext().traceFlags,
  traceparent: span.attributes['header.traceparent'] ?? '',
  tracestate: span.attributes['header.tracestate'] ?? '',
});

const end = async () => {
  await provider.forceFlush();
  console.log(JSON.stringify(recorded.map(asRecorded)));
  process.exit(0);
};

const serve = (next) => {
  const server = http.createServer(async (request, response) => {
    const answer = await get(`${next}${request.url}`);
    response.writeHead(answer.status).end(answer.text);
  });
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
  process.stdin.resume().on('end', end);
};

const ask = async (url, count) => {
  for (let number = 0; number < count; number += 1) await get(`${url}/orders/${number}`);
  await end();
};

const [role, url, count] = process.argv.slice(2);
if (role === 'serve') serve(url);
else ask(url, Number(count));
