import { randomBytes } from 'node:crypto';
import { signCall } from '../../src/shared/remote/index.ts';
import { expectThat, type Check } from './check.ts';
import { samplesOf } from './samples-of.ts';
import type { Prepared, Reply, ServiceClient } from './service-client.ts';
import type { Subject } from './subject.ts';

const SECOND_MS = 1_000;
/** Past a token's 10 s and the 5 s that clocks may be apart, and ahead of them. */
const TOO_OLD_MS = 16 * SECOND_MS;
const TOO_EARLY_MS = 6 * SECOND_MS;

type TokenOf = (request: Prepared, client: ServiceClient) => string | null;

const WRONG_TOKENS: readonly (readonly [string, TokenOf])[] = [
  ['without a token', () => null],
  ['whose token is none', () => 'v1.http.nonsense'],
  [
    'whose token another key has made',
    ({ claims, body }) => signCall(randomBytes(32).toString('base64url'), claims, body),
  ],
  ['whose token is too old', (request, client) => client.sign(request, Date.now() - TOO_OLD_MS)],
  ['whose token comes from the future', (request, client) => client.sign(request, Date.now() + TOO_EARLY_MS)],
  ['whose token is for another module', withClaims({ callee: 'elsewhere' })],
  ['whose token is for something else', withClaims({ operation: 'elsewhere.doIt' })],
  [
    'whose token names another caller',
    (request, client) => client.sign(request).replace(/^v1\.[^.]+\./, 'v1.somebody.'),
  ],
  ['whose token is of another body', (request, client) => client.sign({ ...request, body: `${request.body} ` })],
];

function withClaims(claims: Partial<Prepared['claims']>): TokenOf {
  return (request, client) => client.sign({ ...request, claims: { ...request.claims, ...claims } });
}

/** Who may call at all, for every operation and every event. */
export function tokenChecks(client: ServiceClient, subject: Subject, seed: number): Check[] {
  // Made anew for each check: an event's id is taken once.
  const requests = (): Prepared[] => requestsOf(client, subject, seed);
  return [
    ...WRONG_TOKENS.map(([what, tokenOf]): Check => ({
      promise: `a request ${what} is turned away with 401`,
      run: async () => {
        for (const request of requests()) expect401(request, await client.send(request, tokenOf(request, client)));
        return undefined;
      },
    })),
    {
      promise: 'a token is taken once',
      run: async () => {
        for (const request of requests()) {
          const token = client.sign(request);
          const { status, text } = await client.send(request, token);
          expectThat(status >= 200 && status < 300, `${request.path} answered ${status} to the first: ${text}`);
          expect401(request, await client.send(request, token));
        }
        return undefined;
      },
    },
    {
      promise: 'a call whose body names another operation is turned away with 401',
      run: async () => {
        for (const operation of subject.operations) {
          const request = client.prepareCall(operation, {});
          const body = client.prepareCall({ id: 'elsewhere.doIt' }, {}).body;
          expect401(request, await client.send({ ...request, body }));
        }
        return undefined;
      },
    },
  ];
}

/** One for each operation and each event, valid in all else. */
function requestsOf(client: ServiceClient, { operations, heard }: Subject, seed: number): Prepared[] {
  const calls = operations.map((operation) => client.prepareCall(operation, samplesOf(operation.input, 1, seed)[0]));
  const events = heard.map((event) =>
    client.prepareEvent(event, samplesOf(event.data, 1, seed)[0] as Record<string, unknown>),
  );
  return [...calls, ...events];
}

function expect401({ path }: Prepared, { status, text }: Reply): void {
  expectThat(status === 401, `${path} answered ${status}: ${text.slice(0, 200)}`);
}
