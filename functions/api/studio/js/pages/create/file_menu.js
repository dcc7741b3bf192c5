/** Save the plan as a file, and open one: the files of `sutradhar plan`. */
import { html, useRef } from "../../../vendor/preact.js";
import { makePlan } from "../../lib/draft.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";

export function FileMenu({ draft, onOpen, onError }) {
  const input = useRef();
  const save = () => {
    const url = URL.createObjectURL(new Blob([`${JSON.stringify(makePlan(draft), null, 2)}\n`], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "plan.json";
    link.click();
    URL.revokeObjectURL(url);
  };
  const open = async (event) => {
    const [file] = event.currentTarget.files;
    event.currentTarget.value = "";
    if (!file) return;
    try {
      const plan = JSON.parse((await file.text()).replace(/^\uFEFF/, ""));
      if (typeof plan !== "object" || plan === null || Array.isArray(plan)) throw new TypeError("no object");
      onOpen(plan);
    } catch {
      onError(new Error(t("create.no_plan_file", { name: file.name })));
    }
  };
  return html`<${Button} kind="quiet" icon="upload" onClick=${() => input.current.click()}>${t("create.open_file")}<//>
    <${Button} kind="quiet" icon="download" onClick=${save}>${t("create.save_file")}<//>
    <input type="file" ref=${input} accept=".json,application/json" hidden aria-label=${t("create.open_file")} onChange=${open} />`;
}
