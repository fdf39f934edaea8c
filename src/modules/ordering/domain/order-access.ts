import { deriveSecret, sameText } from '../../../shared/auth/index.ts';
import type { Order, PlacedOrder } from '../contract/index.ts';

/** The token that opens an order to whoever bought it: derived, so that nothing is stored that could leak. */
export function accessTokenFor(secret: string, orderId: string): string {
  return deriveSecret(secret, `order:${orderId}`);
}

export function opens(secret: string, orderId: string, accessToken: string): boolean {
  return sameText(accessTokenFor(secret, orderId), accessToken);
}

/** The order as its buyer gets it. */
export function placedOrder(order: Order, secret: string): PlacedOrder {
  return { ...order, accessToken: accessTokenFor(secret, order.id) };
}
