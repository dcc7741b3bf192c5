/** The days of a month, in the reader's own time zone. Pure. */

/** Return the day of a time as 2026-11-28. @param {Date} time */
export function nameDay(time) {
  const pad = (value) => String(value).padStart(2, "0");
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
}

/** Return the first day of the week: 0 for Sunday, 1 for Monday. @param {string} locale */
export function findFirstWeekday(locale) {
  try {
    const info = new Intl.Locale(locale);
    return (info.getWeekInfo?.() ?? info.weekInfo ?? { firstDay: 1 }).firstDay % 7;
  } catch {
    return 1;
  }
}

/**
 * Return the weeks that show a month, each of seven days {day, inMonth}.
 * @param {string} month 2026-11
 * @param {number} firstWeekday 0 for Sunday
 */
export function listWeeks(month, firstWeekday) {
  const [year, number] = month.split("-").map(Number);
  const before = (new Date(year, number - 1, 1).getDay() - firstWeekday + 7) % 7;
  const days = new Date(year, number, 0).getDate();
  const weeks = Math.ceil((before + days) / 7);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (_unused, weekday) => {
      const time = new Date(year, number - 1, 1 - before + week * 7 + weekday, 12);
      return { day: nameDay(time), inMonth: time.getMonth() === number - 1 };
    }),
  );
}

/** Return the month `steps` after `month`. */
export function addMonths(month, steps) {
  const [year, number] = month.split("-").map(Number);
  return nameDay(new Date(year, number - 1 + steps, 1, 12)).slice(0, 7);
}

/** Return `time` (ISO 8601) on another day at the same hour of the reader's clock, as a local time 2026-12-01T18:30. */
export function moveToDay(time, day) {
  const at = new Date(time);
  const pad = (value) => String(value).padStart(2, "0");
  return `${day}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** Return the items by the day of their `publish_at`. */
export function groupByDay(items) {
  const days = new Map();
  for (const item of items) {
    const day = nameDay(new Date(item.publish_at));
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return days;
}
