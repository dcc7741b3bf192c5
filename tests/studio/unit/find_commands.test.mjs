import assert from "node:assert/strict";
import { test } from "node:test";
import { findCommands } from "../../../functions/api/studio/js/lib/find_commands.js";

test("commands in an advice can be copied", () => {
  assert.deepEqual(findCommands("install the packages again: .ci/setup"), [".ci/setup"]);
  assert.deepEqual(findCommands("pip install -e ."), ["pip install -e ."]);
  assert.deepEqual(findCommands("sign in: `sutradhar youtube login`, or leave it"), ["sutradhar youtube login"]);
  assert.deepEqual(findCommands("sudo apt install ffmpeg; then try again"), ["sudo apt install ffmpeg"]);
});

test("other advice has none", () => {
  assert.deepEqual(findCommands("set OPENAI_API_KEY for better providers (docs/providers.md)"), []);
  assert.deepEqual(findCommands("free some space"), []);
});
