import { describe, expect, it } from '@jest/globals';
import { startApp, type AppCommand } from './start-app.ts';

const wellBehaved = `
  let ready = false;
  setTimeout(() => (ready = true), 100);
  const server = require('node:http').createServer((request, response) => {
    response.statusCode = ready ? 200 : 503;
    response.end(request.url === '/key' ? process.env.BANYAN_ADMIN_KEY + ' ' + process.env.RATE_LIMIT : '');
  });
  server.listen(Number(process.env.PORT), process.env.HOST);
  process.on('SIGTERM', () => process.exit(0));`;

function appOf(script: string, ended: string[] = []): AppCommand {
  return {
    command: process.execPath,
    arguments: ['-e', script],
    cwd: process.cwd(),
    adminKey: 'generated',
    onExit: (reason) => ended.push(reason),
    signal: new AbortController().signal,
  };
}

describe('the app that the replay starts for itself', () => {
  it('is waited for until it is ready, knows the key, has no rate limits and is stopped at the end', async () => {
    const ended: string[] = [];
    const app = await startApp(appOf(wellBehaved, ended));
    expect(await (await fetch(`${app.url}/key`)).text()).toBe('generated off');
    await app.stop();
    await expect(fetch(app.url)).rejects.toThrow();
    expect(ended).toEqual([]);
  });

  it('is reported with its last words when it ends before it is ready', async () => {
    const broken = appOf(`console.error('no database'); process.exit(3)`);
    await expect(startApp(broken)).rejects.toThrow(/exit code 3[^]*no database/);
  });
});
