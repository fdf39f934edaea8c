-- A thing the merchant offers. Tags, option names and images are read and written whole, so they are documents.
create table products (
  id text collate "C" primary key,
  handle text collate "C" not null constraint products_handle_unique unique,
  title text not null,
  description text not null default '',
  category text,
  vendor text,
  tags jsonb not null default '[]',
  status text not null check (status in ('draft', 'published', 'archived')),
  option_names jsonb not null default '[]',
  images jsonb not null default '[]',
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- Shoppers' listings, with and without a category: both are paged by id.
create index products_published on products (id) where status = 'published';
create index products_category on products (category, id);

-- One sellable form of a product. No title of its own: it goes by the product's.
create table variants (
  sku text collate "C" primary key,
  product_id text collate "C" not null references products,
  position integer not null,
  title text,
  -- What stands on a cart's or an order's line, made from both titles when either changes.
  sold_as text not null,
  tracked boolean not null,
  option_values jsonb not null default '[]',
  barcode text,
  weight_grams integer,
  requires_shipping boolean not null default true,
  taxable boolean not null default true,
  -- As the last import had it, so that an export gives it back. Stock itself belongs to inventory.
  inventory_quantity integer
);
create index variants_product on variants (product_id, position);

-- Integer minor units. `compare_at` is what it used to cost.
create table variant_prices (
  sku text collate "C" not null references variants on delete cascade,
  currency text collate "C" not null,
  amount bigint not null check (amount >= 0),
  compare_at bigint check (compare_at >= 0),
  primary key (sku, currency)
);
