/** What a process tells its supervisor, once: it is ready, and this is its public port. */
export interface ReadyMessage {
  readonly ready: number;
}

export function isReadyMessage(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'ready' in message && typeof message.ready === 'number';
}
