import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../shared/testing/index.ts';
import { OpenDoor } from './open-door.ts';

const HOST = '127.0.0.1';

describe('a port that outlives the processes behind it', () => {
  const cleanups: (() => void)[] = [];
  afterEach(() => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  });

  const open = async () => {
    const { door, port } = await OpenDoor.at(0, HOST);
    cleanups.push(() => door.close());
    const knock = async (): Promise<Socket> => {
      const socket = connect(port, HOST);
      cleanups.push(() => socket.destroy());
      await new Promise<void>((done, fail) => socket.once('connect', done).once('error', fail));
      return socket;
    };
    return { door, knock };
  };
  const taker = () => {
    const taken: Socket[] = [];
    cleanups.push(() => taken.forEach((socket) => socket.destroy()));
    return { taken, take: (socket: Socket) => void taken.push(socket) };
  };

  it('lets those wait who come while nobody is there, and hands them on unread to the first that comes', async () => {
    const { door, knock } = await open();
    const early = await knock();
    early.write('good morning');
    const { taken, take } = taker();
    door.add(take);
    await eventually(() => expect(taken).toHaveLength(1));
    const words = new Promise<string>((heard) => taken[0]?.once('data', (chunk: Buffer) => heard(chunk.toString())));
    taken[0]?.resume();
    expect(await words).toBe('good morning');
  });

  it('hands connections to its processes in turn, and to none that has left', async () => {
    const { door, knock } = await open();
    const [one, other] = [taker(), taker()];
    door.add(one.take);
    door.add(other.take);
    for (let count = 0; count < 4; count += 1) await knock();
    await eventually(() => expect([one.taken.length, other.taken.length]).toEqual([2, 2]));
    door.remove(one.take);
    await knock();
    await eventually(() => expect([one.taken.length, other.taken.length]).toEqual([2, 3]));
  });

  it('forgets who has gone away while waiting, and sends away all others when it closes', async () => {
    const { door, knock } = await open();
    const impatient = await knock();
    const patient = await knock();
    impatient.destroy();
    await eventually(() => expect(impatient.closed).toBe(true));
    const sentAway = new Promise((done) => patient.once('close', done));
    door.close();
    await sentAway;
    await expect(knock()).rejects.toThrow('ECONNREFUSED');
  });
});
