import { appendFileSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerUser, giveTo } from './unprivileged-user.ts';

const SIZE_LIMIT_BYTES = 10 * 1024 * 1024;
const TAIL_LINES = 12;

/** The server's own log, `<dataDir>/postgres.log`. We open it and hand it to the server, who may not write beside it. */
export class ServerLog {
  readonly path: string;

  constructor(dataDir: string, user: ServerUser | undefined) {
    this.path = join(dataDir, 'postgres.log');
    appendFileSync(this.path, '', { mode: 0o600 });
    giveTo(user, this.path);
    if (this.sizeBytes() > SIZE_LIMIT_BYTES) truncateSync(this.path);
  }

  /** The caller closes the descriptor once the server has inherited it. */
  openForAppend(): number {
    return openSync(this.path, 'a');
  }

  append(text: string): void {
    appendFileSync(this.path, text);
  }

  sizeBytes(): number {
    return statSync(this.path).size;
  }

  textSince(offsetBytes: number): string {
    return readFileSync(this.path).subarray(offsetBytes).toString('utf8');
  }

  lastLinesSince(offsetBytes: number): string {
    const lines = this.textSince(offsetBytes).trimEnd().split('\n').slice(-TAIL_LINES);
    return `The last lines of ${this.path}:\n${lines.join('\n')}`;
  }
}
