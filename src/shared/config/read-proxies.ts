import { isIP } from 'node:net';
import { StartFailure } from '../errors/index.ts';

/** Names for networks that no client of the world outside has an address in. */
const NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal']);
const BITS: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** Addresses, networks as 10.0.0.0/8, or names of networks, separated by commas. Throws StartFailure. */
export function readProxies(text: string | undefined): readonly string[] {
  const proxies = (text ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const bad = proxies.find((each) => !isProxy(each));
  if (bad !== undefined) {
    throw new StartFailure(
      `TRUSTED_PROXIES has "${bad}"; it must be addresses, networks such as 10.0.0.0/8, or ${[...NETWORKS].join(', ')}.`,
    );
  }
  return proxies;
}

function isProxy(text: string): boolean {
  if (NETWORKS.has(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const most = BITS[isIP(address)];
  if (most === undefined || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
}
