import { inject } from 'inversify';
import type { UseCase } from '../../../shared/calls/index.ts';
import type { ParsedInputOf } from '../../../shared/contract/index.ts';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import { Ordering, type Cart } from '../contract/index.ts';
import { CartRepository } from '../persistence/cart.repository.ts';

type GetCartOperation = typeof Ordering.operations.getCart;

export class GetCart implements UseCase<GetCartOperation> {
  constructor(@inject(CartRepository) private readonly carts: CartRepository) {}

  async execute({ cartId }: ParsedInputOf<GetCartOperation>, work: UnitOfWork): Promise<Cart> {
    const cart = await this.carts.find(work, cartId);
    if (cart === undefined) throw Ordering.errors.cartNotFound({ cartId });
    return cart;
  }
}
