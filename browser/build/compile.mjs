/**
 * Compiles what pages import: `node compile.mjs FOLDER FILE.py`, in Pyodide itself,
 * since code that was compiled by another Python is none for it.
 *
 * FOLDER holds Pyodide, its lock and the wheels; FILE.py is compile.py beside this.
 */

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [folder, script] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: `${folder}/` });
pyodide.mountNodeFS("/built", folder);
const source = await readFile(script, "utf8");
const names = { __name__: "compiled" };
const module = pyodide.toPy(names);
await pyodide.runPythonAsync(source, { globals: module, filename: script });
await pyodide.loadPackage(module.get("PACKAGES").toJs());
await module.get("main")();
process.exit(0);
