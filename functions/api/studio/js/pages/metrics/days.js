/** Write the days of the plots. They are days of UTC, so that every reader sees the same ones. */
import { formatTime } from "../../lib/format.js";

/** @param {string} day "2026-11-28" @param {"short" | "long"} length */
export function formatDay(day, length) {
  const options = length === "short" ? { day: "numeric", month: "short" } : { dateStyle: "long" };
  return formatTime(`${day}T00:00:00Z`, { ...options, timeZone: "UTC" });
}
