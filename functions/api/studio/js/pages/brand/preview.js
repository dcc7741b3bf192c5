/** A frame of a video with the brand, as the renderer draws it; it follows each change. */
import { html, useState } from "../../../vendor/preact.js";
import { makeBrand, makeSamplePlan } from "../../lib/brand.js";
import { nameLanguage } from "../../lib/languages.js";
import { language as pageLanguage, t } from "../../text.js";
import { Choice } from "../../ui/field.js";
import { FramePreview } from "../../ui/frame_preview.js";

const SCENES = ["title", "name", "captions"];
/** The sample speaks the language of the brand's fonts, not of the page. */
const WORDS = {
  en: { title: "The river at dawn", name: "Asha Rao", role: "Storyteller", lines: ["Every morning the river tells a new story.", "Listen, and you will hear it too.", "Tomorrow it begins again."] },
  hi: { title: "सुबह की नदी", name: "आशा राव", role: "कथाकार", lines: ["हर सुबह नदी एक नई कहानी कहती है।", "सुनिए, आपको भी सुनाई देगी।", "कल फिर नई शुरुआत होगी।"] },
};

export function BrandPreview({ fields }) {
  const [shown, setShown] = useState({ scene: "title", language: pageLanguage.get() in WORDS ? pageLanguage.get() : "en", aspect: "16:9" });
  const set = (name) => (value) => setShown((before) => ({ ...before, [name]: value }));
  const { scene, language, aspect } = shown;
  const words = WORDS[language];
  const index = SCENES.indexOf(scene);
  return html`<section class="card stack tight" aria-label=${t("brand.preview")}>
    <h2>${t("brand.preview")}</h2>
    <${FramePreview} key=${aspect} scene=${index} words=${words.lines[index]} plan=${makeSamplePlan({ language, aspect, words })} brand=${makeBrand({ ...fields, publish: [] })} aspect=${aspect} isSample />
    <${Choice} label=${t("brand.preview_scene")} value=${scene} options=${SCENES.map((one) => [one, t(`brand.preview_${one}`)])} onChange=${set("scene")} />
    <div class="row brand-choices">
      <${Choice} label=${t("create.language")} value=${language} options=${Object.keys(WORDS).map((one) => [one, nameLanguage(one, pageLanguage.get())])} onChange=${set("language")} />
      <${Choice} label=${t("create.aspect")} value=${aspect} options=${["16:9", "9:16"].map((one) => [one, t(`create.aspect_${one.replace(":", "_")}`)])} onChange=${set("aspect")} />
    </div>
  </section>`;
}
