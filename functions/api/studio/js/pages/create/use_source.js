import { useEffect } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { replaceQuery } from "../../router.js";
import { language, t } from "../../text.js";
import { showToast } from "../../ui/announce.js";

/**
 * Take the plan that the address names: ?from=JOB or ?template=ID; or the brand: ?brand=NAME. `onPlan` gets the plan,
 * `onError` why there is none, `onBrand` the name of the brand.
 */
export function useSource(query, { onPlan, onError, onBrand }) {
  const brand = query.get("brand");
  useEffect(() => {
    if (!brand) return;
    onBrand(brand);
    replaceQuery({});
  }, [brand]);
  const [from, template] = [query.get("from"), query.get("template")];
  useEffect(() => {
    if (!from && !template) return;
    const asked = from
      ? call("POST", `/library/${encodeURIComponent(from)}/duplicate`)
      : call("POST", "/templates/plan", { body: { template_id: template, language: language.get() } });
    asked.then((plan) => {
      onPlan(plan);
      replaceQuery({});
      showToast(t(from ? "create.duplicated" : "create.template_taken"));
    }, onError);
  }, [from, template]);
}
