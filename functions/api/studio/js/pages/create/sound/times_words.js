import { useEffect, useState } from "../../../../vendor/preact.js";
import { formatStamp } from "../../../lib/lrc.js";
import { findSung } from "../../../lib/nudge.js";

/** Return a time as a clock with hundredths: "1:02.50". */
export function formatHundredths(seconds) {
  return formatStamp(seconds).replace(/^0(?=\d)/, "");
}

/** Return the place of the word that is heard; the component is drawn again when it is another one. */
export function useSung(lines, time) {
  const [sung, setSung] = useState(null);
  useEffect(() => {
    const look = (seconds) => {
      const next = findSung(lines, seconds);
      setSung((before) => (before?.line === next?.line && before?.word === next?.word ? before : next));
    };
    look(time.get());
    return time.listen(look);
  }, [lines, time]);
  return sung;
}
