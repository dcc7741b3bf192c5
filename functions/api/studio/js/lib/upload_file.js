/** Send a file to the API. */
import { ApiError, call } from "../api.js";
import { makeUrl, readPath } from "../place.js";
import { apiKey } from "../session.js";

/** Media types that browsers do not know, by the end of the name. */
const TYPES = { heic: "image/heic", heif: "image/heif", mov: "video/quicktime", m4a: "audio/mp4", aac: "audio/aac" };
const LOOK_MS = 1000;

/**
 * Announce a file, send its bytes, and wait for the outcome of its check.
 * @param {File} file
 * @param {{onProgress: (share: number) => void, signal: AbortSignal}} options
 * @returns {Promise<object>} the upload as GET /uploads/ID shows it
 * @throws {ApiError} the file was refused, in the words of the server
 */
export async function uploadFile(file, { onProgress, signal }) {
  const type = file.type || TYPES[file.name.split(".").pop().toLowerCase()] || "application/octet-stream";
  const target = await call("POST", "/uploads", { body: { filename: file.name, content_type: type, size: file.size }, signal });
  await sendBytes(target, file, onProgress, signal);
  let upload = await call("POST", `/uploads/${target.upload_id}/complete`, { signal });
  while (upload.state === "checking") {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    upload = await call("GET", `/uploads/${target.upload_id}`, { signal });
  }
  if (upload.state === "refused") throw new ApiError(400, { detail: upload.reason });
  return upload;
}

/** XMLHttpRequest, since fetch tells no progress of what it sends. */
function sendBytes(target, file, onProgress, signal) {
  const path = readPath(target.url);
  const isOurs = path.startsWith("/uploads/");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(target.method, isOurs ? makeUrl(path) : target.url);
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    if (isOurs && apiKey.get()) request.setRequestHeader("X-API-Key", apiKey.get());
    request.upload.onprogress = (event) => onProgress(event.loaded / file.size);
    request.onload = () => (request.status < 300 ? resolve() : reject(new ApiError(request.status, readProblem(request))));
    request.onerror = () => reject(new ApiError(0, {}));
    request.onabort = () => reject(signal.reason);
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function readProblem(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}
