// A worker for tests of the page: instead of running Python it does what the
// comments of a cell say, one JSON list a line: `#! ["stdout", "text"]`.

const waiting = [];
let interrupt = null;
let busy = false;
const say = (message) => self.postMessage(message);
const pause = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));

const actions = {
  stdout: (id, text) => output(id, { output_type: "stream", name: "stdout", text }),
  stderr: (id, text) => output(id, { output_type: "stream", name: "stderr", text }),
  display: (id, data) => output(id, { output_type: "display_data", data }),
  result: (id, data) => output(id, { output_type: "execute_result", data }),
  many: (id, characters) => {
    for (let sent = 0; sent < characters; sent += 64_000)
      actions.stdout(id, "x".repeat(63_999) + "\n");
  },
  pause: (id, milliseconds) => pause(milliseconds),
  cleanup: async (id, milliseconds) => {
    await new Promise((stop) => waiting.push(stop));
    await pause(milliseconds);
    actions.stdout(id, "cleaned up\n");
    return "stopped";
  },
  wait: async () => {
    await new Promise((stop) => waiting.push(stop));
    return "stopped";
  },
  // Hears a stop, says so late, and looks whether it was interrupted meanwhile.
  late: async (id) => {
    busy = true;
    await new Promise((stop) => waiting.push(stop));
    if (interrupt) interrupt[1] = 1;
    await pause(800);
    actions.stdout(id, interrupt?.[0] === 2 ? "interrupted\n" : "left alone\n");
    busy = false;
    return "stopped";
  },
  busy: async () => {
    busy = true;
    for (;;) {
      await pause(20);
      if (interrupt?.[0] !== 2) continue;
      busy = false;
      return "stopped";
    }
  },
  endless: async (id) => {
    busy = true;
    for (;;) {
      actions.stdout(id, "x".repeat(63_999) + "\n");
      await pause(1);
    }
  },
  error: (id, ename, evalue) => {
    const traceback = [`\x1b[31m${ename}\x1b[39m: ${evalue}`];
    output(id, { output_type: "error", ename, evalue, traceback });
    return "error";
  },
  fail: (id, reason) => say({ type: "failed", reason }),
  die: () => {
    busy = true;
    setTimeout(() => {
      throw new Error("no room");
    });
    return new Promise(() => {});
  },
};

function output(id, content) {
  say({ type: "output", id, output: content });
}

async function run({ id, cell, source, draw }) {
  let status = "ok";
  output(id, { output_type: "stream", name: "stdout", text: `${cell}${draw ? " drawn" : ""}\n` });
  for (const line of source.split("\n")) {
    if (!line.startsWith("#! ") || status !== "ok") continue;
    const [name, ...rest] = JSON.parse(line.slice(3));
    status = (await actions[name](id, ...rest)) ?? "ok";
  }
  say({ type: "done", id, status, count: id, seconds: 0.012 });
}

async function hear({ data }) {
  if (data.type === "start") {
    interrupt = data.interrupt && new Uint8Array(data.interrupt);
    for (const loaded of [1, 2, 3]) {
      await pause(300); // longer than a reader may be left without a sign
      say({ type: "progress", label: "Python", loaded: loaded * 1e6, total: 3e6 });
    }
    say({ type: "ready" });
  } else if (data.type === "stop") {
    if (!busy) say({ type: "stopping" });
    waiting.splice(0).forEach((stop) => stop());
  } else await run(data);
}

self.onmessage = hear;
(self.early ?? []).splice(0).forEach(hear);
