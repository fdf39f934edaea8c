import { installSkewableClock } from './skewable-clock.ts';
import type { TillReply, TillRequest } from './till-messages.ts';

const clock = installSkewableClock(Number(process.env['LAB_CLOCK_SKEW_MS'] ?? 0));
// Only now, so that nothing has kept the right clock.
const { TillHost } = await import('./till-host.ts');

const host = await TillHost.start(process.env);

async function answer(request: TillRequest): Promise<void> {
  if ('sell' in request) await host.sell(request.sell);
  else if ('skewMs' in request) clock.setSkew(request.skewMs);
  else await host.stop();
}

function reply(message: TillReply, done?: () => void): void {
  process.send?.(message, undefined, undefined, () => done?.());
}

/** A parent that has died can no longer end its children. */
const endWithParent = (): void => process.exit();
process.once('disconnect', endWithParent);

process.once('SIGTERM', () => void host.stopInTime().then(() => process.exit()));

process.on('message', (request: TillRequest) => {
  answer(request).then(
    () => {
      reply({ id: request.id, ok: true }, () => {
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
