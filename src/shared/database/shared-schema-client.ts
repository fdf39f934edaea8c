import type pg from 'pg';
import { SteadyClient } from './steady-client.ts';
import { TableNames } from './table-names.ts';

type Query = (...given: unknown[]) => unknown;
type Callback = (error: unknown, result: unknown) => void;

/** What a module speaks to its database through: the plain client, unless its tables' names begin with a prefix. */
export function moduleClient(tablePrefix: string): typeof SteadyClient {
  return tablePrefix === '' ? SteadyClient : sharedSchemaClient(new TableNames(tablePrefix));
}

/**
 * A client for a module whose tables lie among those of others: every statement, whoever wrote it, passes here and gets
 * the names that the tables have there, and errors get back the names that the module knows.
 */
function sharedSchemaClient(names: TableNames): typeof SteadyClient {
  return class SharedSchemaClient extends SteadyClient {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      // A method could not have the driver's overloads, of which it would need every one.
      this.query = ((statement: unknown, ...rest: unknown[]) => {
        const translated = typeof statement === 'string' ? names.inStatement(statement) : statement;
        const given = rest.map((each) => (typeof each === 'function' ? telling(each as Callback) : each));
        return (super.query as Query).call(this, translated, ...given);
      }) as typeof this.query;
    }
  };

  function telling(callback: Callback): Callback {
    return (error, result) => {
      if (error instanceof Error && 'constraint' in error && typeof error.constraint === 'string') {
        error.constraint = names.without(error.constraint);
      }
      callback(error, result);
    };
  }
}
