/** Write numbers, money, lengths and times as the reader expects them. */
import { language } from "../text.js";

const locale = () => (language.get() === "hi" ? "hi-IN" : navigator.language?.startsWith("en") ? navigator.language : "en");

/** Return dollars: $0.00, $0.0042, $12.50. Small prices keep the digits that tell them from nothing. */
export function formatMoney(usd) {
  const digits = usd > 0 && usd < 0.01 ? 4 : 2;
  return new Intl.NumberFormat(locale(), { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(usd);
}

/** Return a position or length as a clock: 0:07, 12:30, 1:02:03. */
export function formatClock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => String(part).padStart(index ? 2 : 1, "0")).join(":");
}

/** Return a length in words: "45 sec", "2 min, 5 sec". */
export function formatLength(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const unit = (value, name) => new Intl.NumberFormat(locale(), { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  if (whole < 60) return unit(whole, "second");
  const parts = [unit(Math.floor(whole / 60), "minute"), ...(whole % 60 && whole < 600 ? [unit(whole % 60, "second")] : [])];
  return new Intl.ListFormat(locale(), { style: "narrow", type: "unit" }).format(parts);
}

/** Return a number with at most `digits` decimals. */
export function formatNumber(value, digits = 1) {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** Return a size in bytes as a person says it: 3.4 MB. */
export function formatBytes(bytes) {
  const steps = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(steps.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return new Intl.NumberFormat(locale(), { style: "unit", unit: steps[step], unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 }).format(bytes / 1000 ** step);
}

/** Return a date and time in the reader's time zone. `time`: ISO 8601, or a Date. */
export function formatTime(time, options = { dateStyle: "medium", timeStyle: "short" }) {
  return new Intl.DateTimeFormat(locale(), options).format(new Date(time));
}

/** Return how long ago or how far ahead a time is: "5 minutes ago". `now`: milliseconds. */
export function formatAgo(time, now = Date.now()) {
  const seconds = (new Date(time).getTime() - now) / 1000;
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = steps.find(([, one]) => Math.abs(seconds) >= one) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
