import type { ErrorRequestHandler, Response } from 'express';
import { isConnectionFailure } from '../database/index.ts';
import { ContractError, problems, SystemFailure } from '../errors/index.ts';
import type { Logger } from '../telemetry/index.ts';

/** Members that a problem document has of its own; an error's details may not replace them. */
const OWN_MEMBERS = new Set(['type', 'title', 'status', 'code', 'detail', 'errors', 'requestId']);
const RETRY_AFTER_SECONDS = '1';

/** The only place where an error becomes HTTP: RFC 9457 problem details, with details as extension members. */
export function errorHandler(logger: Logger, bodyLimit: string): ErrorRequestHandler {
  // Express tells an error handler from others by its four parameters.
  return (error: unknown, _request, response, next) => {
    const requestId = String(response.getHeader('x-request-id') ?? '');
    if (response.headersSent) {
      next(error);
      return;
    }
    sendProblem(response, toContractError(error, logger, requestId, bodyLimit), requestId);
  };
}

export function sendProblem(response: Response, error: ContractError, requestId: string): void {
  const details = typeof error.details === 'object' && error.details !== null ? Object.entries(error.details) : [];
  if (error.status === 401) response.setHeader('www-authenticate', 'Bearer');
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
  const fromTransport = transportProblem(error, bodyLimit);
  if (fromTransport !== undefined) return fromTransport;
  logger.error({ err: error, requestId }, 'a request failed');
  if (error instanceof SystemFailure || isConnectionFailure(error)) {
    const mayHaveHappened = !(error instanceof SystemFailure) || error.mayHaveHappened;
    return problems.unavailable(
      mayHaveHappened
        ? 'It may have happened all the same: repeat the request with the same Idempotency-Key.'
        : 'Nothing has happened; repeat the request.',
    );
  }
  return somethingWentWrong();
}

/** What a caller learns of a defect of ours: nothing but where to look. */
export function somethingWentWrong(): ContractError {
  return new ContractError({
    code: 'system.failure',
    status: 500,
    title: 'Something went wrong here',
    detail: 'The fault is ours. The log holds the reason under this request id.',
  });
}

/** What the router reports, and the body parser by its `type`: https://github.com/expressjs/body-parser#errors */
function transportProblem(error: unknown, bodyLimit: string): ContractError | undefined {
  // The router could not decode a path parameter such as "%zz": a text that cannot be an id names nothing.
  if (error instanceof URIError) return problems.notFound('The path is not well-formed.');
  if (!(error instanceof Error)) return undefined;
  switch ('type' in error ? error.type : undefined) {
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
      // Damaged compression has no type: the parser passes on what zlib said, marked as the client's fault.
      return 'expose' in error && error.expose === true && 'status' in error && error.status === 400
        ? problems.malformedJson('The body cannot be unpacked as its Content-Encoding says.')
        : undefined;
  }
}
