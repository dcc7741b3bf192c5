/** The editor of a brand, with a frame of a video that has it. */
import { html, useEffect, useState } from "../../vendor/preact.js";
import { call, send } from "../api.js";
import { isSameBrand, makeBrand, nameBrandFile, sortBrandErrors } from "../lib/brand.js";
import { loadStyle } from "../place.js";
import { makeHash, openPage } from "../router.js";
import { loadTexts, t } from "../text.js";
import { announce, showToast } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { confirmAction } from "../ui/confirm.js";
import { EmptyState } from "../ui/empty_state.js";
import { describeError, ErrorBox } from "../ui/error_box.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/use_load.js";
import { BrandForm } from "./brand/form.js";
import { BrandPreview } from "./brand/preview.js";

await Promise.all([loadTexts("brand", "create"), loadStyle("brand")]);

export default function BrandPage({ name }) {
  const path = `/brands/${encodeURIComponent(name)}`;
  const { value, error, reload } = useLoad((signal) => call("GET", path, { signal }), [name]);
  if (error?.status === 404) return html`<${Page} title=${t("brand.missing")}><${EmptyState} icon="palette" title=${t("brand.missing_why")}><${Button} kind="primary" href=${makeHash("brands")}>${t("brand.to_brands")}<//><//><//>`;
  if (error) return html`<${Page} title=${name}><${ErrorBox} error=${error} onRetry=${reload} /><//>`;
  if (!value) return html`<${Page} title=${name}><${Loading} /><//>`;
  return html`<${Editor} key=${name} stored=${value} path=${path} />`;
}

function Editor({ stored, path }) {
  const [saved, setSaved] = useState(stored.fields);
  const [fields, setFields] = useState(stored.fields);
  const [refusal, setRefusal] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const isChanged = !isSameBrand(saved, fields);
  useWarning(isChanged);
  const change = (more) => {
    setRefusal(null);
    setFields((before) => ({ ...before, ...more }));
  };
  const save = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    try {
      const brand = await call("PUT", path, { body: makeBrand(fields) });
      setSaved(brand.fields);
      // what was typed meanwhile stays
      setFields((now) => (now === fields ? brand.fields : now));
      setRefusal(null);
      showToast(t("brand.saved"));
    } catch (error) {
      setRefusal(error);
      announce(describeError(error));
    }
    setBusy(false);
  };
  const errors = sortBrandErrors(refusal?.errors ?? []);
  const shown = new Set((refusal?.errors ?? []).map(({ path: one }) => one));
  if (errors.has("")) shown.clear();
  return html`<${Page} title=${fields.title || stored.name} lead=${stored.name} actions=${html`<${Actions} name=${stored.name} path=${path} title=${fields.title || stored.name} isChanged=${isChanged} />`}>
    <form class="brand-editor" onSubmit=${save} novalidate>
      <div class="stack">
        <${BrandForm} fields=${fields} errors=${errors} onChange=${change} />
      </div>
      <div class="brand-side stack">
        <${BrandPreview} fields=${fields} />
        ${refusal && html`<${ErrorBox} error=${refusal} hiddenPaths=${shown} />`}
        <${Button} kind="primary" size="large" type="submit" icon="check" isBusy=${isBusy} isDisabled=${!isChanged}>${t(isChanged ? "common.save" : "brand.is_saved")}<//>
        <p class="soft small">${t("brand.later_only")}</p>
      </div>
    </form>
  <//>`;
}

function Actions({ name, path, title, isChanged }) {
  const [busy, setBusy] = useState("");
  const act = async (what, work) => {
    setBusy(what);
    try {
      await work();
    } catch (error) {
      showToast([describeError(error), ...(error.errors ?? []).map(({ message }) => message)].join(" "));
    }
    setBusy("");
  };
  const download = () => act("export", async () => {
    const response = await send("GET", `${path}/export`);
    const named = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "");
    saveBlob(await response.blob(), named?.[1] ?? nameBrandFile(name));
  });
  const remove = async () => {
    if (!(await confirmAction({ title: t("brand.delete_title", { title }), body: t("brand.delete_body"), action: t("brand.delete"), isDangerous: true }))) return;
    await act("delete", async () => {
      await call("DELETE", path);
      showToast(t("brand.deleted", { title }));
      openPage("brands");
    });
  };
  return html`<${Button} icon="download" isBusy=${busy === "export"} onClick=${download} title=${isChanged ? t("brand.export_saved_only") : undefined}>${t("brand.export")}<//>
    <${Button} icon="plus" href=${makeHash("create", {}, { brand: name })}>${t("brand.use")}<//>
    <${Button} kind="quiet" icon="trash" label=${t("brand.delete")} isBusy=${busy === "delete"} onClick=${remove} />`;
}

function saveBlob(blob, filename) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // the browser may still be reading it
}

/** Ask before the tab closes with changes that are not saved. */
function useWarning(isChanged) {
  useEffect(() => {
    if (!isChanged) return undefined;
    const ask = (event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isChanged]);
}
