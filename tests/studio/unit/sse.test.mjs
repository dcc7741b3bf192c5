import assert from "node:assert/strict";
import { test } from "node:test";
import { createEventReader } from "../../../functions/api/studio/js/lib/sse.js";

const STREAM = 'retry: 3000\n\n: still here\n\nid: 7\nevent: status\ndata: {"a":\ndata: 1}\n\nid: 8\r\ndata: two\r\n\r\n: end\n';

test("events are the same wherever the network cuts the stream", () => {
  for (let size = 1; size <= STREAM.length; size++) {
    const reader = createEventReader();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...reader.push(STREAM.slice(at, at + size)));
    const data = events.filter((one) => one.data !== null).map(({ id, data }) => [id, data]);
    assert.deepEqual(data, [["7", '{"a":\n1}'], ["8", "two"]], `pieces of ${size}`);
  }
});
