import { performance } from 'node:perf_hooks';
import type { RequestHandler, Response } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { seconds } from '../values/index.ts';

/** From a read that the cache answers to a checkout that waits for a payment provider. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** For pages of the process and for requests that matched no row: their paths are without end. */
const NO_ROUTE = 'other';
/** The client hung up before its answer was sent. */
const ABORTED = 'aborted';
const STATUS_CLASSES = ['', '1xx', '2xx', '3xx', '4xx', '5xx'];

type Series = Histogram.Internal<'method' | 'route' | 'status'>;

/** The registry of one process; each app has its own, so that several apps in one test don't share their figures. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Measures requests. Put it before everything that answers. */
export function observeRequests(registry: Registry): RequestHandler {
  const duration = new Histogram({
    name: 'banyan_http_request_duration_seconds',
    help: 'How long requests took, by method, route and class of status.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  // prom-client joins the labels into a key on every call; the series themselves are few and can be kept.
  const kept = new Map<string, Map<string, Map<string, Series>>>();
  const seriesOf = (method: string, route: string, status: string): Series => {
    const byStatus = inner(inner(kept, route), method);
    let series = byStatus.get(status);
    if (series === undefined) byStatus.set(status, (series = duration.labels(method, route, status)));
    return series;
  };
  return (request, response, next) => {
    const startedMs = performance.now();
    response.once('close', () => {
      const route: unknown = response.locals['route'];
      const series = seriesOf(request.method, typeof route === 'string' ? route : NO_ROUTE, statusClassOf(response));
      series.observe((performance.now() - startedMs) / seconds(1));
    });
    next();
  };
}

function statusClassOf(response: Response): string {
  if (!response.writableFinished) return ABORTED;
  return STATUS_CLASSES[Math.floor(response.statusCode / 100)] ?? '';
}

function inner<Value>(outer: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let found = outer.get(key);
  if (found === undefined) outer.set(key, (found = new Map<string, Value>()));
  return found;
}
