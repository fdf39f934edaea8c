import type { EventType } from '../../src/shared/contract/index.ts';
import { samplesOf } from './samples-of.ts';
import { expectThat, type Check } from './check.ts';
import type { Effects } from './effects.ts';
import type { Prepared, ServiceClient } from './service-client.ts';
import type { Subject } from './subject.ts';

/** Events sent until one has an effect that can be seen. */
const TRIES = 12;
/** Copies of one event at the same time, as two processes of the bus may send them. */
const AT_ONCE = 4;

type Data = Record<string, unknown>;

/** What a service does about events, each type by itself and in the order in which the module names them. */
export function eventChecks(setting: {
  readonly client: ServiceClient;
  readonly subject: Subject;
  readonly effects: Effects;
  readonly seed: number;
}): Check[] {
  const { client, subject, effects, seed } = setting;
  // What happens to one order belongs together: later events speak of ids that earlier ones have brought.
  const known = new Map<string, unknown>();
  return [
    ...subject.heard.flatMap((event): Check[] => [
      {
        promise: `${event.type} takes effect once, also when it comes again`,
        run: async () => {
          const { request, isSeen } = await sendUntilSeen(event);
          await effects.expectNone(() => deliver(client, request), 'the second copy');
          await effects.expectNone(async () => {
            await Promise.all(Array.from({ length: AT_ONCE }, () => deliver(client, request)));
          }, 'a later copy');
          return isSeen ? undefined : 'no query shows an effect of it';
        },
      },
      {
        promise: `${event.type} is taken with fields of a later version`,
        run: async () => {
          const [data] = samplesOf(event.data, 1, seed + 2) as Data[];
          const later = { ofLaterVersion: { any: ['thing'] } };
          await deliver(client, client.prepareEvent(event, { ...data, ...later }, { oflaterversion: 'x' }));
          return undefined;
        },
      },
    ]),
    {
      promise: 'an event that the module does not hear gets 404',
      run: async () => {
        const [any] = subject.heard;
        if (any === undefined) return 'it hears none';
        const request = client.prepareEvent({ ...any, type: 'elsewhere.somethingHappened' }, {});
        const { status, text } = await client.send(request);
        expectThat(status === 404, `it answered ${status}: ${text}`);
        return undefined;
      },
    },
  ];

  async function sendUntilSeen(event: EventType): Promise<{ request: Prepared; isSeen: boolean }> {
    const samples = samplesOf(event.data, TRIES, seed) as Data[];
    let request: Prepared | undefined;
    for (const [index, data] of samples.entries()) {
      const about = index % 2 === 0 ? withKnown(data, known) : data;
      const before = await effects.look();
      request = client.prepareEvent(event, about);
      await deliver(client, request);
      if ((await effects.look()) === before) continue;
      for (const [name, value] of idsIn(about)) known.set(name, value);
      return { request, isSeen: true };
    }
    expectThat(request !== undefined, 'no data was found that the contract takes');
    return { request, isSeen: false };
  }
}

async function deliver(client: ServiceClient, request: Prepared): Promise<void> {
  const { status, text } = await client.send(request);
  expectThat(status >= 200 && status < 300, `it answered ${status} to ${request.body}: ${text.slice(0, 200)}`);
}

function idsIn(data: Data): [string, unknown][] {
  return Object.entries(data).filter(([name]) => name.endsWith('Id'));
}

function withKnown(data: Data, known: ReadonlyMap<string, unknown>): Data {
  return { ...data, ...Object.fromEntries(idsIn(data).map(([name, value]) => [name, known.get(name) ?? value])) };
}
