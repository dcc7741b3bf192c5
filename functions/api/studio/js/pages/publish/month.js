/** A month of publications. Drag one to another day, or open it and change its time. */
import { html, useState } from "../../../vendor/preact.js";
import { findFirstWeekday, listWeeks, moveToDay, nameDay } from "../../lib/calendar.js";
import { formatTime } from "../../lib/format.js";
import { language, t } from "../../text.js";
import { Button } from "../../ui/button.js";

const MOVABLE = ["scheduled", "waiting", "uploaded"];

export function Month({ month, days, onMove, onOpen, onAdd }) {
  const [drag, setDrag] = useState(null);
  const weeks = listWeeks(month, findFirstWeekday(language.get() === "hi" ? "hi-IN" : navigator.language));
  const today = nameDay(new Date());
  const begin = (publication) => (event) => {
    if (event.button || !MOVABLE.includes(publication.state)) return;
    const element = event.currentTarget;
    const [x, y] = [event.clientX, event.clientY];
    let target = null;
    element.setPointerCapture(event.pointerId); // a quick hand leaves the entry before its first move is told
    const follow = (moved) => {
      if (!target && Math.hypot(moved.clientX - x, moved.clientY - y) < 8) return;
      target = document.elementsFromPoint(moved.clientX, moved.clientY).find((one) => one.dataset.day)?.dataset.day ?? target;
      setDrag({ id: publication.id, target });
    };
    const end = (ended) => {
      element.removeEventListener("pointermove", follow);
      element.removeEventListener("pointerup", end);
      element.removeEventListener("pointercancel", end);
      setDrag(null);
      if (ended.type !== "pointerup" || !target) return;
      element.addEventListener("click", (click) => click.stopPropagation(), { once: true, capture: true });
      if (target !== nameDay(new Date(publication.publish_at))) onMove(publication, moveToDay(publication.publish_at, target));
    };
    element.addEventListener("pointermove", follow);
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  };
  return html`<table class="month" aria-label=${formatTime(`${month}-15T12:00:00`, { month: "long", year: "numeric" })}>
    <thead><tr>${weeks[0].map(({ day }) => html`<th scope="col" key=${day}>${formatTime(`${day}T12:00:00`, { weekday: "short" })}</th>`)}</tr></thead>
    <tbody>${weeks.map((week) => html`<tr key=${week[0].day}>${week.map(({ day, inMonth }) => html`<td key=${day} data-day=${day} class=${`${inMonth ? "" : "other"} ${day === today ? "today" : ""} ${drag?.target === day ? "target" : ""}`}>
      <div class="day-head"><time datetime=${day} aria-current=${day === today ? "date" : undefined}>${Number(day.slice(8))}</time>
        ${day >= today && html`<${Button} kind="quiet" icon="plus" label=${t("publish.plan_on", { day: formatTime(`${day}T12:00:00`, { dateStyle: "long" }) })} onClick=${() => onAdd(day)} />`}</div>
      ${(days.get(day) ?? []).map((one) => html`<button type="button" key=${one.id} class=${`entry ${one.state} ${drag?.id === one.id ? "dragged" : ""}`} onPointerDown=${begin(one)} onClick=${() => onOpen(one)}
        title=${t("publish.entry", { title: one.title, destination: t(`common.destination_${one.destination}`), state: t(`publish.state_${one.state}`) })}>
        <span class="numbers">${formatTime(one.publish_at, { timeStyle: "short" })}</span> ${one.title}<span class="visually-hidden">, ${t(`publish.state_${one.state}`)}</span></button>`)}
    </td>`)}</tr>`)}</tbody>
  </table>`;
}
