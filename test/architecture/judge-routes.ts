import type { Route } from '../../src/shared/http/index.ts';

/** Modules whose POSTs move money, stock or orders. */
const MOVERS = ['ordering', 'payments', 'inventory', 'fulfilment'];

/** POSTs of these modules that need no key, and why. */
export const KEYLESS: Readonly<Record<string, string>> = {
  'POST /store/v1/carts': 'a cart holds neither stock nor money',
  'POST /store/v1/carts/{id}/lines': 'a cart holds neither stock nor money; its version refuses a repeat',
  'POST /admin/v1/stock/receipts': 'a reference names the receipt as well as a key does, and either may be sent',
};

/** A sentence for every endpoint that lets in the wrong caller or the same request twice. */
export function judgeRoutes(routes: readonly Route[]): string[] {
  return routes.flatMap((route) => {
    const name = `${route.method} ${route.path}`;
    return [
      ...judgeAccess(route).map((fault) => `${name} ${fault}`),
      ...judgeRepeat(route, name).map((fault) => `${name} ${fault}`),
    ];
  });
}

function judgeAccess(route: Route): string[] {
  // Rows are typed, but a cast or a spread can lose the rule, and then the door is open.
  const access = route.access as Route['access'] | undefined;
  if (access === undefined) return ['has no access rule: give it `anyone`, `staff(scope)` or `signed`.'];
  if (route.path.startsWith('/admin/') && access.kind !== 'staff')
    return ['is for staff, so its access must be staff(scope).'];
  if (access.kind === 'signed' && !route.path.startsWith('/webhooks/'))
    return ['takes signatures, so it belongs under /webhooks/.'];
  return [];
}

function judgeRepeat({ method, path, operation, idempotencyKey }: Route, name: string): string[] {
  if (method !== 'POST' || !/^\/(admin|store)\//.test(path)) return [];
  if (operation.kind === 'query') return ['only reads: make it a GET.'];
  const moves = MOVERS.includes(operation.contract) && !(name in KEYLESS);
  if (moves && idempotencyKey !== 'required') {
    return [
      `moves money, stock or orders: give it idempotencyKey: 'required', or say in KEYLESS why it moves nothing.`,
    ];
  }
  if (operation.repeat === 'key' && idempotencyKey === 'none') {
    return [
      `answers with ${operation.id}, which a key makes safe to repeat: give it idempotencyKey: 'optional' or 'required'.`,
    ];
  }
  return [];
}
