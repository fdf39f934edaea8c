import { createReadStream } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

const LINE_FEED = 10;
const LINE_BYTES_MAX = 64 * 1024;

interface Batch {
  readonly lines: string[];
  readonly written: Promise<void>;
  readonly settle: (error?: Error) => void;
}

/**
 * An append-only file of JSON lines that outlives a kill -9.
 *
 * States: `open` takes entries; `closed` has written all it took and takes no more; `broken` means that a write or
 * an fsync failed. Broken is final, because after a failed fsync nobody knows what the disk holds: the process has
 * to end, and the next one believes only what it can read back.
 *
 * Entries queue while a batch is being written and share the next write and fsync (group commit), so that many
 * callers wait for one disk flush. The queue is bounded by the callers, each of which waits before it answers.
 */
export class Journal<Entry> {
  readonly #file: FileHandle;
  #state: 'open' | 'closed' | 'broken' = 'open';
  #queued: Batch | undefined;
  #writing: Batch | undefined;
  #onBroken: (error: Error) => void = () => undefined;

  /** Settles, with the reason, only when the journal breaks. */
  readonly broken: Promise<Error>;

  private constructor(file: FileHandle) {
    this.#file = file;
    this.broken = new Promise((resolve) => (this.#onBroken = resolve));
  }

  /** Hands every entry to `apply`, oldest first, and cuts off a last line that a crash left half written. */
  static async open<Entry>(path: string, apply: (entry: Entry) => void): Promise<Journal<Entry>> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a');
    try {
      const intactBytes = await replay(path, apply);
      if ((await file.stat()).size > intactBytes) await file.truncate(intactBytes);
      await file.sync();
      await syncFolder(dirname(path));
      return new Journal(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  append(entry: Entry): void {
    if (this.#state !== 'open') throw new Error(`The journal is ${this.#state} and takes no entries.`);
    const line = JSON.stringify(entry);
    if (line.length > LINE_BYTES_MAX) throw new Error(`A journal entry may not exceed ${LINE_BYTES_MAX} characters.`);
    if (!this.#queued) {
      this.#queued = newBatch();
      // Everything that arrives in this turn of the event loop joins the batch before it is written.
      if (!this.#writing) setImmediate(() => void this.#writeQueued());
    }
    this.#queued.lines.push(`${line}\n`);
  }

  /** Settles when every entry appended so far is on disk. */
  durable(): Promise<void> {
    if (this.#state === 'broken') return Promise.reject(new Error('The journal is broken.'));
    return (this.#queued ?? this.#writing)?.written ?? Promise.resolve();
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    if (this.#state === 'open') this.#state = 'closed';
    try {
      await (this.#queued ?? this.#writing)?.written;
    } finally {
      await this.#file.close();
    }
  }

  async #writeQueued(): Promise<void> {
    while (this.#queued && this.#state !== 'broken') {
      const batch = this.#queued;
      this.#queued = undefined;
      this.#writing = batch;
      try {
        await this.#file.appendFile(batch.lines.join(''));
        await this.#file.datasync();
        batch.settle();
      } catch (error) {
        this.#break(error instanceof Error ? error : new Error(String(error)), batch);
      }
      this.#writing = undefined;
    }
  }

  #break(error: Error, batch: Batch): void {
    this.#state = 'broken';
    batch.settle(error);
    this.#queued?.settle(error);
    this.#onBroken(error);
  }
}

function newBatch(): Batch {
  let settle: Batch['settle'] = () => undefined;
  const written = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  // A batch that nobody waits for must not end the process as an unhandled rejection: `broken` tells its owner.
  written.catch(() => undefined);
  return { lines: [], written, settle };
}

/** Returns the length in bytes of the intact lines. Only the very last line may be unreadable. */
async function replay<Entry>(path: string, apply: (entry: Entry) => void): Promise<number> {
  let intactBytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  let unreadableAt: number | undefined;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(LINE_FEED); end !== -1; end = rest.indexOf(LINE_FEED, start)) {
      if (unreadableAt !== undefined) break;
      const entry = parseLine<Entry>(rest.toString('utf8', start, end));
      if (entry === undefined) unreadableAt = intactBytes;
      else {
        apply(entry);
        intactBytes += end + 1 - start;
      }
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (unreadableAt !== undefined && rest.length > 0) {
      throw new Error(`${path} cannot be read at byte ${unreadableAt}, and that is not its last line.`);
    }
  }
  return intactBytes;
}

function parseLine<Entry>(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}

/** A new file is only sure to be found after a power cut when the folder that names it has been flushed as well. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
