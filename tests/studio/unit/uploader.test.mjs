import assert from "node:assert/strict";
import { test } from "node:test";
import { discardFile, nameUpload, PIECE_BYTES, sendFile } from "../../../functions/api/studio/js/lib/uploader.js";

const SIZE = 2 * PIECE_BYTES + 1000;

/** A file whose pieces know their place. */
function makeFile(size = SIZE) {
  return { name: "IMG_1.HEIC", type: "", size, lastModified: 5, slice: (start, end) => ({ start, end, size: end - start }) };
}

/**
 * A server that keeps the protocol. `faults`: what happens to the next puts: "lost" before, "late" after the bytes are
 * stored, or a status; `hides`: the browser may not read the header Range.
 */
function makeServer({ faults = [], hides = false, outcome = { state: "ready", kind: "image" } } = {}) {
  const memory = new Map();
  const server = { received: {}, puts: [], waits: [], calls: [], announced: 0, faults };
  server.tools = {
    now: () => 0,
    makeError: (status, problem) => Object.assign(new Error(problem.detail), { status }),
    memory: { getItem: (key) => memory.get(key) ?? null, setItem: (key, value) => memory.set(key, value), removeItem: (key) => memory.delete(key) },
    wait: async (ms) => void server.waits.push(ms),
    async call(method, path) {
      server.calls.push(`${method} ${path}`);
      if (path === "/uploads") {
        const id = `up-${++server.announced}`;
        server.received[id] = 0;
        return { upload_id: id, url: `/uploads/${id}/bytes`, method: "PUT", headers: {}, expires_at: "2030-01-01T00:00:00Z" };
      }
      return { upload_id: path.split("/")[2], filename: "IMG_1.HEIC", ...outcome };
    },
    async put(target, piece, range, { onSent }) {
      server.puts.push(range);
      const fault = server.faults.shift();
      if (fault === "lost") return { status: 0, range: null };
      if (typeof fault === "number") return { status: fault, range: null, problem: { detail: "no" } };
      const id = target.upload_id;
      if (!(id in server.received)) return { status: 404, range: null };
      if (piece && piece.start <= server.received[id]) server.received[id] = Math.max(server.received[id], piece.end);
      if (piece) onSent(piece.size);
      if (fault === "late") return { status: 0, range: null };
      const there = server.received[id];
      if (there === Number(range.split("/")[1])) return { status: 200, range: null };
      return { status: 308, range: there && !hides ? `bytes=0-${there - 1}` : null };
    },
  };
  server.memory = memory;
  return server;
}

test("a file goes in pieces of a multiple of 256 KiB, and its progress only grows", async () => {
  const server = makeServer();
  const progress = [];
  const upload = await sendFile(makeFile(), server.tools, { onProgress: (bytes) => progress.push(bytes) });
  assert.equal(PIECE_BYTES % (256 * 1024), 0);
  assert.deepEqual(server.puts, [
    `bytes 0-${PIECE_BYTES - 1}/${SIZE}`,
    `bytes ${PIECE_BYTES}-${2 * PIECE_BYTES - 1}/${SIZE}`,
    `bytes ${2 * PIECE_BYTES}-${SIZE - 1}/${SIZE}`,
  ]);
  assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
  assert.equal(progress.at(-1), SIZE);
  assert.equal(upload.state, "ready");
  assert.equal(server.memory.size, 0);
});

for (const fault of ["lost", "late", 503, 429]) {
  for (let at = 0; at < 3; at++) {
    test(`after ${fault} at piece ${at} it asks what is there and sends only the rest`, async () => {
      const server = makeServer({ faults: [...Array(at).fill(null), fault] });
      const states = [];
      await sendFile(makeFile(), server.tools, { onState: (state) => states.push(state) });
      assert.equal(server.received["up-1"], SIZE);
      assert.equal(server.puts[at + 1], `bytes */${SIZE}`);
      assert.equal(server.puts.filter((range) => range === server.puts[at]).length, fault === "late" ? 1 : 2);
      assert.equal(server.announced, 1);
      assert.ok(states.includes("waiting"));
      assert.equal(states.at(-1), "checking");
    });
  }
}

test("the waits grow, and it gives up in the end but remembers where it was", async () => {
  const server = makeServer({ faults: [null, ...Array(50).fill("lost")] });
  await assert.rejects(sendFile(makeFile(), server.tools), { status: 0 });
  assert.deepEqual(server.waits.slice(0, 3), [500, 1000, 2000]);
  assert.ok(Math.max(...server.waits) <= 15_000);
  server.faults.length = 0;
  server.puts.length = 0;
  await sendFile(makeFile(), server.tools);
  assert.equal(server.puts[0], `bytes */${SIZE}`);
  assert.equal(server.puts[1], `bytes ${PIECE_BYTES}-${2 * PIECE_BYTES - 1}/${SIZE}`);
  assert.equal(server.announced, 1);
});

test("an upload that the server no longer has begins anew", async () => {
  const server = makeServer({ faults: [null, ...Array(50).fill("lost")] });
  await assert.rejects(sendFile(makeFile(), server.tools));
  server.faults.length = 0;
  delete server.received["up-1"];
  await sendFile(makeFile(), server.tools);
  assert.equal(server.received["up-2"], SIZE);
});

test("a browser that may not read the header Range sends on, and from the beginning after a loss", async () => {
  const server = makeServer({ hides: true, faults: [null, "late"] });
  await sendFile(makeFile(), server.tools);
  assert.equal(server.received["up-1"], SIZE);
});

test("a file that is refused is told in the words of the server, and is forgotten", async () => {
  const server = makeServer({ outcome: { state: "refused", reason: "is a text file" } });
  await assert.rejects(sendFile(makeFile(), server.tools), { message: "IMG_1.HEIC is a text file" });
  assert.equal(server.memory.size, 0);
  const strict = makeServer({ faults: [400] });
  await assert.rejects(sendFile(makeFile(), strict.tools), { status: 400, message: "no" });
});

test("a paused file goes on, and a discarded one is deleted", async () => {
  const server = makeServer();
  const stopping = new AbortController();
  const paused = sendFile(makeFile(), server.tools, { signal: stopping.signal, onProgress: (bytes) => bytes >= PIECE_BYTES && stopping.abort() });
  await assert.rejects(paused, { name: "AbortError" });
  assert.ok(server.memory.has(nameUpload(makeFile())));
  await discardFile(makeFile(), server.tools);
  assert.equal(server.calls.at(-1), "DELETE /uploads/up-1");
  assert.equal(server.memory.size, 0);
  await discardFile(makeFile(), server.tools);
  assert.equal(server.calls.filter((call) => call.startsWith("DELETE")).length, 1);
});
