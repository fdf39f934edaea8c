import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../src/shared/testing/index.ts';
import { seconds } from '../../src/shared/values/index.ts';
import type { TillChild } from './lab/till-child.ts';
import type { TillLab } from './lab/till-lab.ts';

/** In one place, however often it is killed and however often its start fails because a server is away. */
const MAX_STARTS = 30;
const START_PAUSE_MS = 200;
const READY_LIMIT_MS = seconds(90);

/** One of the places at which a process is to run. States: starting → ready → ended → starting again. */
interface Post {
  readonly modules: readonly string[];
  child: TillChild;
  ready: boolean;
  /** Stopped, until it may go on. */
  stands: boolean;
}

/** Processes, each of which is started again when it has ended, as a supervisor does it. */
export class Crew {
  readonly #lab: TillLab;
  readonly #posts: Post[];
  readonly #killed = new Set<TillChild>();
  readonly #deaths: string[] = [];
  #dismissed = false;

  private constructor(lab: TillLab, shifts: readonly (readonly string[])[]) {
    this.#lab = lab;
    this.#posts = shifts.map((modules) => ({ modules, child: lab.launch(modules), ready: false, stands: false }));
  }

  /** One for each list of modules. They are at work when `body` begins; when it has ended nobody is replaced. */
  static async during(
    lab: TillLab,
    shifts: readonly (readonly string[])[],
    body: (crew: Crew) => Promise<void>,
  ): Promise<void> {
    const crew = new Crew(lab, shifts);
    for (const post of crew.#posts) void crew.#keep(post);
    try {
      await crew.complete();
      await body(crew);
    } finally {
      crew.#dismissed = true;
    }
  }

  /** Those that ended at work without having been killed, which none may do, whatever happens around it. */
  get deaths(): readonly string[] {
    return this.#deaths;
  }

  /** Those that are at work and host this module. */
  atWork(module: string): TillChild[] {
    return this.#posts
      .filter((post) => post.ready && !post.stands && post.modules.includes(module))
      .map(({ child }) => child);
  }

  /** Whatever it does, be it that it has just begun to start. */
  kill(place: number): void {
    const { child } = this.#at(place);
    this.#killed.add(child);
    child.signal('SIGKILL');
  }

  /** Does not wait until it goes on. */
  stand(place: number, forMs: number): void {
    const post = this.#at(place);
    const { child } = post;
    post.stands = true;
    child.signal('SIGSTOP');
    setTimeout(() => {
      child.signal('SIGCONT');
      post.stands = false;
    }, forMs).unref();
  }

  /** Waits until all are at work. */
  async complete(): Promise<void> {
    await eventually(() => {
      const missing = this.#posts.filter(({ ready, stands }) => !ready || stands);
      if (missing.length > 0) throw new Error(`${missing.length} of ${this.#posts.length} processes are not at work`);
    }, READY_LIMIT_MS);
  }

  async #keep(post: Post): Promise<void> {
    for (let start = 1; start <= MAX_STARTS && !this.#dismissed; start += 1) {
      const { child } = post;
      await child.ready().then(
        () => (post.ready = true),
        // It has ended, or it takes too long.
        () => child.signal('SIGKILL'),
      );
      const { code, signal } = await child.ended;
      const how = `${post.modules.join(', ')}: ${signal ?? String(code)} ${child.stderr}`;
      if (post.ready && !this.#killed.has(child) && !this.#dismissed) this.#deaths.push(how);
      post.ready = false;
      if (this.#dismissed) return;
      await pause(START_PAUSE_MS);
      post.child = this.#lab.launch(post.modules);
    }
  }

  #at(place: number): Post {
    const post = this.#posts[place];
    if (post === undefined) throw new Error(`there are ${this.#posts.length} places, and ${place} is none of them`);
    return post;
  }
}
