import { BusHost } from './bus-host.ts';
import type { BusAddress, BusReply, BusRequest } from './bus-messages.ts';
import { publishPassages } from './publish-passages.ts';

/** A process that hosts the module of its first argument; its second is the address, as JSON. */
const [module = '', address = ''] = process.argv.slice(2);

/** A parent that has died can no longer end its children. */
const endWithParent = (): void => process.exit(1);
process.once('disconnect', endWithParent);

const host = await BusHost.start(JSON.parse(address) as BusAddress, [module]);

async function answer(request: BusRequest): Promise<void> {
  if ('publish' in request) await publishPassages(host, request.publish);
  else if ('stop' in request) await host.stop();
}

function reply(message: BusReply, done?: () => void): void {
  process.send?.(message, undefined, undefined, () => done?.());
}

process.on('message', (request: BusRequest) => {
  answer(request).then(
    () => {
      reply({ id: request.id, figures: host.figures() }, () => {
        if (!('stop' in request)) return;
        // Nothing but this channel keeps a stopped process alive; if something else does, its parent will notice.
        process.off('disconnect', endWithParent);
        process.disconnect();
      });
    },
    (error: unknown) => reply({ id: request.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
reply({ ready: true });
