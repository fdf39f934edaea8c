import { MAX_AMOUNT } from '../../../shared/values/index.ts';
import { productLimits } from '../contract/index.ts';

/** What one file may hold. A larger catalog is imported in several files. */
export const csvLimits = {
  fileCharacters: 20_000_000,
  fileRows: 10_000,
  /** Errors beyond this are not listed, but their products are still rejected and counted. */
  listedErrors: 1_000,
  variantsPerProduct: productLimits.variants,
  imagesPerProduct: productLimits.images,
  tagsPerProduct: productLimits.tags,
  handleCharacters: productLimits.handleCharacters,
  titleCharacters: productLimits.titleCharacters,
  descriptionCharacters: productLimits.descriptionCharacters,
  /** Vendor, product type, tags, option names and option values. */
  labelCharacters: productLimits.labelCharacters,
  skuCharacters: 64,
  barcodeCharacters: 64,
  imageUrlCharacters: productLimits.imageUrlCharacters,
  imageAltCharacters: productLimits.imageAltCharacters,
  priceMinorUnits: MAX_AMOUNT,
  quantityUnits: 1_000_000_000,
  weightGrams: 1_000_000_000,
} as const;
