import type { Server } from 'node:net';
import { StartFailure } from '../errors/index.ts';

/** What the settings of a port are called, for whoever has to change them. */
export interface PortNames {
  readonly port: string;
  readonly host: string;
}

/** Opens the port; 0 takes a free one. Resolves to the port. Throws StartFailure. */
export async function listen(
  server: Server,
  port: number,
  host: string,
  names: PortNames = { port: 'PORT', host: 'HOST' },
): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) => fail(explainListen(error, port, host, names)));
    server.listen(port, host, done);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function explainListen(error: NodeJS.ErrnoException, port: number, host: string, names: PortNames): Error {
  if (error.code === 'EADDRINUSE')
    return new StartFailure(`${names.port} ${port} is in use; stop the other program or choose another port.`);
  if (error.code === 'EACCES')
    return new StartFailure(`${names.port} ${port} may not be opened by this user; choose one above 1023.`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new StartFailure(`${names.host} ${host} is no address of this machine; use 0.0.0.0 for all of them.`);
  }
  return error;
}
