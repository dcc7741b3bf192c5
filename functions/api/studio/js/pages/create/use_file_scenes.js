import { useEffect, useRef, useState } from "../../../vendor/preact.js";
import { t } from "../../text.js";
import { announce } from "../../ui/announce.js";
import { discardUpload, uploadFile } from "../../upload.js";

/**
 * Send files one after the other, so that their scenes come in their order.
 * @param {(upload: object) => void} onUploaded gets each upload whose check has passed
 * @returns {{rows: {id: number, file: File, share: number, error: Error | null}[], add: (files: File[]) => void,
 *   retry: (row: object) => void, remove: (row: object) => void}}
 */
export function useFileScenes(onUploaded) {
  const [rows, setRows] = useState([]);
  const state = useRef({ queue: [], number: 0, stop: null, isOpen: true });
  const take = useRef();
  take.current = onUploaded;
  const update = (id, fields) => setRows((before) => before.map((row) => (row.id === id ? { ...row, ...fields } : row)));
  const forget = (id) => setRows((before) => before.filter((row) => row.id !== id));
  const send = async () => {
    const own = state.current;
    if (own.stop) return;
    for (let row = own.queue.shift(); row && own.isOpen; row = own.queue.shift()) {
      own.stop = new AbortController();
      own.sent = row.id;
      try {
        const upload = await uploadFile(row.file, { onProgress: (bytes) => update(row.id, { share: bytes / row.file.size }), signal: own.stop.signal });
        announce(t("media.ready", { name: row.file.name }));
        forget(row.id);
        take.current(upload);
      } catch (error) {
        if (!own.stop.signal.aborted) update(row.id, { error });
      }
    }
    own.stop = null;
  };
  const enqueue = (added) => {
    state.current.queue.push(...added);
    send();
  };
  const add = (files) => {
    const added = files.map((file) => ({ id: ++state.current.number, file, share: 0, error: null }));
    setRows((before) => [...before, ...added]);
    enqueue(added);
  };
  const retry = (row) => {
    update(row.id, { share: 0, error: null });
    enqueue([row]);
  };
  const remove = (row) => {
    const own = state.current;
    own.queue = own.queue.filter(({ id }) => id !== row.id);
    if (own.stop && own.sent === row.id) own.stop.abort();
    forget(row.id);
    discardUpload(row.file);
  };
  useEffect(() => () => {
    state.current.isOpen = false;
    state.current.stop?.abort();
  }, []);
  return { rows, add, retry, remove };
}
