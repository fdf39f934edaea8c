import { z } from 'zod';
import { id } from '../../../shared/values/index.ts';

export const CartId = id('crt');
export const OrderId = id('ord');
export const LineId = id('lin');
export const Moment = z.iso.datetime();
export const Reference = z.string().trim().min(1).max(200);
export const Code = z.string().min(1).max(50);
export const Reason = z.string().trim().min(1).max(500);
