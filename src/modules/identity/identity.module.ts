import { defineModule, every } from '../../shared/module/index.ts';
import { hours } from '../../shared/values/index.ts';
import { Identity } from './contract/index.ts';
import { identityRoutes } from './identity.routes.ts';
import { StaffKeyRepository } from './persistence/staff-key.repository.ts';
import { Authenticate } from './use-cases/authenticate.ts';
import { CreateKey } from './use-cases/create-key.ts';
import { EnsureKey } from './use-cases/ensure-key.ts';
import { ForgetSecrets } from './use-cases/forget-secrets.ts';
import { ListKeys } from './use-cases/list-keys.ts';
import { RevokeKey } from './use-cases/revoke-key.ts';

export const identityModule = defineModule(Identity, {
  provides: [StaffKeyRepository],
  operations: {
    authenticate: Authenticate,
    createKey: CreateKey,
    listKeys: ListKeys,
    revokeKey: RevokeKey,
    ensureKey: EnsureKey,
    forgetSecrets: ForgetSecrets,
  },
  schedules: [every(hours(1), Identity.operations.forgetSecrets)],
  routes: identityRoutes,
});
