/**
 * Send a file to the API in pieces that resume, by the protocol of a resumable session of Cloud Storage
 * (cloud.google.com/storage/docs/performing-resumable-uploads), which our own server speaks too. No DOM: the page gives the
 * tools (js/upload.js), a test gives others.
 *
 * @typedef {object} Tools
 * @property {(method: string, path: string, options?: object) => Promise<any>} call as js/api.js; throws {status, ...}
 * @property {(target: Target, piece: Blob | null, range: string, options: {onSent: (bytes: number) => void, signal?: AbortSignal})
 *   => Promise<{status: number, range: string | null, problem?: object}>} put status 0: the connection was lost
 * @property {(ms: number, signal?: AbortSignal) => Promise<void>} wait resolves early when the connection is back
 * @property {(status: number, problem: object) => Error} makeError
 * @property {{getItem: Function, setItem: Function, removeItem: Function}} memory what is remembered over a reload
 * @property {() => number} now in milliseconds
 *
 * @typedef {{upload_id: string, url: string, method: string, headers: Record<string, string>, expires_at: string}} Target
 */

const STEP = 256 * 1024;
/** Bytes of a piece: a multiple of 256 KiB, as the protocol wants. */
export const PIECE_BYTES = 32 * STEP;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const MOST_FAILURES = 12;
const LOOK_MS = 1000;
/** A session that is gone, or belongs to an upload that is: begin another one. */
const GONE = new Set([403, 404, 409, 410]);

/** The beginning of the names under which unfinished uploads are remembered. */
export const UPLOADS = "sutradhar.upload.";

/** The name under which the unfinished upload of `file` is remembered. */
export function nameUpload(file) {
  return `${UPLOADS}${file.size}.${file.lastModified}.${file.name}`;
}

/** The file's name from what `nameUpload` returned. */
export function readName(key) {
  return key.slice(UPLOADS.length).replace(/^\d+\.\d+\./, "");
}

/**
 * Send `file`, order its check and wait for the outcome. After an abort, a failure or a reload the next call goes on where
 * this one stopped.
 * @param {File} file
 * @param {Tools} tools
 * @param {{onProgress?: (bytes: number) => void, onState?: (state: "sending" | "waiting" | "checking") => void, signal?: AbortSignal}} [options]
 *   `waiting`: the connection is lost, and the upload tries again by itself
 * @returns {Promise<object>} the upload as GET /uploads/ID shows it
 * @throws {Error} of `makeError` or `call`: the file was refused, in the words of the server, or the connection stays lost
 */
export async function sendFile(file, tools, { onProgress = () => {}, onState = () => {}, signal } = {}) {
  const job = { file, tools, onProgress, onState, signal };
  onState("sending");
  let target = readTarget(job);
  let isSent = target ? await sendBytes(job, target, true) : false;
  for (let attempt = 0; !isSent && attempt < 2; attempt++) {
    target = await announce(job);
    isSent = await sendBytes(job, target, false);
  }
  if (!isSent) throw tools.makeError(0, {});
  onState("checking");
  onProgress(file.size);
  try {
    const upload = await awaitCheck(job, target.upload_id);
    forgetTarget(job);
    return upload;
  } catch (error) {
    if (error.status && error.status < 500 && error.status !== 401 && error.status !== 429) forgetTarget(job);
    throw error;
  }
}

/** Forget the unfinished upload of `file`, and delete what was sent of it. */
export async function discardFile(file, tools) {
  const target = readTarget({ file, tools });
  if (!target) return;
  forgetTarget({ file, tools });
  await tools.call("DELETE", `/uploads/${target.upload_id}`).catch(() => {}); // the retention deletes it otherwise
}

async function announce(job) {
  const { file, tools, signal } = job;
  const body = { filename: file.name, content_type: file.type ?? "", size: file.size };
  const target = await callPatiently(job, () => tools.call("POST", "/uploads", { body, signal }));
  tools.memory.setItem(nameUpload(file), JSON.stringify(target));
  return target;
}

/** Send what is not there yet. Return false if the session is gone. */
async function sendBytes(job, target, isKnown) {
  const { file, tools, signal } = job;
  let [offset, failures, mustAsk] = [0, 0, isKnown];
  for (;;) {
    signal?.throwIfAborted();
    const [start, end] = [offset, Math.min(offset + PIECE_BYTES, file.size)];
    const isAsking = mustAsk;
    const answer = isAsking
      ? await tools.put(target, null, `bytes */${file.size}`, { onSent: () => {}, signal })
      : await tools.put(target, file.slice(start, end), `bytes ${start}-${end - 1}/${file.size}`, { onSent: (bytes) => job.onProgress(start + bytes), signal });
    signal?.throwIfAborted();
    if (answer.status >= 200 && answer.status < 300) return true;
    if (answer.status === 308) {
      offset = readOffset(answer.range, isAsking ? 0 : end);
      mustAsk = offset >= file.size;
      if (offset > start || isAsking) job.onState("sending");
      failures = offset > start ? 0 : failures + 1;
      job.onProgress(offset);
    } else if (GONE.has(answer.status) && (isKnown || answer.status === 410)) {
      forgetTarget(job);
      return false;
    } else if (answer.status === 0 || answer.status === 408 || answer.status === 429 || answer.status >= 500) {
      mustAsk = true;
      failures += 1;
      job.onState("waiting");
      await tools.wait(computeWait(failures), signal);
    } else {
      throw tools.makeError(answer.status, answer.problem ?? {});
    }
    if (failures >= MOST_FAILURES) throw tools.makeError(0, {});
  }
}

/** The number of bytes that are there by the header Range of a 308; `assumed` where a browser may not read the header. */
function readOffset(range, assumed) {
  const match = /^bytes=0-(\d+)$/.exec(range ?? "");
  return match ? Number(match[1]) + 1 : assumed;
}

async function awaitCheck(job, id) {
  const { tools, signal } = job;
  let upload = await callPatiently(job, () => tools.call("POST", `/uploads/${id}/complete`, { signal }));
  while (upload.state === "checking") {
    await tools.wait(LOOK_MS, signal);
    upload = await callPatiently(job, () => tools.call("GET", `/uploads/${id}`, { signal }));
  }
  if (upload.state === "refused") throw tools.makeError(400, { detail: `${upload.filename} ${upload.reason}` });
  return upload;
}

/** Repeat a call that got no answer; each of these may come twice. */
async function callPatiently(job, call) {
  for (let failures = 1; ; failures++) {
    try {
      return await call();
    } catch (error) {
      job.signal?.throwIfAborted();
      if ((error.status !== 0 && error.status !== 503) || failures >= MOST_FAILURES) throw error;
      job.onState("waiting");
      await job.tools.wait(computeWait(failures), job.signal);
    }
  }
}

function computeWait(failures) {
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS);
}

function readTarget({ file, tools }) {
  try {
    const target = JSON.parse(tools.memory.getItem(nameUpload(file)));
    return target && Date.parse(target.expires_at) > tools.now() ? target : null;
  } catch {
    return null;
  }
}

function forgetTarget({ file, tools }) {
  tools.memory.removeItem(nameUpload(file));
}
