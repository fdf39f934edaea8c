import { z } from 'zod';
import { staff } from '../../shared/auth/index.ts';
import { get, post, remove, type Route } from '../../shared/http/index.ts';
import { PageQuery } from '../../shared/values/index.ts';
import { Identity, KeyId, NewKey } from './contract/index.ts';

const { operations } = Identity;
const access = staff('keys:write');

export const identityRoutes: readonly Route[] = [
  post('/admin/v1/keys', {
    operation: operations.createKey,
    access,
    summary: 'Create a staff key with scopes that you have yourself; the answer alone shows it',
    body: NewKey,
    idempotencyKey: 'required',
    successStatus: 201,
  }),
  get('/admin/v1/keys', {
    operation: operations.listKeys,
    access,
    summary: 'All staff keys, without their secrets',
    query: PageQuery,
  }),
  remove('/admin/v1/keys/{id}', {
    operation: operations.revokeKey,
    access,
    summary: 'Revoke a staff key for good',
    params: z.object({ id: KeyId }),
    successStatus: 204,
    toInput: ({ params }) => ({ keyId: params.id }),
  }),
];
