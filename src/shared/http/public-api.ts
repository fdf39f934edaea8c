import type { Registry } from 'prom-client';
import { Router, type Express, type RequestHandler } from 'express';
import { problems } from '../errors/index.ts';
import type { Principal } from '../auth/index.ts';
import type { CallTransport } from '../calls/index.ts';
import type { AnyContract } from '../contract/index.ts';
import type { Logger } from '../telemetry/index.ts';
import { healthPages, type Readiness } from './health.ts';
import { observeRequests } from './metrics.ts';
import { buildOpenApi } from './openapi.ts';
import { rateLimit } from './rate-limit.ts';
import { referencePages } from './reference-page.ts';
import type { Route } from './route.ts';
import { createHttpServer } from './server.ts';

export interface PublicApiOptions {
  readonly version: string;
  readonly routes: readonly Route[];
  readonly contracts: readonly AnyContract[];
  readonly transport: CallTransport;
  readonly authenticate: (token: string) => Promise<Principal | undefined>;
  /** Whether others should send requests here. */
  readonly readiness: () => Readiness;
  /** Whether those that come all the same are answered. */
  readonly takesRequests: () => boolean;
  readonly rateLimit: boolean;
  readonly trustedProxies: readonly string[];
  /** What /metrics shows. */
  readonly registry: Registry;
  readonly logger: Logger;
}

/** The public API of a process: the modules' endpoints behind rate limits, with health, metrics and the reference. */
export function createPublicApi(options: PublicApiOptions): Express {
  const { routes, contracts, version, transport, authenticate, registry, logger } = options;
  const failuresOf = ({ errors }: AnyContract) => Object.values(errors);
  const document = buildOpenApi({
    routes,
    version,
    errorsOf: (name) => contracts.filter((contract) => contract.name === name).flatMap(failuresOf),
  });
  const pages = Router();
  pages.use(observeRequests(registry));
  pages.use(
    healthPages({
      isReady: options.readiness,
      metrics: () => registry.metrics(),
      metricsType: registry.contentType,
    }),
  );
  pages.use(referencePages(document, contracts.flatMap(failuresOf)));
  pages.use(refuseUnlessOpen(options));
  const limit = rateLimit({ enabled: options.rateLimit });
  return createHttpServer({
    routes,
    transport,
    authenticate,
    logger,
    pages,
    limit,
    trustedProxies: options.trustedProxies,
  });
}

/** Before the start is done and at the end of a stop nothing is taken; health and reference answer all the same. */
function refuseUnlessOpen({ takesRequests, readiness }: PublicApiOptions): RequestHandler {
  return (_request, response, next) => {
    if (!takesRequests()) {
      response.setHeader('connection', 'close');
      throw problems.unavailable(`Nothing has happened: ${readiness().reasons.join(', ')}.`);
    }
    next();
  };
}
