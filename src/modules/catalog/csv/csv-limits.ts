/** What one file may hold. A larger catalog is imported in several files. */
export const csvLimits = {
  fileCharacters: 20_000_000,
  fileRows: 10_000,
  /** Errors beyond this are not listed, but their products are still rejected and counted. */
  listedErrors: 1_000,
  variantsPerProduct: 250,
  imagesPerProduct: 250,
  tagsPerProduct: 250,
  handleCharacters: 200,
  titleCharacters: 255,
  descriptionCharacters: 65_536,
  /** Vendor, product type, tags, option names and option values. */
  labelCharacters: 255,
  skuCharacters: 64,
  barcodeCharacters: 64,
  imageUrlCharacters: 2_048,
  imageAltCharacters: 512,
  priceMinorUnits: 1_000_000_000_000,
  quantityUnits: 1_000_000_000,
  weightGrams: 1_000_000_000,
} as const;
