/** The tables of HPACK, RFC 7541, 2.3. */

type Entry = readonly [name: string, value: string];

/** Appendix A, from index 1 on: a name, and its value if it has one. */
const STATIC = `
  :authority | :method GET | :method POST | :path / | :path /index.html |
  :scheme http | :scheme https | :status 200 | :status 204 | :status 206 |
  :status 304 | :status 400 | :status 404 | :status 500 | accept-charset |
  accept-encoding gzip, deflate | accept-language | accept-ranges | accept |
  access-control-allow-origin | age | allow | authorization | cache-control |
  content-disposition | content-encoding | content-language | content-length |
  content-location | content-range | content-type | cookie | date | etag |
  expect | expires | from | host | if-match | if-modified-since |
  if-none-match | if-range | if-unmodified-since | last-modified | link |
  location | max-forwards | proxy-authenticate | proxy-authorization | range |
  referer | refresh | retry-after | server | set-cookie |
  strict-transport-security | transfer-encoding | user-agent | vary | via |
  www-authenticate
`
  .split('|')
  .map((entry): Entry => {
    const [, name = '', value = ''] = /^(\S+) ?(.*)$/.exec(entry.trim())!;
    return [name, value];
  });

/** Entries of the static table, RFC 7541, appendix A, counted. */
export const STATIC_SIZE = STATIC.length;

/** RFC 7541, 4.1: what each entry counts beyond its bytes. */
const ENTRY_OVERHEAD = 32;

/**
 * The static table, and after it the dynamic one, newest entry first: RFC
 * 7541 2.3. Its size is in bytes, 32 more for each entry (4.1).
 */
export class HpackTable {
  /** The size of the dynamic table, as RFC 7541, 4.1 counts it. */
  size = 0;
  #limit = 4_096;
  // The newest last; those before `oldest` have been evicted.
  #entries: (Entry | undefined)[] = [];
  #oldest = 0;

  /** @param index from 1 on, as it is on the wire */
  get(index: number): Entry | undefined {
    if (index <= STATIC_SIZE) return STATIC[index - 1];
    const place = this.#entries.length - (index - STATIC_SIZE);
    return place < this.#oldest ? undefined : this.#entries[place];
  }

  /** How many entries the dynamic table has. */
  get length(): number {
    return this.#entries.length - this.#oldest;
  }

  /** Sets the dynamic table's largest size. */
  resize(limit: number): void {
    this.#limit = limit;
    this.#evict();
  }

  /** Makes an entry the newest; one larger than the table empties it. */
  add(name: string, value: string): void {
    this.size += name.length + value.length + ENTRY_OVERHEAD;
    this.#entries.push([name, value]);
    this.#evict();
  }

  #evict(): void {
    while (this.size > this.#limit && this.#oldest < this.#entries.length) {
      const [name, value] = this.#entries[this.#oldest]!;
      this.#entries[this.#oldest++] = undefined;
      this.size -= name.length + value.length + ENTRY_OVERHEAD;
    }
    if (this.#oldest > 64 && this.#oldest * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#oldest);
      this.#oldest = 0;
    }
  }
}
