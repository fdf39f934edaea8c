import type { EventType } from '../../src/shared/contract/index.ts';
import { OpenApiSchemas, type JsonObject } from '../../src/shared/http/index.ts';
import type { ModuleDefinition } from '../../src/shared/module/index.ts';
import { VERSION } from '../../src/version.ts';
import { eventOf } from './shapes-on-the-wire.ts';

const CLOUD_EVENT = 'application/cloudevents+json';

/** The events that a module makes known and those that it hears, as an AsyncAPI 3.0 document. */
export function renderEvents({ contract, subscriptions, sagas }: ModuleDefinition): object {
  const { name } = contract;
  const schemas = new OpenApiSchemas([]);
  const published = Object.values<EventType>(contract.events);
  const wakeUps = sagas.flatMap((saga) => saga.wakeUps.map(({ event }) => event));
  const heard = new Map([...subscriptions.map(({ event }) => event), ...wakeUps].map((event) => [event.type, event]));
  const channels = [
    ...published.map((event) => toChannel(event, `/publications/${event.type}`)),
    ...[...heard.values()].map((event) => toChannel(event, `/events/${name}/${event.type}`)),
  ];
  const operations = [
    ...published.map((event) => [`publish.${event.type}`, toOperation(event, 'send')]),
    ...[...heard.values()].map((event) => [`hear.${event.type}`, toOperation(event, 'receive')]),
  ];
  const messages = [...published, ...heard.values()].map((event) => [event.type, toMessage(event, schemas)]);
  return {
    asyncapi: '3.0.0',
    info: {
      title: `Banyan: the events of ${name}`,
      version: VERSION,
      description:
        'CloudEvents 1.0 in JSON, posted over HTTP with a token. Each comes at least once, those of one subject in the order of their sequence.',
    },
    defaultContentType: CLOUD_EVENT,
    channels: Object.fromEntries(channels) as object,
    operations: Object.fromEntries(operations) as object,
    components: { messages: Object.fromEntries(messages) as object, schemas: schemas.all },
  };
}

function toChannel({ type }: EventType, address: string): [string, JsonObject] {
  return [type, { address, messages: { event: { $ref: `#/components/messages/${type}` } } }];
}

function toOperation({ type }: EventType, action: 'send' | 'receive'): JsonObject {
  const channel = `#/channels/${type}`;
  return {
    action,
    channel: { $ref: channel },
    messages: [{ $ref: `${channel}/messages/event` }],
    bindings: { http: { method: 'POST' } },
  };
}

function toMessage({ type, version, of, data }: EventType, schemas: OpenApiSchemas): JsonObject {
  return {
    name: type,
    contentType: CLOUD_EVENT,
    description: `Its subject is \`data.${of}\`.`,
    payload: schemas.convert(eventOf(type, version, data), 'output', type),
  };
}
