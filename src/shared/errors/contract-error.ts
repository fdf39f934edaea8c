/** One fault in an input: a JSON pointer to the place, a stable code and a sentence. */
export interface InputFault {
  pointer: string;
  code: string;
  message: string;
}

export interface ContractErrorFields {
  /** `<module>.<fact>`, e.g. `inventory.out_of_stock`; stable, callers branch on it. */
  code: string;
  status: number;
  title: string;
  detail?: string | undefined;
  /** JSON-safe facts, shaped as the contract says. */
  details?: unknown;
  faults?: readonly InputFault[] | undefined;
}

/**
 * An expected failure: a fact about the business that a contract names. It means that nothing has changed,
 * and it arrives as the same error whether the module that raised it runs here or elsewhere.
 */
export class ContractError extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly details: unknown;
  readonly faults: readonly InputFault[] | undefined;

  constructor(fields: ContractErrorFields) {
    super(fields.detail ?? fields.title);
    this.name = 'ContractError';
    this.code = fields.code;
    this.status = fields.status;
    this.title = fields.title;
    this.detail = fields.detail;
    this.details = fields.details;
    this.faults = fields.faults;
  }

  /** The error as plain JSON: how it crosses processes and how sagas and idempotency records keep it. */
  toJSON(): ContractErrorFields {
    return {
      code: this.code,
      status: this.status,
      title: this.title,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.details === undefined ? {} : { details: this.details }),
      ...(this.faults === undefined ? {} : { faults: this.faults }),
    };
  }
}
