/** Under these a module's container holds what the process gives it. */
export const DATABASE = Symbol.for('banyan.database');
export const SAGAS = Symbol.for('banyan.sagas');
export const CLOCK = Symbol.for('banyan.clock');
export const LOGGER = Symbol.for('banyan.logger');
export const CONFIG = Symbol.for('banyan.config');
/** From which tokens that prove something to this installation are derived. */
export const SECRET = Symbol.for('banyan.secret');
