// The messages between a page and its worker, as runtime/README.md tells them.

/**
 * An output as a notebook stores it.
 * @typedef {{output_type: "stream", name: "stdout" | "stderr", text: string}} Stream
 * @typedef {Record<string, string | string[]>} MimeBundle
 * @typedef {{output_type: "display_data" | "execute_result", data: MimeBundle}} Display
 * @typedef {{output_type: "error", ename: string, evalue: string,
 *   traceback: string[]}} Failure
 * @typedef {Stream | Display | Failure} Output
 */

/**
 * What the page asks for when it runs a cell.
 * @typedef {{notebook: string, cell: string, source: string, draw: boolean}} Request
 */

/**
 * @typedef {{type: "progress", label: string, loaded: number, total: number}} Progress
 * @typedef {{type: "done", id: number, status: "ok" | "error" | "stopped",
 *   count: number, seconds: number}} Done
 * @typedef {Progress | Done | {type: "ready"} | {type: "stopping"} | {type: "failed", reason: string}
 *   | {type: "output", id: number, output: Output}} FromWorker
 */

export {};
