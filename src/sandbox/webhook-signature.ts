import { createHmac } from 'node:crypto';

/**
 * The `webhook-signature` header after Standard Webhooks: `v1,` and the base64 HMAC-SHA256 of
 * `<id>.<timestamp>.<rawBody>`. A secret that starts with `whsec_` is base64 after that, as the specification has
 * it; any other secret is taken as it stands. Source: https://www.standardwebhooks.com
 */
export function webhookSignature(secret: string, id: string, timestampSeconds: number, rawBody: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.${rawBody}`).digest('base64')}`;
}
