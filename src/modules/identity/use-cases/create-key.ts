import { randomBytes } from 'node:crypto';
import { inject } from 'inversify';
import { z } from 'zod';
import { mayUse, nameOf, type CallContext } from '../../../shared/auth/index.ts';
import {
  claim,
  earlierOf,
  keepAnswer,
  requestKey,
  type Coordination,
  type RequestKey,
} from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { ModuleDatabase, UnitOfWork } from '../../../shared/database/index.ts';
import { invariant, present, problems } from '../../../shared/errors/index.ts';
import { CLOCK, DATABASE, SECRET } from '../../../shared/module/tokens.ts';
import { newId, type Clock } from '../../../shared/values/index.ts';
import { Identity, KeyId, type CreatedKey } from '../contract/index.ts';
import { deriveToken, hashToken } from '../domain/staff-token.ts';
import { StaffKeyRepository } from '../persistence/staff-key.repository.ts';

type Create = typeof Identity.operations.createKey;

const SALT_BYTES = 32;
/** What is kept under the request's idempotency key: never the token. */
const KeptAnswer = z.strictObject({ id: KeyId });

/** Keeps the idempotency key itself, because the pipeline would keep the whole answer, with the token in it. */
export class CreateKey implements Coordination<Create> {
  constructor(
    @inject(DATABASE) private readonly database: ModuleDatabase,
    @inject(StaffKeyRepository) private readonly keys: StaffKeyRepository,
    @inject(SECRET) private readonly secret: string,
    @inject(CLOCK) private readonly clock: Clock,
  ) {}

  async coordinate(input: ParsedInputOf<Create>, call: CallContext): Promise<CreatedKey> {
    const excess = input.scopes.filter((scope) => !mayUse(call.principal, scope));
    if (excess.length > 0)
      throw problems.forbidden(`A key cannot give away scopes that it lacks: ${excess.join(', ')}.`);
    const request = requestKey(Identity.operations.createKey, input, call);
    return await this.database.transaction(call, async (work) => {
      if (request !== undefined && !(await claim(work, request))) return await this.#showAgain(work, request);
      const created = await this.#create(work, input);
      if (request !== undefined) await keepAnswer(work, request, { id: created.id });
      return created;
    });
  }

  async #create(work: UnitOfWork, { name, scopes, expiresAt }: ParsedInputOf<Create>): Promise<CreatedKey> {
    if (expiresAt !== undefined && new Date(expiresAt) <= this.clock.now()) {
      throw problems.invalidInput([{ pointer: '/expiresAt', code: 'in_the_past', message: 'must lie in the future' }]);
    }
    const id = newId('key');
    const salt = randomBytes(SALT_BYTES).toString('base64url');
    const token = deriveToken(this.secret, id, salt);
    const createdBy = nameOf(work.context.principal);
    const tokenHash = hashToken(token);
    const key = await this.keys.insert(work, {
      id,
      name,
      scopes,
      tokenHash,
      salt,
      expiresAt: expiresAt ?? null,
      createdBy,
    });
    return { ...key, key: token };
  }

  /** The answer to the first request, with the token worked out anew while the salt is there. */
  async #showAgain(work: UnitOfWork, request: RequestKey): Promise<CreatedKey> {
    const earlier = await earlierOf(work, request);
    invariant(
      earlier.kind === 'answered',
      'a key is created in the transaction of its claim, and refusals are not kept',
    );
    const { id } = KeptAnswer.parse(earlier.answer);
    const { key, salt } = present(await this.keys.findSalted(work, id), `${id} was created and keys are never removed`);
    if (salt === null) throw Identity.errors.keyShownBefore({ keyId: id }, 'Revoke it and create another one.');
    return { ...key, key: deriveToken(this.secret, id, salt) };
  }
}
