import { randomInt } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { RequestHandler } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { problems } from '../errors/index.ts';
import { seconds } from '../values/index.ts';

const WINDOW_SECONDS = 10;
const READS_PER_WINDOW = 600;
const WRITES_PER_WINDOW = 300;
/** Clients are counted in this many places, however many addresses there are: about 13 MB at worst, measured. */
const PLACES = 8192;
const GROUPS_OF_A_NETWORK = 4;

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Turns away clients that ask too often: 600 reads and 300 writes in 10 s per address, counted apart for shoppers'
 * and staff's routes. Each process counts for itself.
 */
export function rateLimit(options: { enabled: boolean }): RequestHandler {
  if (!options.enabled) return (_request, _response, next) => next();
  const reads = new RateLimiterMemory({ points: READS_PER_WINDOW, duration: WINDOW_SECONDS });
  const writes = new RateLimiterMemory({ points: WRITES_PER_WINDOW, duration: WINDOW_SECONDS });
  // Chosen at random, so that nobody can pick an address that shares its place with somebody else's.
  const seed = randomInt(2 ** 32);
  return async (request, response, next) => {
    const limiter = READING.has(request.method) ? reads : writes;
    const audience = request.path.startsWith('/admin/') ? 'staff' : 'store';
    const state = await consume(limiter, `${audience}${placeOf(clientOf(request.ip ?? ''), seed)}`);
    const resetSeconds = Math.max(1, Math.ceil(state.msBeforeNext / seconds(1)));
    response.setHeader('ratelimit-limit', limiter.points);
    response.setHeader('ratelimit-remaining', state.remainingPoints);
    response.setHeader('ratelimit-reset', resetSeconds);
    if (state.consumedPoints > limiter.points) {
      response.setHeader('retry-after', resetSeconds);
      throw problems.rateLimited(resetSeconds);
    }
    next();
  };
}

/** The library rejects with the state itself when there are no points left. */
async function consume(limiter: RateLimiterMemory, key: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (state) {
    if (state instanceof RateLimiterRes) return state;
    throw state;
  }
}

/** Who a client is: an IPv4 address, or an IPv6 network of 64 bits, of which one household has all addresses. */
export function clientOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail ?? '').split(':')];
  return `${all.slice(0, GROUPS_OF_A_NETWORK).join(':')}::/64`;
}

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/, with its halves folded, since places are few. */
function placeOf(client: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < client.length; index += 1) {
    hash = Math.imul(hash ^ client.charCodeAt(index), 0x01000193);
  }
  return ((hash ^ (hash >>> 16)) >>> 0) % PLACES;
}
