import { createServer } from 'node:http';
import { LocalTransport, Pipeline } from '../../src/shared/calls/index.ts';
import { listen } from '../../src/shared/http/index.ts';
import { CallEndpoint, CallTokens } from '../../src/shared/remote/index.ts';
import { createLogger } from '../../src/shared/telemetry/index.ts';
import { Echo, ECHO_SECRET, type EchoPorts } from './echo-module.ts';

/** Answers the same question twice over: bare, and as an operation of a module. Tells its parent its ports. */
const bare = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString())));
  });
});
const local = new LocalTransport();
const coordinate = (input: unknown): Promise<unknown> => Promise.resolve(input);
local.host(Echo.name, new Pipeline({ implementationOf: () => ({ coordinate }), callers: new Set(['http']) }));
const endpoint = new CallEndpoint({
  contracts: [Echo],
  calls: local,
  tokens: new CallTokens(ECHO_SECRET),
  logger: createLogger('warn'),
});

/** A parent that has died can no longer end its children. */
process.once('disconnect', () => process.exit());
const ports: EchoPorts = {
  bare: await listen(bare, 0, '127.0.0.1'),
  calls: await endpoint.listen(0, '127.0.0.1'),
};
process.send?.(ports);
