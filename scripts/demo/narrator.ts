/** Characters of an answer that are shown. */
const SHOWN = 300;

const plain = !process.stdout.isTTY;
const bold = (text: string) => (plain ? text : `\x1b[1m${text}\x1b[0m`);
const faint = (text: string) => (plain ? text : `\x1b[2m${text}\x1b[0m`);

/** A text on one line, cut to a number of characters. */
export function brief(text: string, length: number): string {
  const line = text.replaceAll(/\s*\n\s*/g, ' ');
  return line.length <= length
    ? line
    : `${line.slice(0, length)} … (${line.length.toLocaleString('en')} characters)`;
}

/** Tells the demo on the terminal. */
export class Narrator {
  chapter(title: string): void {
    console.log(`\n${bold(`== ${title}`)}\n`);
  }

  say(...lines: readonly string[]): void {
    for (const line of lines) console.log(line);
  }

  /** A request and what came back, cut to what one can take in. */
  exchange(request: string, status: number, body: string): void {
    console.log(`${bold(`→ ${request}`)}\n${bold(`← ${status}`)} ${faint(brief(body, SHOWN))}\n`);
  }

  /** Lines to paste into another terminal. */
  curls(url: string): void {
    const header = "-H 'X-Tenant-ID: acme'";
    this.say(
      `curl ${url}/tenants`,
      `curl '${url}/tenants/acme/fhir/Patient?_count=3'`,
      `curl '${url}/encounters?count=3' ${header}`,
      `curl ${url}/review-summary ${header}`,
      `curl -X POST ${url}/warm-up-tenant -H 'X-Tenant-ID: cedar'`,
      `curl ${url}/health`,
      `curl ${url}/metrics`,
      '',
    );
  }
}
