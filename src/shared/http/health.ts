import { Router, type RequestHandler, type Response } from 'express';

export interface Readiness {
  readonly ready: boolean;
  /** What is still missing, in words for the operator. */
  readonly reasons: readonly string[];
}

export interface HealthOptions {
  readonly isReady: () => Readiness | Promise<Readiness>;
  /** Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  readonly metricsType: string;
}

/** Whether the process lives, whether it can do its work, and its figures. */
export function healthPages(options: HealthOptions): RequestHandler {
  const pages = Router({ caseSensitive: true });
  pages.get('/livez', (_request, response) => {
    fresh(response).json({ status: 'alive' });
  });
  pages.get('/readyz', async (_request, response) => {
    const { ready, reasons } = await readinessOf(options);
    if (ready) fresh(response).json({ status: 'ready' });
    else fresh(response).status(503).json({ status: 'not ready', reasons });
  });
  pages.get('/metrics', async (_request, response) => {
    fresh(response)
      .type(options.metricsType)
      .send(await options.metrics());
  });
  return pages;
}

/** A check that fails is an answer too: whoever asks wants to know whether to send requests here. */
async function readinessOf(options: HealthOptions): Promise<Readiness> {
  try {
    return await options.isReady();
  } catch (error) {
    return { ready: false, reasons: [`the check failed: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

function fresh(response: Response): Response {
  return response.setHeader('cache-control', 'no-store');
}
