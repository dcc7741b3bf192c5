/** The lines of the lyrics with their times; the word that is heard is marked. */
import { html, useEffect, useRef } from "../../../../vendor/preact.js";
import { rateWord } from "../../../lib/nudge.js";
import { loadStyle } from "../../../place.js";
import { loadTexts, t } from "../../../text.js";
import { Button } from "../../../ui/button.js";
import { formatHundredths, useSung } from "./times_words.js";

await Promise.all([loadTexts("times"), loadStyle("times")]);

export function TimesList({ lines, place, player, language, onSelect, onHearLine }) {
  const sung = useSung(lines, player.time);
  return html`<ol class="plain times-lines" aria-label=${t("times.lines")}>${lines.map((line, index) => html`<${Row} key=${index} line=${line} index=${index} chosen=${place.line === index ? place.word : -1} sung=${sung?.line === index ? sung.word : -1} language=${language} onSelect=${onSelect} onHear=${() => onHearLine(index)} />`)}</ol>`;
}

function Row({ line, index, chosen, sung, language, onSelect, onHear }) {
  const row = useRef();
  useEffect(() => {
    // only the list scrolls, not the page
    if (sung >= 0 && row.current) row.current.parentElement.scrollTop = row.current.offsetTop - row.current.parentElement.clientHeight / 2;
  }, [sung >= 0]);
  const doubts = line.words.filter((word) => ["unsure", "guess"].includes(rateWord(word))).length;
  return html`<li ref=${row} class=${`times-line ${chosen >= 0 ? "chosen-line" : ""} ${sung >= 0 ? "sung-line" : ""}`}>
    <${Button} kind="quiet" icon="play" label=${t("times.hear_line", { number: index + 1 })} onClick=${onHear} />
    <button type="button" class="line-words" aria-current=${chosen >= 0 ? "true" : undefined} onClick=${() => onSelect({ line: index, word: 0 })}>
      <span class="numbers soft small">${formatHundredths(line.words[0].start_sec)}</span>
      <span lang=${language || undefined}>${line.words.map((word, at) => html`<span key=${at} class=${`line-word ${rateWord(word)} ${at === sung ? "sung" : ""} ${at === chosen ? "chosen-word" : ""}`}>${word.text}</span> `)}</span>
      ${doubts > 0 && html`<span class="small doubts">${t("times.doubts", { count: doubts })}</span>`}
    </button>
  </li>`;
}
