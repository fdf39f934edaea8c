/** Why a process cannot start, in one plain sentence that names the setting and the remedy. */
export class StartFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StartFailure';
  }
}
