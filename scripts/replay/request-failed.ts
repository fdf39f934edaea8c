import type { Answer } from './api-client.ts';
import { readProblem } from './api-shapes.ts';

const shownErrors = 3;

/** The server understood and said no, or answered what the replay cannot read. Other requests may still succeed. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';

  static because(what: string, answer: Answer): RequestFailed {
    const problem = readProblem(answer.body);
    const errors = (problem.errors ?? [])
      .slice(0, shownErrors)
      .map((error) => `${error.pointer ?? ''} ${error.message ?? ''}`.trim());
    const words = [problem.code, problem.detail ?? problem.title, ...errors].filter((word) => word !== undefined);
    return new RequestFailed([`${what}: answered ${answer.status}`, ...words].join('; '));
  }
}
