import type { ProductStatus } from '../contract/index.ts';
import { csvLimits } from './csv-limits.ts';
import type { ImportedImage, ImportedProduct } from './imported-product.ts';
import { readVariants, type VariantContext } from './read-variants.ts';
import type { RowCells } from './row-cells.ts';

export type ProductContext = Omit<VariantContext, 'handle' | 'productTitle'>;

/** Reads the rows of one handle. Product cells count in the first row; below, empty means "as above". */
export function readProduct(first: RowCells, rows: readonly RowCells[], context: ProductContext): ImportedProduct {
  const handle = first.text('Handle', csvLimits.handleCharacters);
  const title = first.text('Title', csvLimits.titleCharacters);
  if (title === '') first.fault('Title', 'missing_title', 'The first row of a product names its title.');
  return {
    row: first.row,
    handle,
    title,
    description: first.verbatim('Body (HTML)', csvLimits.descriptionCharacters),
    vendor: first.textOrNull('Vendor', csvLimits.labelCharacters),
    productType: first.textOrNull('Type', csvLimits.labelCharacters),
    tags: readTags(first),
    status: readStatus(first),
    images: readImages(rows),
    ...readVariants(rows, { ...context, handle, productTitle: title }),
  };
}

/** Newer files have a Status beside Published; a product is on sale only if neither says otherwise. */
function readStatus(first: RowCells): ProductStatus {
  const status = first.text('Status', csvLimits.labelCharacters).toLowerCase();
  const published = first.boolean('Published', true);
  if (status === 'archived') return 'archived';
  return published && (status === '' || status === 'active') ? 'published' : 'draft';
}

function readTags(first: RowCells): string[] {
  const cell = first.text('Tags', csvLimits.tagsPerProduct * csvLimits.labelCharacters);
  const tags = [...new Set(cell.split(',').map((tag) => tag.trim()))].filter((tag) => tag !== '');
  if (tags.length > csvLimits.tagsPerProduct) {
    first.fault('Tags', 'too_many', `A product may have ${csvLimits.tagsPerProduct} tags.`);
  }
  if (tags.some((tag) => tag.length > csvLimits.labelCharacters)) {
    first.fault('Tags', 'too_long', `A tag may have ${csvLimits.labelCharacters} characters.`);
  }
  return tags;
}

function readImages(rows: readonly RowCells[]): ImportedImage[] {
  const images = new Map<string, ImportedImage>();
  for (const row of rows) {
    const url = row.text('Image Src', csvLimits.imageUrlCharacters);
    // Some exports repeat the product's image in every variant row.
    if (url === '' || images.has(url)) continue;
    if (images.size >= csvLimits.imagesPerProduct) {
      row.fault('Image Src', 'too_many', `A product may have ${csvLimits.imagesPerProduct} images.`);
      break;
    }
    if (!/^https?:\/\/\S+$/i.test(url))
      row.fault('Image Src', 'invalid_url', 'An image needs an http or https address.');
    images.set(url, {
      url,
      position: row.wholeNumber('Image Position', 1, csvLimits.quantityUnits) ?? images.size + 1,
      alt: row.textOrNull('Image Alt Text', csvLimits.imageAltCharacters),
    });
  }
  return [...images.values()];
}
