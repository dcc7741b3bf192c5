/** Read server-sent events (html.spec.whatwg.org, server-sent events) from text as it arrives. Pure. */

/** Return a reader: `push(text)` returns the events that are complete now, each {id, event, data, retry}. */
export function createEventReader() {
  let rest = "";
  let held = ""; // a \r whose \n may come with the next piece
  return {
    push(text) {
      const whole = held + text;
      held = whole.endsWith("\r") ? "\r" : "";
      rest += whole.slice(0, whole.length - held.length).replace(/\r\n?/g, "\n");
      const blocks = rest.split("\n\n");
      rest = blocks.pop();
      return blocks.map(readBlock).filter((event) => event.data !== null || event.retry !== null);
    },
  };
}

function readBlock(block) {
  const event = { id: null, event: "message", data: null, retry: null };
  for (const line of block.split("\n")) {
    if (line.startsWith(":")) continue;
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (name === "data") event.data = event.data === null ? value : `${event.data}\n${value}`;
    else if (name === "id" || name === "event") event[name] = value;
    else if (name === "retry" && /^\d+$/.test(value)) event.retry = Number(value);
  }
  return event;
}
