import { soldAs, type ProductContent } from './product-content.ts';

/** What the event `variantPublished` says of a variant, beside its product. */
export interface AnnouncedVariant {
  readonly sku: string;
  readonly title: string;
  readonly tracked: boolean;
}

/** The variants of which a change makes something new known to those who sell and stock them. */
export function announcedVariants(before: ProductContent | undefined, after: ProductContent): AnnouncedVariant[] {
  if (after.status !== 'published') return [];
  const known = new Map(
    before?.status === 'published' ? describe(before).map((variant) => [variant.sku, variant]) : [],
  );
  return describe(after).filter((variant) => {
    const earlier = known.get(variant.sku);
    return earlier === undefined || earlier.title !== variant.title || earlier.tracked !== variant.tracked;
  });
}

function describe({ title, variants }: ProductContent): AnnouncedVariant[] {
  return variants.map((variant) => ({
    sku: variant.sku,
    title: soldAs(title, variant.title),
    tracked: variant.tracked,
  }));
}
