import type { ErrorRequestHandler, Response } from 'express';
import { isConnectionFailure } from '../database/index.ts';
import { ContractError, problems, SystemFailure } from '../errors/index.ts';
import type { Logger } from '../telemetry/index.ts';

/** Members that a problem document has of its own; an error's details may not replace them. */
const OWN_MEMBERS = new Set(['type', 'title', 'status', 'code', 'detail', 'errors', 'requestId']);
const RETRY_AFTER_SECONDS = '1';

/** The only place where an error becomes HTTP: RFC 9457 problem details, with details as extension members. */
export function errorHandler(logger: Logger, bodyLimit: string): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const requestId = String(response.getHeader('x-request-id') ?? '');
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, toContractError(error, logger, requestId, bodyLimit), requestId);
    void request;
  };
}

export function sendProblem(response: Response, error: ContractError, requestId: string): void {
  const details = typeof error.details === 'object' && error.details !== null ? Object.entries(error.details) : [];
  if (error.status === 503) response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  response
    .status(error.status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `/docs/errors#${error.code}`,
        title: error.title,
        status: error.status,
        code: error.code,
        ...(error.detail === undefined ? {} : { detail: error.detail }),
        ...(error.faults === undefined ? {} : { errors: error.faults }),
        ...Object.fromEntries(details.filter(([name]) => !OWN_MEMBERS.has(name))),
        requestId,
      }),
    );
}

function toContractError(error: unknown, logger: Logger, requestId: string, bodyLimit: string): ContractError {
  if (error instanceof ContractError) return error;
  const fromParser = bodyProblem(error, bodyLimit);
  if (fromParser !== undefined) return fromParser;
  logger.error({ err: error, requestId }, 'a request failed');
  if (error instanceof SystemFailure || isConnectionFailure(error)) {
    const mayHaveHappened = !(error instanceof SystemFailure) || error.mayHaveHappened;
    return problems.unavailable(
      mayHaveHappened
        ? 'It may have happened all the same: repeat the request with the same Idempotency-Key.'
        : 'Nothing has happened; repeat the request.',
    );
  }
  return new ContractError({
    code: 'system.failure',
    status: 500,
    title: 'Something went wrong here',
    detail: 'The fault is ours. The log holds the reason under this request id.',
  });
}

/** What the body parser reports, by its `type`: https://github.com/expressjs/body-parser#errors */
function bodyProblem(error: unknown, bodyLimit: string): ContractError | undefined {
  if (!(error instanceof Error) || !('type' in error)) return undefined;
  switch (error.type) {
    case 'entity.parse.failed':
      return problems.malformedJson(error.message);
    case 'entity.too.large':
      return problems.tooLarge(bodyLimit);
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return problems.unsupportedMediaType(error.message);
    case 'request.aborted':
    case 'request.size.invalid':
      return problems.malformedJson('The body did not arrive whole.');
    default:
      return undefined;
  }
}
