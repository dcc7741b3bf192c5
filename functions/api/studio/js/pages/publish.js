/** When which video is published, and where. */
import { html, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { addMonths, groupByDay, listWeeks, nameDay } from "../lib/calendar.js";
import { formatTime } from "../lib/format.js";
import { loadStyle } from "../place.js";
import { replaceQuery } from "../router.js";
import { loadTexts, t } from "../text.js";
import { announce, showToast } from "../ui/announce.js";
import { Button } from "../ui/button.js";
import { EmptyState } from "../ui/empty_state.js";
import { ErrorBox, describeError } from "../ui/error_box.js";
import { Choice } from "../ui/field.js";
import { Loading } from "../ui/loading.js";
import { Page } from "../ui/page.js";
import { PublishDialog, ZONE } from "../ui/publish_dialog.js";
import { useLoad } from "../ui/use_load.js";
import { ChooseVideo } from "./publish/choose_video.js";
import { ChangeDialog } from "./publish/change_dialog.js";
import { Month } from "./publish/month.js";
import { Quota } from "./publish/quota.js";
import { PublicationRow } from "./publish/row.js";

await Promise.all([loadTexts("publish"), loadStyle("publish")]);

export default function PublishPage({ query }) {
  const month = /^\d{4}-\d{2}$/.test(query.get("month") ?? "") ? query.get("month") : nameDay(new Date()).slice(0, 7);
  const view = query.get("view") === "list" ? "list" : "month";
  const [choosingDay, setChoosingDay] = useState(null);
  const [job, setJob] = useState(null);
  const [changed, setChanged] = useState(null);
  const { value, error, isLoading, reload } = useLoad((signal) => readMonth(month, signal), [month]);
  const show = (fields) => replaceQuery({ month, view: view === "list" ? "list" : "", ...fields });
  const publications = value?.publications ?? [];
  const move = async (publication, time) => {
    try {
      const moved = await call("PATCH", `/publications/${publication.id}`, { body: { iso_datetime: time, timezone: ZONE } });
      showToast(t("publish.moved", { title: moved.title, time: formatTime(moved.publish_at) }));
    } catch (fault) {
      showToast([describeError(fault), ...(fault.errors ?? []).map(({ message }) => message)].join(" "));
    }
    reload();
  };
  const days = groupByDay(publications);
  const name = formatTime(`${month}-15T12:00:00`, { month: "long", year: "numeric" });
  const actions = html`<${Button} kind="primary" icon="plus" onClick=${() => setChoosingDay("")}>${t("publish.plan_one")}<//>`;
  return html`<${Page} title=${t("common.publish")} lead=${t("publish.lead", { zone: ZONE })} actions=${actions}>
    <div class="row between">
      <div class="row">
        <${Button} icon="left" label=${t("publish.month_before")} onClick=${() => show({ month: addMonths(month, -1) })} />
        <h2 class="month-name" aria-live="polite">${name}</h2>
        <${Button} icon="right" label=${t("publish.month_after")} onClick=${() => show({ month: addMonths(month, 1) })} />
        <${Button} kind="quiet" onClick=${() => show({ month: "" })}>${t("publish.today")}<//>
      </div>
      <${Choice} label=${t("publish.view")} isLabelHidden value=${view} options=${[["month", t("publish.view_month"), "calendar"], ["list", t("publish.view_list"), "list"]]} onChange=${(one) => show({ view: one === "list" ? "list" : "" })} />
    </div>
    ${error && html`<${ErrorBox} error=${error} onRetry=${reload} />`}
    ${!value && isLoading && html`<${Loading} />`}
    ${value && view === "month" && html`<${Month} month=${month} days=${days} onMove=${move} onOpen=${setChanged} onAdd=${setChoosingDay} />`}
    ${value && (publications.length > 0
      ? html`<ul class=${`plain stack agenda ${view === "month" ? "phone-only" : ""}`}>${publications.map((one) => html`<${PublicationRow} key=${one.id} publication=${one} onOpen=${() => setChanged(one)} onChange=${reload} />`)}</ul>`
      : html`<${EmptyState} icon="calendar" title=${t("publish.empty")}><p>${t("publish.empty_why")}</p><//>`)}
    ${value?.has_more && html`<p class="soft">${t("publish.more")}</p>`}
    <${Quota} />
    <${ChooseVideo} isOpen=${choosingDay !== null && job === null} onClose=${() => setChoosingDay(null)} onChoose=${setJob} />
    <${PublishDialog} job=${job} day=${choosingDay ?? ""} onClose=${() => { setJob(null); setChoosingDay(null); }} onDone=${() => { announce(t("publish.scheduled")); reload(); }} />
    <${ChangeDialog} publication=${changed} onClose=${() => setChanged(null)} onDone=${reload} />
  <//>`;
}

/** Read the publications of all days that the month's page shows. */
function readMonth(month, signal) {
  const weeks = listWeeks(month, 0);
  const [start, end] = [new Date(`${weeks[0][0].day}T00:00:00`), new Date(`${weeks.at(-1)[6].day}T23:59:59`)];
  start.setDate(start.getDate() - 1);
  end.setDate(end.getDate() + 7);
  return call("GET", `/publish?${new URLSearchParams({ from: start.toISOString(), to: end.toISOString(), limit: "500" })}`, { signal });
}
