/** Save the plan as a file, and open one: the files of `sutradhar plan`. */
import { html, useRef } from "../../../vendor/preact.js";
import { makePlan } from "../../lib/draft.js";
import { parsePlan, writePlan } from "../../lib/plan_file.js";
import { t } from "../../text.js";
import { Button } from "../../ui/button.js";

/** Return the plan in a file. @param {File} file @throws {Error} in words for the reader: the file has no plan */
export async function readPlanFile(file) {
  try {
    return parsePlan(await file.text());
  } catch {
    throw new Error(t("create.no_plan_file", { name: file.name }));
  }
}

/** `onFile` gets the file that was chosen. */
export function FileMenu({ draft, onFile }) {
  const input = useRef();
  const save = () => {
    const url = URL.createObjectURL(new Blob([writePlan(makePlan(draft))], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "plan.json";
    link.click();
    URL.revokeObjectURL(url);
  };
  const open = (event) => {
    const [file] = event.currentTarget.files;
    event.currentTarget.value = "";
    if (file) onFile(file);
  };
  return html`<${Button} kind="quiet" icon="upload" onClick=${() => input.current.click()}>${t("create.open_file")}<//>
    <${Button} kind="quiet" icon="download" onClick=${save}>${t("create.save_file")}<//>
    <input type="file" ref=${input} accept=".json,application/json" hidden aria-label=${t("create.open_file")} onChange=${open} />`;
}
