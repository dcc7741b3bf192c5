/** The reader's brands. */
import { html, useRef, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { formatAgo } from "../lib/format.js";
import { loadStyle } from "../place.js";
import { makeHash, openPage } from "../router.js";
import { loadTexts, t } from "../text.js";
import { showToast } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { confirmAction } from "../ui/confirm.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox } from "../ui/error_box.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { useLoad } from "../ui/use_load.js";
import { uploadFile } from "../upload.js";
import { NewBrand } from "./brand/new_brand.js";
import { Swatches } from "./brand/swatches.js";

await Promise.all([loadTexts("brand"), loadStyle("brand")]);

export default function BrandsPage() {
  const { value, error, reload } = useLoad((signal) => call("GET", "/brands", { signal }), []);
  const [isNaming, setNaming] = useState(false);
  const [fault, setFault] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const brands = value?.brands ?? [];
  const take = async (file) => {
    setFault(null);
    setBusy(true);
    try {
      const upload = await uploadFile(file, {});
      if (upload.kind !== "brand") throw new Error(t("brand.no_brand_file", { name: file.name }));
      const brand = await importBrand(upload.upload_id);
      if (brand) {
        showToast(t("brand.imported", { name: brand.fields.title || brand.name }));
        openPage("brand", { name: brand.name });
      }
    } catch (problem) {
      setFault(problem);
    }
    setBusy(false);
  };
  const actions = html`<${ImportButton} isBusy=${isBusy} onFile=${take} /><${Button} kind="primary" icon="plus" onClick=${() => setNaming(true)}>${t("brand.new")}<//>`;
  return html`<${Page} title=${t("common.brands")} lead=${t("brand.lead")} actions=${actions}>
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${fault && html`<${ErrorBox} error=${fault} />`}
    ${!value && !error && html`<${Loading} />`}
    ${value && !brands.length && html`<${EmptyState} icon="palette" title=${t("brand.empty")}><p>${t("brand.empty_why")}</p><${Button} kind="primary" icon="plus" onClick=${() => setNaming(true)}>${t("brand.new")}<//><//>`}
    ${brands.length > 0 && html`<ul class="plain grid">${brands.map((brand) => html`<${BrandCard} key=${brand.name} brand=${brand} />`)}</ul>`}
    <${NewBrand} isOpen=${isNaming} taken=${brands.map(({ name }) => name)} onClose=${() => setNaming(false)} />
  <//>`;
}

/** Return the brand of an uploaded file; null if the reader keeps the one that has its name. */
async function importBrand(upload) {
  try {
    return await call("POST", "/brands/import", { body: { upload } });
  } catch (error) {
    if (error.status !== 409) throw error;
    const question = { title: t("brand.replace_title"), body: `${error.detail} ${t("brand.replace_body")}`, action: t("brand.replace"), isDangerous: true };
    return (await confirmAction(question)) ? call("POST", "/brands/import", { body: { upload, replace: true } }) : null;
  }
}

function BrandCard({ brand }) {
  const { fields } = brand;
  return html`<li class="card brand-card">
    <a class="brand-link" href=${makeHash("brand", { name: brand.name })}>${fields.title || brand.name}</a>
    <span class="soft small">${brand.name} · ${t("brand.changed", { time: formatAgo(brand.changed_at) })}</span>
    <${Swatches} fields=${fields} />
  </li>`;
}

function ImportButton({ isBusy, onFile }) {
  const input = useRef();
  const open = (event) => {
    const [file] = event.currentTarget.files;
    event.currentTarget.value = "";
    if (file) onFile(file);
  };
  return html`<${Button} icon="upload" isBusy=${isBusy} onClick=${() => input.current.click()}>${t("brand.import")}<//>
    <input type="file" ref=${input} hidden aria-label=${t("brand.import")} onChange=${open} />`;
}
