/** The API keys, for admins: list, make, rotate, revoke. */
import { html, useState } from "../../../vendor/preact.js";
import { call } from "../../api.js";
import { formatMoney, formatTime } from "../../lib/format.js";
import { signIn, signOut } from "../../session.js";
import { t } from "../../text.js";
import { showToast } from "../../ui/announce.js";
import { Button } from "../../ui/button.js";
import { confirmAction } from "../../ui/confirm.js";
import { ErrorBox } from "../../ui/error_box.js";
import { Loading } from "../../ui/loading.js";
import { useLoad } from "../../ui/use_load.js";
import { NewKey } from "./new_key.js";
import { SecretDialog } from "./secret_dialog.js";
import { Section } from "../../ui/section.js";

export function Keys({ me }) {
  const { value, error, reload } = useLoad((signal) => call("GET", "/keys", { signal }), [me.key?.id]);
  const [made, setMade] = useState(null);
  const [fault, setFault] = useState(null);
  const act = async (work) => {
    setFault(null);
    try {
      return await work();
    } catch (problem) {
      setFault(problem);
      return null;
    }
  };
  const rotate = async (key) => {
    const isSure = await confirmAction({ title: t("settings.rotate_title", { name: key.name }), body: t("settings.rotate_body"), action: t("settings.rotate") });
    if (isSure) await act(async () => setMade(await call("POST", `/keys/${encodeURIComponent(key.id)}/rotate`)));
  };
  const revoke = async (key) => {
    const isOwn = key.id === me.key?.id;
    const isSure = await confirmAction({ title: t("settings.revoke_title", { name: key.name }), body: t(isOwn ? "settings.revoke_own_body" : "settings.revoke_body"), action: t("settings.revoke"), isDangerous: true });
    if (!isSure || !(await act(() => call("DELETE", `/keys/${encodeURIComponent(key.id)}`)))) return;
    showToast(t("settings.revoked", { name: key.name }));
    if (isOwn) signOut();
    else reload();
  };
  const closeSecret = () => {
    // the first key shuts out callers without one, and a rotated one its old secret: go on with the new one
    const isNeeded = !me.key || made.id === me.key.id;
    setMade(null);
    if (isNeeded) signIn(made.secret, true);
    reload();
  };
  return html`<${Section} title=${t("settings.keys")} lead=${t("settings.keys_lead")}>
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${fault && html`<${ErrorBox} error=${fault} />`}
    ${!value && !error && html`<${Loading} />`}
    ${value?.keys.length === 0 && html`<p>${t("settings.no_keys")}</p>`}
    ${value?.keys.length > 0 && html`<ul class="plain rows">${value.keys.map((key) => html`<${KeyRow} key=${key.id} item=${key} owner=${value.keys.find(({ id }) => id === key.works_for)?.name} isOwn=${key.id === me.key?.id} onRotate=${() => rotate(key)} onRevoke=${() => revoke(key)} />`)}</ul>`}
    ${value && html`<${NewKey} keys=${value.keys} onMade=${setMade} />`}
    <${SecretDialog} made=${made} onClose=${closeSecret} />
  <//>`;
}

function KeyRow({ item, owner, isOwn, onRotate, onRevoke }) {
  const facts = [
    item.created_at ? t("settings.made_at", { time: formatTime(item.created_at, { dateStyle: "medium" }) }) : t("settings.of_environment"),
    item.works_for && t("settings.works_for_name", { name: owner ?? item.works_for }),
    item.daily_budget !== null && t("settings.a_day", { money: formatMoney(item.daily_budget) }),
  ];
  return html`<li class="row between">
    <div class="text">
      <div class="row"><strong>${item.name}</strong><span class=${item.role === "admin" ? "tag accent" : "tag"}>${t(`settings.role_${item.role}`)}</span>${isOwn && html`<span class="tag good">${t("settings.own")}</span>`}</div>
      <span class="soft small">${facts.filter(Boolean).join(" · ")}</span>
    </div>
    ${item.created_at && html`<div class="row">
      <${Button} icon="retry" aria-label=${t("settings.rotate_name", { name: item.name })} onClick=${onRotate}>${t("settings.rotate")}<//>
      <${Button} kind="danger" icon="trash" aria-label=${t("settings.revoke_name", { name: item.name })} onClick=${onRevoke}>${t("settings.revoke")}<//>
    </div>`}
  </li>`;
}
