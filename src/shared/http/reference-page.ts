import { Router, type RequestHandler } from 'express';
import getAbsoluteFSPath from 'swagger-ui-dist/absolute-path.js';
import { generalFailures, type Failure } from './general-failures.ts';

/** All of Swagger UI that the page needs: the package's example page and source maps stay private. */
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const;
const ASSET_MAX_AGE_MS = 3_600_000;
/** Nothing from elsewhere is loaded, and no script but ours runs. Swagger UI sets styles and images in the text. */
const CONTENT_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

const START_SCRIPT = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  persistAuthorization: false,
  tryItOutEnabled: false,
});
`;

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; margin: 0 }
nav, main { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem }
dt { margin-top: 1rem; font-weight: 600 } dt:target { background: #fff3bf }
dd { margin: 0 } code { font-size: 1rem }`;

/** The reference for people and programs: `/openapi.json`, `/docs` and `/docs/errors`, where problems' types point. */
export function referencePages(document: object, errors: readonly Failure[]): RequestHandler {
  const documentText = JSON.stringify(document);
  const errorsPage = renderErrors([...generalFailures, ...errors]);
  const folder = getAbsoluteFSPath();
  const pages = Router({ caseSensitive: true });
  pages.use(['/docs', '/openapi.json'], (_request, response, next) => {
    response.setHeader('cache-control', 'no-cache');
    response.setHeader('content-security-policy', CONTENT_POLICY);
    next();
  });
  pages.get('/openapi.json', (_request, response) => {
    response.type('application/json').send(documentText);
  });
  pages.get('/docs', (_request, response) => {
    response.type('text/html').send(REFERENCE_PAGE);
  });
  pages.get('/docs/errors', (_request, response) => {
    response.type('text/html').send(errorsPage);
  });
  pages.get('/docs/start.js', (_request, response) => {
    response.type('text/javascript').send(START_SCRIPT);
  });
  for (const asset of ASSETS) {
    pages.get(`/docs/${asset}`, (_request, response) => {
      // send keeps a header that is already there, and these files change only with the package.
      response.removeHeader('cache-control');
      response.sendFile(asset, { root: folder, maxAge: ASSET_MAX_AGE_MS });
    });
  }
  return pages;
}

const REFERENCE_PAGE = page(
  'Banyan: the API',
  '<link rel="stylesheet" href="/docs/swagger-ui.css">',
  `<nav><a href="/openapi.json">OpenAPI document</a> · <a href="/docs/errors">Error codes</a></nav>
<div id="reference"><noscript>This page needs JavaScript; the OpenAPI document does not.</noscript></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>`,
);

function renderErrors(failures: readonly Failure[]): string {
  const byCode = new Map(failures.map((failure) => [failure.code, failure]));
  const entries = [...byCode.values()]
    .sort((left, right) => (left.code < right.code ? -1 : 1))
    .map(({ code, status, title }) => {
      const name = escapeHtml(code);
      return `<dt id="${name}"><a href="#${name}"><code>${name}</code></a></dt><dd>${status}: ${escapeHtml(title)}</dd>`;
    });
  const body = `<nav><a href="/docs">The API</a></nav>
<main><h1>Error codes</h1>
<p>A failed request answers with a problem document (RFC 9457). Branch on its <code>code</code>: titles may change, codes do not.</p>
<dl>
${entries.join('\n')}
</dl></main>`;
  return page('Banyan: error codes', '', body);
}

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<link rel="icon" href="/docs/favicon-32x32.png"><style>${STYLE}</style>${head}</head>
<body>${body}</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
