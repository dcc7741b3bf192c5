/** How the file says that a machine made it, and who or what made each part. */
import { html } from "../../../vendor/preact.js";
import { hasText, loadTexts, t } from "../../text.js";
import { CopyText } from "../../ui/copy_text.js";
import { Icon } from "../../ui/icon.js";
import { nameSlot } from "../../ui/slot_name.js";

await loadTexts("marks");

/** @param {{marks: object}} props `render.marks` of the summary of a job */
export function Marks({ marks }) {
  const isSigned = marks.state === "signed";
  const isNone = marks.state === "none";
  return html`<div class=${`note ${isSigned ? "good" : isNone ? "warn" : ""}`}><${Icon} name=${isSigned ? "shield" : "info"} /><div class="body">
      <p>${isSigned ? t("marks.signed", { signer: marks.signer || t("marks.a_certificate") }) : t(`marks.${marks.state}`)}</p>
    </div></div>
    ${!isNone && html`<p>${t(marks.has_synthetic_media ? "marks.is_synthetic" : "marks.is_not_synthetic")} ${t("marks.whole", { kind: nameType(marks.source_type) })}</p>`}
    ${!isNone && html`<p class="soft small">${t("marks.copies")}</p>`}
    ${!isSigned && html`<${CopyText} text="sutradhar marks setup" label=${t("marks.command")} />`}
    ${marks.parts?.length > 0 && html`<h3>${t("marks.parts")}</h3><div class="scroll-x" tabindex="0" role="region" aria-label=${t("marks.parts")}><table class="plain small">
      <thead><tr><th scope="col">${t("marks.part")}</th><th scope="col">${t("marks.made_by")}</th><th scope="col">${t("marks.type")}</th><th scope="col">${t("marks.licence")}</th></tr></thead>
      <tbody>${marks.parts.map((part) => html`<tr key=${part.slot}><td>${nameSlot(part.slot)}</td><td>${nameMaker(part)}</td><td>${nameType(part.source_type) || t("marks.type_unknown")}</td><td>${nameLicence(part)}</td></tr>`)}</tbody>
    </table></div>`}`;
}

function nameMaker(part) {
  if (part.is_own) return t("marks.own");
  return [part.provider, part.model, part.voice].filter(Boolean).join(" · ");
}

function nameLicence({ licence, author, source }) {
  const words = [licence, author].filter(Boolean).join(", ");
  if (!/^https?:/.test(source ?? "")) return words;
  return html`${words} <a href=${source} target="_blank" rel="noopener noreferrer">${t("marks.original")}</a>`;
}

/** The term of IPTC's vocabulary in words. */
function nameType(type) {
  if (!type) return "";
  return hasText(`marks.type_${type}`) ? t(`marks.type_${type}`) : type;
}
