import { createServer } from 'node:http';
import { request } from 'undici';
import { GracefulServer } from '../../http/index.ts';

const STOP_LIMIT_MS = 2_000;

/** Between a caller and a process: it lets calls through and may lose their answers. */
export class LossyLine {
  readonly url: string;
  readonly #server: GracefulServer;
  /** The next answers do not arrive. */
  readonly lose: (answers: number) => void;

  private constructor(server: GracefulServer, url: string, lose: (answers: number) => void) {
    this.#server = server;
    this.url = url;
    this.lose = lose;
  }

  static async open(to: string): Promise<LossyLine> {
    let lost = 0;
    const server = createServer((asked, answered) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of asked as AsyncIterable<Buffer>) chunks.push(chunk);
        const { authorization = '' } = asked.headers;
        const body = Buffer.concat(chunks);
        const answer = await request(`${to}${asked.url ?? ''}`, { method: 'POST', headers: { authorization }, body });
        const text = await answer.body.text();
        lost -= 1;
        if (lost >= 0) asked.socket.destroy();
        else answered.writeHead(answer.statusCode).end(text);
      })();
    });
    const line = new GracefulServer(server);
    const url = `http://127.0.0.1:${await line.listen(0, '127.0.0.1')}`;
    return new LossyLine(line, url, (answers) => (lost = answers));
  }

  async close(): Promise<void> {
    await this.#server.close(STOP_LIMIT_MS);
  }
}
