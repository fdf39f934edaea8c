import { createServer, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { GracefulServer } from './graceful-server.ts';

const HOST = '127.0.0.1';
const LIMIT_MS = 5_000;
const CLIENTS = 4;

describe('a server that is told to close', () => {
  let agent: Agent;
  afterEach(async () => {
    await agent.close();
  });
  const open = async (handle: (response: ServerResponse) => void) => {
    const server = new GracefulServer(createServer((_request, response) => handle(response)));
    const port = await server.listen(0, HOST);
    agent = new Agent({ connections: CLIENTS });
    const ask = async () => {
      const { headers, body } = await request(`http://${HOST}:${port}/`, { dispatcher: agent });
      return { text: await body.text(), isWelcome: headers['connection'] !== 'close' };
    };
    return { server, port, ask };
  };

  it('fails no request of those who are connected: they are answered until they are sent away', async () => {
    const { server, ask } = await open((response) => void setTimeout(() => response.end('served'), 5));
    let served = 0;
    const untilSentAway = async (): Promise<void> => {
      for (let isWelcome = true; isWelcome; served += 1) isWelcome = (await ask()).isWelcome;
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, untilSentAway));
    while (served < CLIENTS) await new Promise((done) => setImmediate(done));
    await server.close(LIMIT_MS);
    await clients;
    expect(served).toBeGreaterThanOrEqual(2 * CLIENTS);
  });

  it('finishes what runs, and tells that client to come by another connection', async () => {
    const answers: ServerResponse[] = [];
    const { server, ask } = await open((response) => void answers.push(response));
    const asked = ask();
    while (answers.length === 0) await new Promise((done) => setImmediate(done));
    const closed = server.close(LIMIT_MS);
    answers[0]?.end('late');
    expect(await asked).toEqual({ text: 'late', isWelcome: false });
    await closed;
  });

  it('cuts off what has not finished when its time is over', async () => {
    const { server, ask } = await open(() => undefined);
    const asked = ask().catch((error: unknown) => (error as { code?: string }).code);
    await new Promise((done) => setTimeout(done, 50));
    await server.close(100);
    expect(await asked).toBe('UND_ERR_SOCKET');
  });

  it('does not wait for somebody who is connected and asks nothing', async () => {
    const { server, port } = await open((response) => response.end());
    const silent = connect(port, HOST);
    await new Promise<void>((done) => silent.once('connect', done));
    const ended = new Promise<void>((done) => silent.once('close', () => done()).resume());
    await server.close(300);
    await ended;
    expect(silent.closed).toBe(true);
  });
});
