import type { ProductStatus } from '../contract/index.ts';

/** One product as a Shopify file describes it: every price an integer of minor units, every blank cell decided. */
export interface ImportedProduct {
  /** The first row of the product in the file; the header is row 1. */
  row: number;
  handle: string;
  title: string;
  description: string;
  vendor: string | null;
  productType: string | null;
  tags: string[];
  status: ProductStatus;
  /** Empty for a product without options, which Shopify writes as the option "Title". */
  optionNames: string[];
  images: ImportedImage[];
  variants: ImportedVariant[];
}

export interface ImportedVariant {
  sku: string;
  /** The option values joined by " / "; for a product without options its own title, as a rule the product's. */
  title: string;
  optionValues: string[];
  /** Integer minor units. */
  price: number;
  compareAtPrice: number | null;
  barcode: string | null;
  weightGrams: number | null;
  requiresShipping: boolean;
  taxable: boolean;
  tracked: boolean;
  inventoryQuantity: number | null;
}

export interface ImportedImage {
  url: string;
  position: number;
  alt: string | null;
}

export type RowErrorCode =
  | 'malformed_csv'
  | 'missing_column'
  | 'missing_handle'
  | 'missing_title'
  | 'missing_option'
  | 'invalid_price'
  | 'price_too_precise'
  | 'invalid_boolean'
  | 'invalid_number'
  | 'invalid_url'
  | 'invalid_sku'
  | 'duplicate_sku'
  | 'sku_taken'
  | 'duplicate_variant'
  | 'too_long'
  | 'too_many'
  | 'too_many_rows';

export interface RowError {
  /** The record as a spreadsheet numbers it: the header is row 1, a cell of several lines is still one row. */
  row: number;
  column: string;
  code: RowErrorCode;
  message: string;
}
