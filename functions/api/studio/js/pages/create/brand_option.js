/** The brand of the video: it fills in what the plan leaves out. */
import { html } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { chooseBrand } from "../../lib/brand.js";
import { makeHash } from "../../router.js";
import { t } from "../../text.js";
import { Field } from "../../ui/field.js";
import { useLoad } from "../../ui/use_load.js";

/** Return {brands, fields}: the reader's brands, and the fields of the one that `plan` names. */
export function useBrands(plan) {
  const { value } = useLoad((signal) => call("GET", "/brands", { signal }), []);
  const brands = value?.brands ?? [];
  return { brands, fields: brands.find(({ name }) => name === plan.brand)?.fields ?? {} };
}

/** `onChange` gets the fields of the plan that change. */
export function BrandOption({ plan, brands, error, onChange }) {
  const names = brands.map(({ name }) => name);
  if (plan.brand && !names.includes(plan.brand)) names.push(plan.brand);
  if (!names.length) return null;
  const title = (name) => brands.find((one) => one.name === name)?.fields.title || name;
  return html`<${Field} label=${t("create.brand")} error=${error} hint=${plan.brand ? html`${t("create.brand_hint")} <a href=${makeHash("brand", { name: plan.brand })}>${t("create.brand_change")}</a>` : t("create.brand_none_hint")}>
    ${({ id, describedBy, isWrong }) => html`<select class="input" id=${id} data-path="brand" aria-describedby=${describedBy} aria-invalid=${isWrong || undefined} value=${plan.brand ?? ""} onChange=${(event) => onChange(chooseBrand(plan, event.currentTarget.value))}>
      ${["", ...names].map((name) => html`<option value=${name} selected=${name === (plan.brand ?? "")}>${name ? title(name) : t("create.no_brand")}</option>`)}
    </select>`}
  <//>`;
}
