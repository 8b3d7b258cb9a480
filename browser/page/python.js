// The Python of a page: one worker, started by the first run and kept.

/** @import {FromWorker, Output, Progress, Request} from "./protocol.js" */

/**
 * How a run ended. `lost` says that the worker is gone, and with it every variable;
 * `reason` is a sentence for the reader.
 * @typedef {{status: "ok" | "error" | "stopped" | "failed", seconds: number,
 *   lost?: boolean, reason?: string}} Outcome
 */

/**
 * Who hears of a run.
 * @typedef {{progress(progress: Progress): void, output(output: Output): void,
 *   trouble(message: string): void}} Listener
 */

/**
 * A run that has not ended.
 * @typedef {{id: number, listener: Listener, resolve(outcome: Outcome): void,
 *   request: Request, started: number}} Job
 */

/** Milliseconds in which a worker that is not busy says that it stops a cell. */
const HEARD = 200;
/** Milliseconds that a busy cell has to end after it was interrupted. */
const GRACE = 2000;
/** Milliseconds that a waiting cell has to clean up after it was cancelled. */
const CLEANUP = 10_000;
const NOT_LOADED =
  "Python could not be loaded: the connection was lost, or this page is older than " +
  "the site. Run the cell again, or reload the page.";
const INTERRUPT = 2; // SIGINT, as Pyodide reads it in the first byte
const NOTICED = 1; // the byte in which the worker says at once that it heard a stop

export class Python {
  /** @type {Worker | null} */ #worker = null;
  /** @type {Job | null} */ #job = null;
  /** @type {Uint8Array | null} */ #interrupt = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #grace;
  /** @type {Map<number, Listener>} a task may print after its cell is done */
  #listeners = new Map();
  #ready = false;
  #stopping = false;
  #runs = 0;

  /** Counts the workers: what one of them knew, the next does not. */
  generation = 0;

  /** @param {URL} runtime the folder of the worker's modules, with a slash */
  constructor(runtime) {
    this.runtime = runtime;
  }

  /** Whether a worker is there, ready or loading. */
  get started() {
    return this.#worker !== null;
  }

  /**
   * Run a cell; the worker is started if there is none. One run at a time.
   * @param {Request} request
   * @param {Listener} listener
   * @returns {Promise<Outcome>}
   */
  run(request, listener) {
    return new Promise((resolve) => {
      const id = ++this.#runs;
      this.#listeners.set(id, listener);
      this.#job = { id, listener, resolve, request, started: performance.now() };
      const obstacle = missing();
      if (obstacle) this.#end({ status: "failed", reason: obstacle });
      else if (!this.#worker) this.#start();
      else if (this.#ready) this.#send(this.#job);
    });
  }

  /**
   * Stop the running cell: it is cancelled where it waits, and may clean up; where it
   * is busy it is interrupted if the page may do that. If it has not ended in time,
   * or is asked a second time, the worker goes.
   */
  stop() {
    if (!this.#job) return;
    if (!this.#ready || this.#stopping) {
      this.#end({ status: "stopped", lost: true });
      return;
    }
    this.#stopping = true;
    if (this.#interrupt) this.#interrupt[NOTICED] = 0;
    this.#worker?.postMessage({ type: "stop" });
    this.#grace = setTimeout(() => {
      // A worker that is late, and not busy, has cancelled the cell: an interrupt
      // would hit whatever Python does now.
      if (this.#interrupt && !this.#interrupt[NOTICED]) this.#interrupt[0] = INTERRUPT;
      this.#endIn(GRACE);
    }, HEARD);
  }

  /** @param {number} milliseconds */
  #endIn(milliseconds) {
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => {
      this.#end({ status: "stopped", lost: true });
    }, milliseconds);
  }

  /** End the worker; what it knew is gone. */
  restart() {
    this.#end({ status: "stopped", lost: true });
  }

  #start() {
    // A worker made from a blob keeps to the page's policy; one that is loaded from
    // an address would be free to ask any server.
    const module = new URL("worker.mjs", this.runtime).href;
    const source = new Blob(
      [
        "self.early = []; self.onmessage = (event) => self.early.push(event);\n" +
          `import(${JSON.stringify(module)}).catch((error) => {` +
          ' self.postMessage({ type: "failed", reason: "" }); });',
      ],
      { type: "text/javascript" },
    );
    const address = URL.createObjectURL(source);
    const worker = new Worker(address, { type: "module" });
    this.#worker = worker;
    this.generation += 1;
    worker.onmessage = (event) => this.#hear(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (!this.#ready) this.#end({ status: "failed", lost: true, reason: NOT_LOADED });
      // An error that nobody caught may come from code that a cell has left behind,
      // or from Python's own: the reader decides.
      else this.#job?.listener.trouble(event.message || "an error without a message");
    };
    /** @type {SharedArrayBuffer | null} */ let shared = null;
    if (globalThis.crossOriginIsolated) {
      shared = new SharedArrayBuffer(4);
      this.#interrupt = new Uint8Array(shared);
    }
    worker.postMessage({ type: "start", base: this.runtime.href, interrupt: shared });
  }

  /** @param {FromWorker} message */
  #hear(message) {
    const job = this.#job;
    if (message.type === "ready") {
      this.#ready = true;
      if (job) this.#send(job);
    } else if (message.type === "failed") {
      const reason = message.reason || NOT_LOADED;
      this.#end({ status: "failed", lost: true, reason });
    } else if (message.type === "stopping") {
      if (this.#stopping) this.#endIn(CLEANUP);
    } else if (message.type === "progress") {
      job?.listener.progress(message);
    } else if (message.type === "output") {
      this.#listeners.get(message.id)?.output(message.output);
    } else if (job && message.id === job.id) {
      this.#finish({ status: message.status, seconds: message.seconds });
    }
  }

  /** @param {Job} job */
  #send(job) {
    if (this.#interrupt) this.#interrupt[0] = 0;
    this.#worker?.postMessage({ type: "run", id: job.id, ...job.request });
  }

  /** @param {Outcome} outcome */
  #finish(outcome) {
    const job = this.#job;
    clearTimeout(this.#grace);
    this.#stopping = false;
    if (this.#interrupt) this.#interrupt[0] = 0;
    this.#job = null;
    job?.resolve(outcome);
  }

  /** @param {Omit<Outcome, "seconds">} outcome */
  #end(outcome) {
    this.#worker?.terminate();
    this.#worker = null;
    this.#listeners.clear();
    this.#ready = false;
    this.#interrupt = null;
    this.generation += 1;
    const started = this.#job?.started ?? performance.now();
    this.#finish({ ...outcome, seconds: (performance.now() - started) / 1000 });
  }
}

/** What this browser lacks to run Python, as a sentence; null if nothing. */
function missing() {
  const rest = " The book can be read as it is, and every cell runs on your machine.";
  if (typeof WebAssembly !== "object")
    return "This browser has WebAssembly switched off, and Python runs on it." + rest;
  if (typeof Worker !== "function")
    return "This browser has web workers switched off, and Python runs in one." + rest;
  return null;
}
