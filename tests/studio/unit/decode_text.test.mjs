import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "../../../functions/api/studio/js/lib/decode_text.js";

test("lyrics are read in the encoding that they were written in", () => {
  const bytes = (...values) => new Uint8Array(values).buffer;
  assert.equal(decodeText(new TextEncoder().encode("चाँद").buffer), "चाँद");
  assert.equal(decodeText(bytes(0xef, 0xbb, 0xbf, 0x61)), "a");
  assert.equal(decodeText(bytes(0xff, 0xfe, 0x61, 0, 0x1a, 0x09)), "aच");
  assert.equal(decodeText(bytes(0xfe, 0xff, 0x09, 0x1a)), "च");
  assert.equal(decodeText(bytes(0x63, 0x61, 0x66, 0xe9)), "café");
  assert.equal(decodeText(bytes()), "");
});
