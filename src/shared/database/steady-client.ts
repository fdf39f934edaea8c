import pg from 'pg';

/**
 * A client whose connection may break at any moment, also while nobody listens to it yet or any more: that must not end
 * the process. Whoever uses it next is told by the statement that fails.
 */
export class SteadyClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}
