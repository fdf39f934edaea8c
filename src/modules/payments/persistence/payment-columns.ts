/** A payment's row as `Payment` has it. */
export const PAYMENT_COLUMNS = `
  order_id as "orderId", id, provider, status, captures_at as "capturesAt", currency, amount,
  coalesce(asked_currency, currency) as "askedCurrency", coalesce(asked_amount, amount) as "askedAmount",
  token_digest as "tokenDigest", charge_id as "chargeId", released, captured, refunded,
  decline_reason as "declineReason", occurred_at as "occurredAt",
  (captured_at is not null or authorised_at is not null) as "wasTaken",
  (extract(epoch from clock_timestamp() - asked_at) * 1000)::bigint as "askedAgoMs"`;

/** As a provider has charged it ($2 its id, $3 amount, $4 currency), whatever it was asked for. */
export const CHARGED = `
  charge_id = $2, asked_amount = amount, asked_currency = currency, amount = $3, currency = $4, changed_at = now()`;
