const barCharacters = 30;

export interface Terminal {
  isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** A bar where a person watches; otherwise one line when a step begins and one when it ends. */
export class Progress {
  private readonly terminal: Terminal;
  private step = '';
  private total = 0;
  private done = 0;
  private drawn = '';

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  begin(step: string, total: number): void {
    this.step = step;
    this.total = total;
    this.done = 0;
    if (this.terminal.isTTY) this.draw();
    else this.terminal.write(`${step}: ${total}\n`);
  }

  tick(): void {
    this.done += 1;
    if (this.terminal.isTTY) this.draw();
  }

  end(): void {
    if (this.terminal.isTTY) this.terminal.write('\n');
    else this.terminal.write(`${this.step}: ${this.done} of ${this.total} done\n`);
    this.drawn = '';
  }

  private draw(): void {
    const share = this.total === 0 ? 1 : this.done / this.total;
    const filled = Math.round(share * barCharacters);
    const bar = '█'.repeat(filled) + '░'.repeat(barCharacters - filled);
    const line = `\r${this.step.padEnd(32)} ${bar} ${Math.floor(share * 100)
      .toString()
      .padStart(3)} %`;
    if (line !== this.drawn) this.terminal.write(line);
    this.drawn = line;
  }
}
