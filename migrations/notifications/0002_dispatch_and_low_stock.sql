-- Buyers hear that their goods are on the way, the merchant hears that goods run low. What the merchant is told is of no
-- order.
alter table messages drop constraint messages_kind_check;
alter table messages add constraint messages_kind_check check (
  kind in ('order_confirmation', 'order_cancellation', 'refund_notice', 'dispatch_notice', 'low_stock'));
alter table messages drop constraint messages_channel_check;
alter table messages add constraint messages_channel_check check (channel in ('email', 'staff'));
alter table messages alter column order_id drop not null;
alter table messages add constraint messages_of_an_order check (order_id is not null or channel = 'staff');
