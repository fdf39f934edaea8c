import { z } from 'zod';
import { anyone, staff } from '../../shared/auth/index.ts';
import { get, patch, post, type Reply, type Route } from '../../shared/http/index.ts';
import { Currency, pageOf, PageQuery } from '../../shared/values/index.ts';
import { Catalog, NewProduct, ProductChanges, ProductId, StoreProduct, type Product } from './contract/index.ts';

const { operations } = Catalog;
const IdOrHandle = z.string().min(1).max(200);
const Search = PageQuery.extend({ q: z.string().max(200).optional(), category: z.string().max(255).optional() });
const InCurrency = z.strictObject({ currency: Currency });
const EXPORT_PATH = '/admin/v1/products/export';

export const catalogRoutes: readonly Route[] = [
  get('/store/v1/products', {
    operation: operations.listProducts,
    access: anyone,
    summary: 'Published products, by title, handle, SKU or category',
    query: Search,
    response: pageOf(StoreProduct),
    toInput: ({ query }) => ({ ...query, publishedOnly: true }),
    toReply: ({ items, nextCursor }) => ({ status: 200, body: { items: items.map(toStoreProduct), nextCursor } }),
  }),
  get('/store/v1/products/{idOrHandle}', {
    operation: operations.getProduct,
    access: anyone,
    summary: 'A published product',
    params: z.object({ idOrHandle: IdOrHandle }),
    response: StoreProduct,
    toInput: ({ params }) => ({ ...params, publishedOnly: true }),
    toReply: (product) => ({ status: 200, body: toStoreProduct(product) }),
  }),
  post('/admin/v1/products', {
    operation: operations.createProduct,
    access: staff('catalog:write'),
    summary: 'Create a product with its variants',
    body: NewProduct,
    idempotencyKey: 'optional',
    successStatus: 201,
    toReply: (product) => withVersion(201, product),
  }),
  get('/admin/v1/products', {
    operation: operations.listProducts,
    access: staff('catalog:read'),
    summary: 'All products, drafts and archived ones included',
    query: Search,
    toInput: ({ query }) => ({ ...query, publishedOnly: false }),
  }),
  // Above the rows with {id}: the first row that matches answers.
  post('/admin/v1/products/import', {
    operation: operations.importProducts,
    access: staff('catalog:write'),
    summary: "Import products from a file in Shopify's CSV format; what is unchanged stays as it is",
    query: InCurrency,
    body: z.string(),
    bodyType: 'text/csv',
    toInput: ({ query, body }) => ({ ...query, csv: body }),
  }),
  get(EXPORT_PATH, {
    operation: operations.exportProducts,
    access: staff('catalog:read'),
    summary: "Products sold in a currency, as a file in Shopify's CSV format; a Link header leads to the next file",
    query: InCurrency.extend({ cursor: z.string().max(500).optional() }),
    responseType: 'text/csv',
    toReply: ({ csv, nextCursor }, { query }) => ({
      status: 200,
      body: csv,
      headers: linkTo(query.currency, nextCursor),
    }),
  }),
  get('/admin/v1/products/{id}', {
    operation: operations.getProduct,
    access: staff('catalog:read'),
    summary: 'A product by its id or handle, whatever its status',
    params: z.object({ id: IdOrHandle }),
    toInput: ({ params }) => ({ idOrHandle: params.id, publishedOnly: false }),
    toReply: (product) => withVersion(200, product),
  }),
  patch('/admin/v1/products/{id}', {
    operation: operations.updateProduct,
    access: staff('catalog:write'),
    summary: 'Change a product, with If-Match or `version` only if nobody has changed it since',
    params: z.object({ id: ProductId }),
    body: ProductChanges.extend({ version: z.int().min(1).optional() }),
    headers: ['if-match'],
    toInput: (request) => ({
      ...request.body,
      productId: request.params.id,
      ...expectedVersion(request.header('if-match')),
    }),
    toReply: (product) => withVersion(200, product),
  }),
];

function withVersion(status: number, product: Product): Reply {
  return { status, body: product, headers: { etag: `"${product.version}"` } };
}

/** What is no version of ours becomes no number, which the operation refuses with a pointer to `version`. */
function expectedVersion(ifMatch: string | undefined): { version?: number } {
  if (ifMatch === undefined || ifMatch.trim() === '*') return {};
  return { version: Number(/^\s*"(\d{1,9})"\s*$/.exec(ifMatch)?.[1]) };
}

function toStoreProduct({ version: _v, status: _s, createdAt: _c, updatedAt: _u, ...product }: Product): StoreProduct {
  return { ...product, variants: product.variants.map(({ tracked: _t, ...variant }) => variant) };
}

function linkTo(currency: string, cursor: string | null): Record<string, string> {
  return cursor === null ? {} : { link: `<${EXPORT_PATH}?currency=${currency}&cursor=${cursor}>; rel="next"` };
}
