/**
 * The worker of a page: one Pyodide, which runs the page's cells one after the
 * other. What it is told and what it says is in README.md beside this file.
 *
 * A page starts it as a blob that imports this module, because a blob's worker
 * inherits the page's Content-Security-Policy and one with an address does not.
 */

/**
 * @typedef {{type: "start", base: string, interrupt: SharedArrayBuffer | null}} Start
 * @typedef {{type: "run", id: unknown, notebook: string, cell: string,
 *            source: string, draw: boolean}} Run
 * @typedef {{type: "stop"}} Stop
 */

import { fetchWithProgress } from "./progress.mjs";

/** @type {any} Pyodide's interface */
let pyodide;
/** @type {any} the Python object that runs cells */
let kernel;
/** @type {any} and the function that gives it one */
let runCell;
/** @type {any} what the folder holds */
let contents;
/** @type {Uint8Array | null} a 2 interrupts what runs; then: that a stop was heard */
let interruptBuffer = null;
let base = "";
/** Cells are taken up in the order in which they came. */
let queue = Promise.resolve();

/** @param {Record<string, unknown>} message */
function tell(message) {
  self.postMessage(message);
}

/** @param {Start} order */
async function start(order) {
  base = order.base;
  /** @type {Promise<never>} Pyodide itself waits for ever for what does not come */
  const loss = new Promise((_, reject) =>
    fetchWithProgress(base, tell, (label) => reject(new Error(`${label} did not arrive.`))),
  );
  loss.catch(() => {}); // later losses have their own errors
  contents = await (await fetch(new URL("contents.json", base))).json();
  const folder = new URL(contents.pyodide, base).href;
  const { loadPyodide } = await import(`${folder}pyodide.mjs`);
  const loading = loadPyodide({
    indexURL: folder,
    packages: contents.start,
    stdout: (/** @type {string} */ line) => console.log(line),
    stderr: (/** @type {string} */ line) => console.warn(line),
  });
  pyodide = await Promise.race([loading, loss]);
  if (order.interrupt) {
    interruptBuffer = new Uint8Array(order.interrupt);
    pyodide.setInterruptBuffer(interruptBuffer);
  }
  const module = pyodide.pyimport("asyncwith_browser.start");
  runCell = module.run;
  kernel = module.start(answer, openPostgres);
  tell({ type: "ready" });
}

/**
 * Load PostgreSQL, with a database of this worker's own in memory.
 *
 * @returns {Promise<(messages: Uint8Array) => Promise<Uint8Array>>}
 */
async function openPostgres() {
  const folder = new URL(contents.pglite, base).href;
  const [{ PGlite }, cluster] = await Promise.all([
    import(`${folder}index.js`),
    fetch(folder + contents.cluster).then((response) => response.blob()),
  ]);
  const database = await PGlite.create({ loadDataDir: cluster, username: "reader" });
  return (messages) => database.execProtocolRaw(messages, { syncToFs: false });
}

/**
 * What the kernel has to say.
 *
 * @param {"output" | "done"} kind
 * @param {unknown} id
 * @param {string} json
 */
function answer(kind, id, json) {
  const content = JSON.parse(json);
  if (kind === "output") {
    tell({ type: "output", id, output: content });
  } else {
    const [status, count, seconds] = content;
    tell({ type: "done", id, status, count, seconds });
  }
}

/** @param {Run} order */
async function run(order) {
  await loadImports(order.source);
  if (interruptBuffer) interruptBuffer[0] = 0;
  const { id, notebook, cell, source, draw } = order;
  runCell(kernel, JSON.stringify({ id, notebook, cell, source, draw }));
}

/**
 * Load the packages that a cell imports, itself or through the lab.
 *
 * @param {string} source
 */
async function loadImports(source) {
  const wanted = new Set();
  for (const [pattern, packages] of contents.imports) {
    if (new RegExp(pattern, "m").test(source)) {
      packages.forEach((/** @type {string} */ name) => wanted.add(name));
    }
  }
  const quietly = { messageCallback() {} };
  await pyodide.loadPackagesFromImports(source, quietly);
  const missing = [...wanted].filter((name) => !(name in pyodide.loadedPackages));
  if (missing.length) {
    await pyodide.loadPackage(missing, quietly);
  }
}

/** @param {MessageEvent<Start | Run | Stop>} event */
function hear({ data }) {
  if (data.type === "stop") {
    if (interruptBuffer) interruptBuffer.set([0, 1]); // heard, so nothing is busy
    kernel?.stop();
    tell({ type: "stopping" });
    return;
  }
  queue = queue.then(() => (data.type === "start" ? start(data) : run(data))).catch((error) => {
    const reason = error instanceof Error ? error.message : String(error);
    if (data.type === "run") {
      const said = { output_type: "error", ename: "LoadingError", evalue: reason, traceback: [reason] };
      tell({ type: "output", id: data.id, output: said });
      tell({ type: "done", id: data.id, status: "error", count: null, seconds: 0 });
    } else {
      tell({ type: "failed", reason: `Python could not be started here: ${reason}` });
    }
  });
}

self.onmessage = hear;
// What came while this module was being fetched (see README.md).
const early = /** @type {any} */ (self).early ?? [];
early.splice(0).forEach(hear);
