/** Name a new brand. */
import { html, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { isBrandName, makeBrandName } from "../../lib/brand.js";
import { openPage } from "../../router.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { ErrorBox } from "../../ui/error_box.js";
import { TextField } from "../../ui/field.js";

/** `taken`: the names of other brands. */
export function NewBrand({ isOpen, taken, onClose }) {
  return html`<${Dialog} isOpen=${isOpen} title=${t("brand.new")} onClose=${onClose}>${isOpen && html`<${Form} taken=${taken} onClose=${onClose} />`}<//>`;
}

function Form({ taken, onClose }) {
  const [title, setTitle] = useState("");
  const [own, setOwn] = useState(null);
  const [problem, setProblem] = useState("");
  const [refusal, setRefusal] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const name = own ?? makeBrandName(title);
  const submit = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    const wrong = !isBrandName(name) ? t("brand.name_wrong") : taken.includes(name) ? t("brand.name_taken") : "";
    setProblem(wrong);
    if (wrong) return;
    setBusy(true);
    setRefusal(null);
    try {
      await call("PUT", `/brands/${name}`, { body: title.trim() ? { title: title.trim() } : {} });
      openPage("brand", { name });
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  return html`<form class="stack" onSubmit=${submit} novalidate>
    <${TextField} label=${t("brand.title")} hint=${t("brand.title_hint")} maxlength="80" value=${title} onChange=${setTitle} />
    <${TextField} label=${t("brand.name")} hint=${t("brand.name_hint")} maxlength="40" autocapitalize="none" spellcheck="false" value=${name} error=${problem} onChange=${setOwn} />
    ${refusal && html`<${ErrorBox} error=${refusal} />`}
    <div class="row end"><${Button} onClick=${onClose}>${t("common.back")}<//><${Button} kind="primary" type="submit" isBusy=${isBusy}>${t("brand.make")}<//></div>
  </form>`;
}
