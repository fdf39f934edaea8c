import { inject } from 'inversify';
import type { UnitOfWork } from '../../../shared/database/index.ts';
import type { HeardEvent, Subscriber } from '../../../shared/module/index.ts';
import { newId } from '../../../shared/values/index.ts';
import type { Ordering } from '../../ordering/contract/index.ts';
import { Fulfilment } from '../contract/index.ts';
import { goodsToShip } from '../domain/goods-to-ship.ts';
import { ShipmentRepository } from '../persistence/shipment.repository.ts';

type Confirmed = typeof Ordering.events.orderConfirmed;

export class OpenShipmentWhenOrderConfirmed implements Subscriber<Confirmed> {
  constructor(@inject(ShipmentRepository) private readonly shipments: ShipmentRepository) {}

  async execute({ data }: HeardEvent<Confirmed>, work: UnitOfWork): Promise<void> {
    const { orderId, number: orderNumber, shippingAddress } = data;
    const lines = goodsToShip(data.lines);
    if (lines.length === 0) return;
    const id = newId('shp');
    const opened = await this.shipments.open(work, { id, orderId, orderNumber, lines, shippingAddress });
    if (opened) work.publish(Fulfilment.events.shipmentOpened, { shipmentId: id, orderId, orderNumber, lines });
  }
}
