import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseBrand, isBrandName, isSameBrand, makeBrand, makeBrandName, makeSamplePlan, sortBrandErrors } from "../../../functions/api/studio/js/lib/brand.js";

test("a name is made of a title, and every name that is made is a name", () => {
  assert.equal(makeBrandName("River Tales!"), "river-tales");
  assert.equal(makeBrandName("  Café Ñandú 24 "), "cafe-nandu-24");
  assert.equal(makeBrandName("नदी"), "");
  for (const title of ["x".repeat(60), `${"ab ".repeat(13)}c`, "---", "A"]) {
    const name = makeBrandName(title);
    assert.ok(name === "" || isBrandName(name), name);
  }
  for (const name of ["River", "-a", "a b", "", "नदी", "a/b"]) assert.ok(!isBrandName(name), name);
});

test("what is empty is left out, except a watermark that is taken away", () => {
  const fields = { title: "", colors: { text: "#ffffff", outline: null }, fonts: {}, watermark: "", intro: null, publish: [{ destination: "youtube", tags: [], description: "" }] };
  assert.deepEqual(makeBrand(fields), { colors: { text: "#ffffff" }, watermark: "", publish: [{ destination: "youtube" }] });
  assert.deepEqual(makeBrand({ watermark: null }), {});
  assert.deepEqual(makeBrand({ intro: { upload: "up-1", start_sec: 0 } }), { intro: { upload: "up-1", start_sec: 0 } });
});

test("the order of fields and empty ones make no other brand", () => {
  assert.ok(isSameBrand({ title: "A", music: null }, { music: "", title: "A" }));
  assert.ok(isSameBrand({ logo: { upload: "up-1", width: 0.2 } }, { logo: { width: 0.2, upload: "up-1" } }));
  assert.ok(!isSameBrand({ watermark: "" }, {}));
});

test("each error is shown at one field", () => {
  const sorted = sortBrandErrors([
    { path: "fonts.latin.upload", message: "a" },
    { path: "brand.fonts.latin.licence", message: "b" },
    { path: "publish[0].title", message: "c" },
    { path: "nothing", message: "d" },
  ]);
  assert.deepEqual(Object.fromEntries(sorted), { "fonts.latin": "a b", publish: "c", "": "d" });
});

test("the usual voice gives way to that of a brand, and comes back", () => {
  assert.deepEqual(chooseBrand({ voice: "F" }, "tales"), { brand: "tales", voice: null });
  assert.deepEqual(chooseBrand({ voice: "M" }, "tales"), { brand: "tales", voice: "M" });
  assert.deepEqual(chooseBrand({ voice: null, brand: "tales" }, ""), { brand: null, voice: "F" });
});

test("the sample shows a title, the name of a person, and captions alone", () => {
  const words = { title: "T", name: "N", role: "R", lines: ["one", "two", "three"] };
  const { scenes } = makeSamplePlan({ language: "hi", aspect: "9:16", words });
  assert.deepEqual(scenes.map(({ title, lower_third: name }) => [title?.text, name?.text]), [["T", undefined], [undefined, "N"], [undefined, undefined]]);
});
