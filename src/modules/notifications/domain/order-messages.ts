import type { Address, Money } from '../../../shared/values/index.ts';
import { moneyText } from './money-text.ts';

/** What a buyer reads. Plain text, lines ended by a line feed. */
export interface MessageText {
  readonly subject: string;
  readonly body: string;
}

export interface ConfirmedOrder {
  readonly number: number;
  readonly currency: string;
  readonly lines: readonly { readonly title: string; readonly quantity: number; readonly total: Money }[];
  readonly totals: Readonly<Record<'items' | 'discount' | 'delivery' | 'tax' | 'total', Money>>;
  readonly shippingAddress: Address | null;
}

export interface DispatchedParcel {
  readonly orderNumber: number;
  readonly lines: readonly { readonly title: string; readonly quantity: number }[];
  readonly carrier: string | null;
  readonly trackingNumber: string | null;
}

/** A message names so many lines and then says how many more there are: nobody reads a thousand. */
const MAX_LINES_SHOWN = 100;

export function orderConfirmation(order: ConfirmedOrder): MessageText {
  const text = moneyText(order.currency);
  return {
    subject: `Your order ${order.number} is confirmed`,
    body: paragraphs(
      [`Thank you for your order ${order.number}.`],
      lineTexts(order, text),
      totalTexts(order, text),
      addressTexts(order.shippingAddress),
    ),
  };
}

/** The reason stays inside: staff write it for each other. */
export function orderCancellation(orderNumber: number, refunded: Money): MessageText {
  return {
    subject: `Your order ${orderNumber} is cancelled`,
    body: paragraphs([`Your order ${orderNumber} has been cancelled.`], givenBack(refunded)),
  };
}

export function refundNotice(orderNumber: number, amount: Money): MessageText {
  return {
    subject: `A refund for your order ${orderNumber}`,
    body: paragraphs([`There is a refund for your order ${orderNumber}.`], givenBack(amount)),
  };
}

export function dispatchNotice({ orderNumber, lines, carrier, trackingNumber }: DispatchedParcel): MessageText {
  const tracking = [
    ...(carrier === null ? [] : [`Carrier: ${carrier}`]),
    ...(trackingNumber === null ? [] : [`Tracking number: ${trackingNumber}`]),
  ];
  return {
    subject: `Your order ${orderNumber} is on its way`,
    body: paragraphs(
      [`A parcel of your order ${orderNumber} has left.`],
      shorten(lines, ({ quantity, title }) => `${quantity} × ${title}`),
      tracking,
    ),
  };
}

function lineTexts({ lines }: ConfirmedOrder, text: (money: Money) => string): string[] {
  return shorten(lines, ({ quantity, title, total }) => `${quantity} × ${title}: ${text(total)}`);
}

function shorten<Line>(lines: readonly Line[], textOf: (line: Line) => string): string[] {
  const shown = lines.slice(0, MAX_LINES_SHOWN).map(textOf);
  const hidden = lines.length - shown.length;
  return hidden === 0 ? shown : [...shown, `… and ${hidden} more`];
}

function totalTexts({ totals }: ConfirmedOrder, text: (money: Money) => string): string[] {
  return [
    `Items: ${text(totals.items)}`,
    ...(totals.discount.amount === 0 ? [] : [`Discount: −${text(totals.discount)}`]),
    ...(totals.delivery.amount === 0 ? [] : [`Delivery: ${text(totals.delivery)}`]),
    ...(totals.tax.amount === 0 ? [] : [`Tax: ${text(totals.tax)}`]),
    `Total: ${text(totals.total)}`,
  ];
}

function addressTexts(address: Address | null): string[] {
  if (address === null) return [];
  const { name, line1, line2, city, postalCode, country } = address;
  const lines = [name, line1, line2, city, postalCode, country];
  return ['It goes to:', ...lines.filter((line) => line !== undefined && line !== '').map(String)];
}

function givenBack(money: Money): string[] {
  return money.amount === 0 ? [] : [`We are giving you back ${moneyText(money.currency)(money)}.`];
}

function paragraphs(...parts: readonly (readonly string[])[]): string {
  const filled = parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${filled.join('\n\n')}\n`;
}
