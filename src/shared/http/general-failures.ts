import { problems, type ContractError } from '../errors/index.ts';
import { somethingWentWrong } from './error-handler.ts';
import type { Route } from './route.ts';

/** One way in which a request can fail, as the reference lists it. */
export interface Failure {
  readonly code: string;
  readonly status: number;
  readonly title: string;
}

// The factories are the one place where codes, statuses and titles stand; their details do not matter here.
const malformedJson = toFailure(problems.malformedJson(''));
const unauthenticated = toFailure(problems.unauthenticated(''));
const forbidden = toFailure(problems.forbidden(''));
const notFound = toFailure(problems.notFound(''));
const methodNotAllowed = toFailure(problems.methodNotAllowed(''));
const inProgress = toFailure(problems.requestInProgress());
const staleVersion = toFailure(problems.versionConflict(1));
const tooLarge = toFailure(problems.tooLarge(''));
const unsupportedMediaType = toFailure(problems.unsupportedMediaType(''));
const invalid = toFailure(problems.invalidInput([]));
const keyMissing = toFailure(problems.idempotencyKeyMissing());
const keyInvalid = toFailure(problems.idempotencyKeyInvalid());
const keyReused = toFailure(problems.idempotencyKeyReused());
const rateLimited = toFailure(problems.rateLimited(1));
const failed = toFailure(somethingWentWrong());
const unavailable = toFailure(problems.unavailable(''));

/** Every failure that no module's contract names. */
export const generalFailures: readonly Failure[] = [
  malformedJson,
  unauthenticated,
  forbidden,
  notFound,
  methodNotAllowed,
  inProgress,
  staleVersion,
  tooLarge,
  unsupportedMediaType,
  invalid,
  keyMissing,
  keyInvalid,
  keyReused,
  rateLimited,
  failed,
  unavailable,
];

/** Those of them that a request to this row can meet. */
export function generalFailuresOf(route: Route): readonly Failure[] {
  return [
    ...(route.access.kind === 'staff' ? [unauthenticated, forbidden] : []),
    ...(route.path.includes('{') ? [notFound] : []),
    ...(route.body === undefined ? [] : [malformedJson, tooLarge, unsupportedMediaType]),
    ...(route.headers.includes('if-match') ? [staleVersion] : []),
    invalid,
    ...(route.idempotencyKey === 'none' ? [] : [keyInvalid, keyReused, inProgress]),
    ...(route.idempotencyKey === 'required' ? [keyMissing] : []),
    rateLimited,
    failed,
    unavailable,
  ];
}

function toFailure(error: ContractError): Failure {
  return { code: error.code, status: error.status, title: error.title };
}
