import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Envelope } from '../../src/shared/contract/index.ts';
import { modules } from '../../src/modules/index.ts';
import { renderCalls } from './render-calls.ts';
import { renderEvents } from './render-events.ts';

type Document = Record<string, unknown>;

const asyncApi = JSON.parse(
  readFileSync(createRequire(import.meta.filename).resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json'), 'utf8'),
) as object;
const isAsyncApi = new Ajv({ strict: false, validateFormats: false }).compile(asyncApi);
const notifications = modules.find(({ contract }) => contract.name === 'notifications');

describe('an exported contract', () => {
  it.each(modules.map((module) => [module.contract.name, module] as const))(
    'of %s is what OpenAPI and AsyncAPI ask for',
    async (_, module) => {
      const calls = await new Validator().validate(renderCalls(module.contract) as Document);
      expect({ valid: calls.valid, errors: calls.errors ?? null }).toEqual({ valid: true, errors: null });
      isAsyncApi(renderEvents(module));
      expect(isAsyncApi.errors ?? []).toEqual([]);
    },
  );

  it('has every operation, and every event on either side', () => {
    for (const module of modules) {
      const { paths } = renderCalls(module.contract) as { paths: Document };
      const operations = Object.values(module.contract.operations).map(({ id }) => `/calls/${id}`);
      expect(Object.keys(paths)).toEqual([...operations, '/health']);
    }
    const { operations } = renderEvents(notifications as never) as { operations: Document };
    expect(Object.keys(operations)).toEqual(
      [
        'ordering.orderConfirmed',
        'ordering.orderCancelled',
        'ordering.orderRefunded',
        'fulfilment.shipmentDispatched',
        'inventory.stockLow',
      ].map((type) => `hear.${type}`),
    );
  });

  it('describes an event as the bus has it', () => {
    const { components } = renderEvents(notifications as never) as {
      components: { messages: Record<string, { payload: { properties: object } }> };
    };
    const described = Object.keys(components.messages['inventory.stockLow']?.payload.properties ?? {});
    expect(described.sort()).toEqual([...Object.keys(Envelope.shape), 'datacontenttype'].sort());
  });

  it('is refused by the validators when it is broken', async () => {
    const broken = { ...(renderCalls((notifications as never)['contract']) as Document), paths: { calls: 1 } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
    expect(isAsyncApi({ ...renderEvents(notifications as never), operations: { hear: {} } })).toBe(false);
  });
});
