import { ContractError, type InputFault } from './contract-error.ts';

/** The failures that every endpoint can have. A module's own facts stand in its contract. */
export const problems = {
  malformedJson: (detail: string) =>
    new ContractError({ code: 'request.malformed_json', status: 400, title: 'The body is not valid JSON', detail }),
  invalidInput: (faults: readonly InputFault[]) =>
    new ContractError({ code: 'request.invalid', status: 422, title: 'The request is not valid', faults }),
  unauthenticated: (detail: string) =>
    new ContractError({ code: 'auth.unauthenticated', status: 401, title: 'Credentials are needed', detail }),
  forbidden: (detail: string) =>
    new ContractError({ code: 'auth.forbidden', status: 403, title: 'Not allowed', detail }),
  notFound: (detail: string) =>
    new ContractError({ code: 'request.not_found', status: 404, title: 'Not found', detail }),
  methodNotAllowed: (detail: string) =>
    new ContractError({ code: 'request.method_not_allowed', status: 405, title: 'Method not allowed', detail }),
  versionConflict: (current: number) =>
    new ContractError({
      code: 'request.stale_version',
      status: 412,
      title: 'It has changed since it was read',
      detail: `The current version is ${current}; read it again and repeat the change.`,
      details: { current },
    }),
  tooLarge: (limit: string) =>
    new ContractError({
      code: 'request.too_large',
      status: 413,
      title: 'The body is too large',
      detail: `At most ${limit} are taken.`,
    }),
  unsupportedMediaType: (detail: string) =>
    new ContractError({ code: 'request.unsupported_media_type', status: 415, title: 'Wrong content type', detail }),
  idempotencyKeyMissing: () =>
    new ContractError({
      code: 'idempotency.key_missing',
      status: 422,
      title: 'An Idempotency-Key header is needed',
      detail: 'Send a key of your own, 1 to 200 visible characters, and the same one when you repeat the request.',
    }),
  idempotencyKeyInvalid: () =>
    new ContractError({
      code: 'idempotency.key_invalid',
      status: 422,
      title: 'The Idempotency-Key is not valid',
      detail: 'A key has 1 to 200 visible characters.',
    }),
  idempotencyKeyReused: () =>
    new ContractError({
      code: 'idempotency.key_reused',
      status: 422,
      title: 'This Idempotency-Key came with another request',
      detail: 'The same key may only repeat the same request; use a new key for a new one.',
    }),
  requestInProgress: () =>
    new ContractError({
      code: 'idempotency.in_progress',
      status: 409,
      title: 'The first request with this Idempotency-Key is still running',
      detail: 'Repeat it in a moment.',
    }),
  rateLimited: (retryAfterSeconds: number) =>
    new ContractError({
      code: 'request.rate_limited',
      status: 429,
      title: 'Too many requests',
      detail: `Try again in ${retryAfterSeconds} s.`,
      details: { retryAfterSeconds },
    }),
  unavailable: (detail: string) =>
    new ContractError({ code: 'system.unavailable', status: 503, title: 'Not available at the moment', detail }),
};
