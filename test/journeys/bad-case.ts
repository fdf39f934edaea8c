import { expect } from '@jest/globals';
import type { Response, Test } from 'supertest';
import type { World } from '../../src/shared/testing/index.ts';

/** A shop with one of everything that a request can be wrong about. */
export interface Fixture {
  readonly shop: World;
  readonly sku: string;
  readonly product: { readonly id: string; readonly version: number; readonly handle: string };
  /** Open, with one line. */
  readonly cart: { readonly id: string; readonly version: number; readonly lines: readonly { readonly id: string }[] };
  readonly emptyCart: string;
  /** Confirmed, one line of two pieces. Made by a cart that is completed with `key`, as staff's was with its own. */
  readonly order: { readonly id: string; readonly lines: readonly { readonly id: string }[] };
  readonly completedCart: string;
  readonly key: string;
  readonly reference: string;
}

export interface BadCase {
  readonly what: string;
  readonly ask: (fixture: Fixture) => Test;
  readonly status: number;
  readonly code: string;
  /** Where the fault lies, where one place in the request is to blame. */
  readonly pointer?: string;
}

/** A problem document that a program and a person can act on. */
export function expectProblem(response: Response, { status, code, pointer }: BadCase): void {
  const { body, headers } = response;
  expect({ status: response.status, code: body.code }).toEqual({ status, code });
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({
    type: expect.stringContaining(code),
    title: expect.stringMatching(/\S/),
    status,
    requestId: headers['x-request-id'],
  });
  if (pointer === undefined) return;
  const fault = body.errors?.find((each: { pointer: string }) => each.pointer === pointer);
  expect({ pointers: body.errors, fault }).toMatchObject({
    fault: { code: expect.stringMatching(/\S/), message: expect.stringMatching(/\S/) },
  });
}
