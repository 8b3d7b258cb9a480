/**
 * Makes PostgreSQL's data folder once, at build time: `node cluster.mjs FILE`.
 *
 * A page then loads it, which takes half a second, where initdb takes three. The
 * role is an ordinary one, as on the book's other servers.
 */

import { writeFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";

const STATEMENTS = [
  "create role reader login createdb",
  "grant all on database postgres to reader",
  "alter schema public owner to reader",
  "alter database postgres set timezone to 'UTC'",
];

const database = await PGlite.create();
for (const statement of STATEMENTS) await database.exec(statement);
const dump = await database.dumpDataDir("gzip");
await writeFile(process.argv[2], new Uint8Array(await dump.arrayBuffer()));
process.exit(0); // PGlite keeps Node alive
