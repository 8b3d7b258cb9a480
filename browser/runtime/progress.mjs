/**
 * Tells how much of a download has arrived.
 *
 * Pyodide and PGlite fetch their files themselves and say nothing meanwhile, so
 * the worker's own fetch is the place to count.
 */

const NAMES = [
  { pattern: /pglite/i, label: "PostgreSQL" },
  { pattern: /\/(aiohttp|yarl|multidict|frozenlist|propcache|aiosignal)-/, label: "aiohttp" },
  { pattern: /\/asyncpg-/, label: "asyncpg" },
  { pattern: /\.whl$/, label: "packages" },
  { pattern: /pyodide|python/, label: "Python" },
];

/**
 * Count what this worker fetches from under an address.
 *
 * @param {string} base
 * @param {(message: Record<string, unknown>) => void} tell
 * @param {(label: string) => void} lost called when something does not arrive
 */
export function fetchWithProgress(base, tell, lost) {
  const under = new URL("..", base).href;
  const plain = self.fetch.bind(self);
  /** @type {Map<string, {loaded: number, total: number}>} */
  const counts = new Map();

  self.fetch = async (input, options) => {
    const url = new URL(input instanceof Request ? input.url : String(input), self.location.href).href;
    const label = url.startsWith(under) && NAMES.find(({ pattern }) => pattern.test(url))?.label;
    if (!label) return plain(input, options);
    /** @type {Response} */
    let response;
    try {
      response = await plain(input, options);
    } catch (error) {
      lost(label);
      throw error;
    }
    if (!response.ok) lost(label);
    if (!response.ok || !response.body) return response;
    const count = counts.get(label) ?? { loaded: 0, total: 0 };
    counts.set(label, count);
    count.total += Number(response.headers.get("content-length") ?? 0);
    const arrived = (/** @type {number} */ bytes) => {
      count.loaded += bytes;
      const total = Math.max(count.total, count.loaded);
      tell({ type: "progress", label, loaded: count.loaded, total });
    };
    arrived(0);
    if (url.endsWith(".wasm")) {
      // Only the browser's own response is compiled while it arrives, and its
      // machine code kept for the next visit: count a copy.
      response.clone().body?.pipeTo(
        new WritableStream({ write: (chunk) => arrived(chunk.byteLength) }),
      ).catch(() => {});
      return response;
    }
    const counted = response.body.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          arrived(chunk.byteLength);
          controller.enqueue(chunk);
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(counted, { status, statusText, headers });
  };
}
