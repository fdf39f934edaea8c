import { fileURLToPath } from 'node:url';

/**
 * The path of the file that calls this. `import.meta` is a syntax error in the CommonJS that the tests run as, and
 * `__filename` does not exist in the ES modules of `node dist` and tsx. A stack frame knows its file in all three.
 * It is read from the frame itself and not from the printed stack, because source maps would turn `dist/….js` in
 * the print into a `.ts` file that a built image does not hold.
 */
export function locateHere(): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let file: string | null | undefined;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_error, frames) => {
      file = frames[0]?.getFileName();
      return '';
    };
    const holder: { stack?: string } = {};
    Error.captureStackTrace(holder, locateHere);
    // The frames are formatted when the stack is first read.
    String(holder.stack);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
  if (!file) throw new Error('The file of the caller cannot be told from its stack frame.');
  return file.startsWith('file:') ? fileURLToPath(new URL(file.replace(/\?.*$/, ''))) : file;
}
