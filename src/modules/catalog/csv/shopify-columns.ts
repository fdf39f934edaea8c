/** The columns Banyan reads and writes, in Shopify's order. Others may be in a file; they are read past. */
export const shopifyColumns = [
  'Handle',
  'Title',
  'Body (HTML)',
  'Vendor',
  'Type',
  'Tags',
  'Published',
  'Option1 Name',
  'Option1 Value',
  'Option2 Name',
  'Option2 Value',
  'Option3 Name',
  'Option3 Value',
  'Variant SKU',
  'Variant Grams',
  'Variant Inventory Tracker',
  'Variant Inventory Qty',
  'Variant Inventory Policy',
  'Variant Fulfillment Service',
  'Variant Price',
  'Variant Compare At Price',
  'Variant Requires Shipping',
  'Variant Taxable',
  'Variant Barcode',
  'Image Src',
  'Image Position',
  'Image Alt Text',
  'Gift Card',
  'Status',
] as const;

export type ShopifyColumn = (typeof shopifyColumns)[number];

/** Without these there is no product to make. */
export const requiredColumns: readonly ShopifyColumn[] = ['Handle', 'Title', 'Variant Price'];

export const optionColumns = [
  { name: 'Option1 Name', value: 'Option1 Value' },
  { name: 'Option2 Name', value: 'Option2 Value' },
  { name: 'Option3 Name', value: 'Option3 Value' },
] as const;

/** Shopify has no product without options: it writes the single option "Title" with the value "Default Title". */
export const noOption = { name: 'Title', value: 'Default Title' } as const;
