import type { Route } from '../../shared/http/index.ts';
import { adminRoutes } from './admin.routes.ts';
import { storeRoutes } from './store.routes.ts';

export const orderingRoutes: readonly Route[] = [...storeRoutes, ...adminRoutes];
