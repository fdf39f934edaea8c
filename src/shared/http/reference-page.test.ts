import { describe, expect, it } from '@jest/globals';
import { Router } from 'express';
import supertest from 'supertest';
import { buildOpenApi, createRegistry, healthPages, observeRequests, referencePages, type Readiness } from './index.ts';
import { asOwner, Kiosk, kioskRoutes, openKiosk, SWEET_ID } from './test/kiosk.ts';

const errors = Object.values(Kiosk.errors);
const document = buildOpenApi({ routes: kioskRoutes, errorsOf: () => errors, version: '1.2.3' });
const withReference = openKiosk({ pages: referencePages(document, errors) });

describe('the reference', () => {
  it('is there for programs', async () => {
    const reply = await supertest(withReference.app).get('/openapi.json');
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(reply.body).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('is there for people, with everything that the page loads, and nothing from elsewhere', async () => {
    const page = await supertest(withReference.app).get('/docs');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link);
    expect(links).toHaveLength(6);
    for (const link of links) {
      expect(link).toMatch(/^\/(docs\/|openapi)/);
      const reply = await supertest(withReference.app).get(link);
      expect([link, reply.status]).toEqual([link, 200]);
    }
    const bundle = await supertest(withReference.app).get('/docs/swagger-ui-bundle.js');
    expect(bundle.headers).toMatchObject({
      'cache-control': 'public, max-age=3600',
      'content-type': expect.stringMatching('javascript'),
    });
  });

  it('shows no other file of the machine', async () => {
    for (const path of [
      '/docs/package.json',
      '/docs/index.html',
      '/docs/..%2fpackage.json',
      '/docs/swagger-ui.css.map',
    ]) {
      expect((await supertest(withReference.app).get(path)).status).toBe(404);
    }
  });

  it('explains every code at the place where problem documents point', async () => {
    const missing = await supertest(withReference.app).get('/store/v1/nothing');
    const [path, anchor] = String(missing.body.type).split('#');
    const page = await supertest(withReference.app).get(String(path));
    expect(page.text).toContain(`id="${anchor}"`);
    expect(page.text).toContain('id="kiosk.sold_out"');
    expect(page.text).toContain('409: There are no sweets left');
    expect(page.text).toContain('id="system.failure"');
  });

  it('shows titles as text, whatever they hold', async () => {
    const pages = referencePages({}, [{ code: 'a.b', status: 409, title: '<script>alert(1)</script>' }]);
    const page = await supertest(openKiosk({ pages }).app).get('/docs/errors');
    expect(page.text).not.toContain('<script>alert');
    expect(page.text).toContain('&#60;script&#62;');
  });
});

describe('health pages', () => {
  const health = (isReady: () => Readiness | Promise<Readiness>) =>
    openKiosk({
      pages: healthPages({
        isReady,
        metrics: () => Promise.resolve('up 1\n'),
        metricsType: 'text/plain; version=0.0.4',
      }),
    }).app;

  it('say that the process lives, and give its figures', async () => {
    const app = health(() => ({ ready: true, reasons: [] }));
    expect((await supertest(app).get('/livez')).body).toEqual({ status: 'alive' });
    const metrics = await supertest(app).get('/metrics');
    expect(metrics.text).toBe('up 1\n');
    expect(metrics.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });

  it('send requests here only when everything is there, and else say what is missing', async () => {
    const ready = await supertest(health(() => ({ ready: true, reasons: [] }))).get('/readyz');
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }]);
    const starting = await supertest(health(() => Promise.resolve({ ready: false, reasons: ['migrations run'] }))).get(
      '/readyz',
    );
    expect([starting.status, starting.body]).toEqual([503, { status: 'not ready', reasons: ['migrations run'] }]);
    const failing = await supertest(health(() => Promise.reject(new Error('no connection')))).get('/readyz');
    expect([failing.status, failing.body.reasons]).toEqual([503, ['the check failed: no connection']]);
  });
});

describe('metrics', () => {
  it('count requests by row and outcome, and never by id', async () => {
    const registry = createRegistry();
    const observe = observeRequests(registry);
    const { app } = openKiosk({ pages: Router().use(observe), answer: () => ({}) });
    await supertest(app).get(`/store/v1/sweets/${SWEET_ID}`);
    await supertest(app).get(`/store/v1/sweets/${SWEET_ID}`);
    await supertest(app).get('/store/v1/sweets/unknown');
    await supertest(app).get(`/nothing/${SWEET_ID}`).set(asOwner);
    const text = await registry.metrics();
    const count = (labels: string): string => `banyan_http_request_duration_seconds_count{${labels}}`;
    expect(text).toContain(`${count('method="GET",route="/store/v1/sweets/{id}",status="2xx"')} 2`);
    expect(text).toContain(`${count('method="GET",route="/store/v1/sweets/{id}",status="4xx"')} 1`);
    expect(text).toContain(`${count('method="GET",route="other",status="4xx"')} 1`);
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toContain(SWEET_ID);
  });
});
